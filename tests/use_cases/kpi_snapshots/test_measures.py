"""Every kind of measure over one set of facts, read from the facts and from the cells: the same numbers."""

from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from service.core.database import Database
from service.organizations.dto.people import PersonDTO
from service.success_models.measures import Measure
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import flow_kpi, model_document


@pytest_asyncio.fixture(scope="module")
async def world(database: Database) -> tuple[SalesOrg, PersonDTO]:
    """A rep's March: calls, a meeting, deals won, lost and open, and moves between stages."""
    org = await make_sales_org(database)
    ann = await org.add_person("Ann")
    bob = await org.add_person("Bob")
    connected: dict[str, Any] = {"outcome": "connected", "direction": "outbound", "duration_seconds": Decimal("300.5")}
    await org.add_activity(ann, org.local(2026, 3, 2, 9), **connected, attributes={"region": "EU"})
    await org.add_activity(ann, org.local(2026, 3, 2, 10), outcome="busy", duration_seconds=Decimal(10))
    await org.add_activity(ann, org.local(2026, 3, 31, 23, 59), direction="outbound", attributes={"region": "US"})
    await org.add_activity(ann, org.local(2026, 3, 5), "meeting", outcome="completed", status="done")
    await org.add_activity(bob, org.local(2026, 3, 5), **connected)
    await org.add_activity(None, org.local(2026, 3, 5), **connected)
    await org.add_activity(ann, org.local(2026, 4, 1), **connected)
    march, may = org.local(2026, 3, 10), org.local(2026, 5, 1)
    won = await org.add_deal(ann, march, org.local(2026, 3, 20), "won", amount="1000.10", pipeline="new")
    await org.add_deal(ann, march, org.local(2026, 3, 20), "won", amount="0.01", attributes={"tier": "A"})
    await org.add_deal(ann, march, org.local(2026, 3, 21), "won", pipeline="new")
    await org.add_deal(ann, march, org.local(2026, 3, 22), "lost", amount="50")
    await org.add_deal(ann, march, may, "won", amount="7")
    await org.add_deal(bob, march, org.local(2026, 3, 20), "won", amount="99")
    await org.add_stage_change(won, 0, (None, "discovery"), org.local(2026, 3, 11))
    await org.add_stage_change(won, 1, ("discovery", "proposal"), org.local(2026, 3, 12))
    await org.add_stage_change(won, 2, ("proposal", "discovery"), org.local(2026, 3, 13))
    return org, ann


def condition(field: str, op: str, value: Any) -> dict[str, Any]:
    """One filter."""
    return {"field": field, "op": op, "value": value}


CASES: dict[str, tuple[str, str | None, list[dict[str, Any]], str, int]] = {
    "all": ("activities", None, [], "4", 4),
    "eq": ("activities", None, [condition("kind", "eq", "call")], "3", 3),
    "both": ("activities", None, [condition("kind", "eq", "call"), condition("outcome", "eq", "busy")], "1", 1),
    "in": ("activities", None, [condition("outcome", "in", ["busy", "completed"])], "2", 2),
    "ne-counts-missing": ("activities", None, [condition("outcome", "ne", "busy")], "3", 3),
    "exists": ("activities", None, [condition("outcome", "exists", True)], "3", 3),
    "exists-not": ("activities", None, [condition("outcome", "exists", False)], "1", 1),
    "gte": ("activities", None, [condition("duration_seconds", "gte", 300.5)], "1", 1),
    "lte": ("activities", None, [condition("duration_seconds", "lte", 10)], "1", 1),
    "number-in": ("activities", None, [condition("duration_seconds", "in", [10, 300.5])], "2", 2),
    "number-ne": ("activities", None, [condition("duration_seconds", "ne", 10)], "3", 3),
    "attribute": ("activities", None, [condition("attributes.region", "eq", "EU")], "1", 1),
    "attribute-exists": ("activities", None, [condition("attributes.region", "exists", True)], "2", 2),
    "sum": ("activities", "duration_seconds", [], "310.5", 2),
    "created": ("deals_created", None, [], "5", 5),
    "created-amount": ("deals_created", "amount", [], "1057.11", 4),
    "won": ("deals_won", None, [], "3", 3),
    "won-amount": ("deals_won", "amount", [], "1000.11", 2),
    "won-large": ("deals_won", None, [condition("amount", "gte", 1000)], "1", 1),
    "won-pipeline": ("deals_won", "amount", [condition("pipeline", "eq", "new")], "1000.10", 1),
    "won-tier": ("deals_won", None, [condition("attributes.tier", "eq", "A")], "1", 1),
    "lost": ("deals_lost", None, [], "1", 1),
    "closed": ("deals_closed", None, [], "4", 4),
    "moves": ("stage_changes", None, [], "3", 3),
    "moves-to": ("stage_changes", None, [condition("to_stage", "eq", "discovery")], "2", 2),
    "moves-first": ("stage_changes", None, [condition("from_stage", "exists", False)], "1", 1),
    "nothing": ("stage_changes", None, [condition("to_stage", "eq", "nowhere")], "0", 0),
}


def measure_of(case: str) -> dict[str, Any]:
    """The measure of a case."""
    source, summed, filters, _value, _n = CASES[case]
    sums = {"aggregate": "sum", "field": summed} if summed else {}
    return {"source": source, "filters": filters, **sums}


@pytest.mark.parametrize("built", [False, True], ids=["facts", "cells"])
async def test_what_measures_add_up_to(world: tuple[SalesOrg, PersonDTO], built: bool) -> None:
    org, ann = world
    units = {case: Measure.model_validate(measure_of(case)).unit for case in CASES}
    kpis = [flow_kpi(case, measure_of(case), unit=units[case]) for case in CASES]
    await org.activate(model_document(kpis=kpis, targets=[], stages=[]), build=built)
    snapshots = await org.snapshots(person_id=ann.id, period_start="2026-03-01")
    found = {snapshot.kpi: (snapshot.value, snapshot.n) for snapshot in snapshots}
    assert found == {case: (Decimal(value), n) for case, (*_measure, value, n) in CASES.items()}


async def test_cells_verify(world: tuple[SalesOrg, PersonDTO]) -> None:
    org, _ann = world
    await org.refresh()
    verified = await org.verify()
    assert (verified.dirty, verified.differences) == (0, [])
    assert verified.cells > 50
