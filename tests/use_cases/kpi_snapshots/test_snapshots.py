"""Snapshots: what counts by when, against which target, in which calendar."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from service.core.clock import utc_now
from service.core.database import Database
from service.core.errors import ErrorKind, FieldError, ServiceError
from service.core.pagination import PageRequest
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery
from service.kpi_snapshots.leads.grading import LeadGrade
from service.kpi_snapshots.pace import Method, Status
from service.kpi_snapshots.use_cases.snapshots import kpi_snapshots_of, list_kpi_snapshots
from service.success_models.kpis import KpiLevel, Polarity
from service.success_models.measures import Unit
from service.success_models.targets import PeriodKind
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import CALLS, flow_kpi, model_document, target
from tests.fixtures.statements import counted_statements

MARCH = {"period_start": "2026-03-01"}


async def test_a_snapshot_says_everything_about_itself(org: SalesOrg) -> None:
    model = await org.activate(model_document())
    ann = await org.add_person("Ann")
    await org.add_activity(ann, org.local(2026, 3, 2))
    await org.refresh()
    as_of = datetime(2026, 4, 1, 12, tzinfo=UTC)
    assert await org.snapshot("calls", ann, as_of=as_of, **MARCH) == KpiSnapshotDTO(
        id=f"{ann.id}.calls.month.2026-03-01",
        person_id=ann.id,
        kpi="calls",
        name="calls",
        level=KpiLevel.ACTIVITY,
        unit=Unit.COUNT,
        polarity=Polarity.HIGHER,
        period=PeriodKind.MONTH,
        period_start=date(2026, 3, 1),
        period_end=date(2026, 3, 31),
        as_of=as_of,
        value=Decimal(1),
        numerator=None,
        denominator=None,
        n=1,
        undecided=0,
        target=Decimal(10),
        target_reason="the organization's target",
        expected=Decimal(10),
        attainment=Decimal("0.1"),
        status=Status.BEHIND,
        probability=Decimal(0),
        interval_low=Decimal(1),
        interval_high=Decimal(1),
        method=Method.GAMMA_POISSON,
        model_version=model.version,
        lead_grade=LeadGrade.UNPROVEN,
    )


async def test_now_is_the_default(org: SalesOrg) -> None:
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    await org.add_activity(ann, utc_now() - timedelta(seconds=1))
    await org.add_activity(ann, utc_now() + timedelta(hours=1))
    await org.refresh()
    for period in PeriodKind:
        snapshot = await org.snapshot("calls", ann, period=period)
        assert snapshot.value == 1
        assert snapshot.period_start <= org.day_of(utc_now()) <= snapshot.period_end


@pytest.mark.parametrize("built", [False, True], ids=["facts", "cells"])
async def test_nothing_after_as_of_counts(org: SalesOrg, built: bool) -> None:
    """To the instant, although cells hold whole days; the day is that of the organization (UTC-5 here)."""
    await org.activate(model_document(), build=built)
    ann = await org.add_person("Ann")
    instants = [org.local(2026, 3, day, hour) for day in (2, 3) for hour in (0, 12, 23)]
    for instant in instants:
        await org.add_activity(ann, instant)
    await org.refresh()
    for before, instant in enumerate(instants):
        earlier = await org.snapshot("calls", ann, as_of=instant - timedelta(microseconds=1), **MARCH)
        exactly = await org.snapshot("calls", ann, as_of=instant, **MARCH)
        assert (earlier.value, exactly.value) == (Decimal(before), Decimal(before + 1))
    assert (await org.snapshot("calls", ann, as_of=org.local(2026, 2, 1), **MARCH)).n == 0


async def test_days_are_the_organizations_own(database: Database) -> None:
    """23:30 on the 31st in Auckland is still the 31st there, although it is morning in UTC."""
    org = await make_sales_org(database, time_zone="Pacific/Auckland")
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    await org.add_activity(ann, org.local(2026, 3, 31, 23, 30))
    await org.add_activity(ann, org.local(2026, 4, 1, 0, 30))
    await org.refresh()
    assert (await org.snapshot("calls", ann, **MARCH)).value == 1
    assert (await org.snapshot("calls", ann, period_start="2026-04-01")).value == 1


async def test_periods_follow_the_organizations_calendar(database: Database) -> None:
    org = await make_sales_org(database, week_start=7, fiscal_year_start_month=2)
    await org.activate(model_document())
    ann = await org.add_person("Ann")
    await org.add_activity(ann, org.local(2026, 1, 31))
    await org.add_activity(ann, org.local(2026, 2, 1))
    await org.refresh()
    for period, start, end in [
        ("week", date(2026, 1, 25), date(2026, 1, 31)),
        ("quarter", date(2025, 11, 1), date(2026, 1, 31)),
        ("year", date(2025, 2, 1), date(2026, 1, 31)),
    ]:
        snapshot = await org.snapshot("calls", ann, period=period, as_of=org.local(2026, 1, 31, 23))
        assert (snapshot.value, snapshot.period_start, snapshot.period_end) == (Decimal(1), start, end)


async def test_targets_of_person_job_role_and_organization(org: SalesOrg) -> None:
    ann = await org.add_person("Ann", job_role="AE")
    bob = await org.add_person("Bob", job_role="AE")
    cy = await org.add_person("Cy")
    targets = [
        target("calls", "month", "10"),
        target("calls", "month", "4", job_role="AE"),
        target("calls", "month", "2", person=ann.email),
    ]
    await org.activate(model_document(targets=targets))
    for person in (ann, bob, cy):
        await org.add_activity(person, org.local(2026, 3, 2))
    await org.refresh()
    found = [await org.snapshot("calls", person, **MARCH) for person in (ann, bob, cy)]
    assert [(item.target, item.attainment) for item in found] == [
        (Decimal(2), Decimal("0.5")),
        (Decimal(4), Decimal("0.25")),
        (Decimal(10), Decimal("0.1")),
    ]
    week = await org.snapshot("calls", ann, period="week", period_start="2026-03-02")
    assert week.target == Decimal("0.454545")  # 5 of March's 22 working days
    assert week.target_reason == "ann@example.com's own target, the month's 2 spread by working days"


async def test_less_is_better(org: SalesOrg) -> None:
    lost = flow_kpi("lost", {"source": "deals_lost"}, level="result", polarity="lower")
    await org.activate(model_document(kpis=[lost], targets=[target("lost", "month", "1")]))
    ann = await org.add_person("Ann")
    for day in (2, 3):
        await org.add_deal(ann, org.local(2026, 2, 1), org.local(2026, 3, day), "lost")
    await org.refresh()
    assert (await org.snapshot("lost", ann, **MARCH)).attainment == Decimal("0.5")


async def test_a_job_role_has_its_own_model(org: SalesOrg) -> None:
    ann = await org.add_person("Ann", job_role="AE")
    bob = await org.add_person("Bob", job_role="SDR")
    assert await org.snapshots() == []
    ae = model_document(key="ae", job_role="AE", kpis=[flow_kpi("ae-calls", CALLS)], targets=[])
    await org.activate(ae)
    assert {item.person_id for item in await org.snapshots()} == {ann.id}
    await org.activate(model_document())
    assert {item.kpi for item in await org.snapshots(person_id=ann.id)} == {"ae-calls"}
    assert [item.kpi for item in await org.snapshots(person_id=bob.id)] == [
        "calls",
        "connected-rate",
        "won-amount",
        "win-rate",
    ]
    assert await org.snapshots(person_id=bob.id, kpi="ae-calls") == []


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        (
            {"period_start": "2026-03-02"},
            [("period_start", "is not the start of a month; that would be 2026-03-01")],
        ),
        (
            {"period": "week", "period_start": "2026-03-01"},
            [("period_start", "is not the start of a week; that would be 2026-02-23")],
        ),
        ({"period_start": "0001-01-01"}, [("period_start", "must be between the years 1970 and 2200")]),
        ({"period_start": "9999-12-01"}, [("period_start", "must be between the years 1970 and 2200")]),
        ({"as_of": "0001-01-01T00:00:00Z"}, [("as_of", "must be between the years 1970 and 2200")]),
        ({"as_of": "9999-12-31T23:59:59Z"}, [("as_of", "must be between the years 1970 and 2200")]),
    ],
)
async def test_questions_without_an_answer(org: SalesOrg, query: dict[str, Any], fields: list[tuple[str, str]]) -> None:
    await org.activate(model_document())
    with pytest.raises(ServiceError) as caught:
        await org.snapshots(**query)
    assert caught.value.kind is ErrorKind.INVALID
    assert caught.value.fields == tuple(FieldError(*field) for field in fields)


async def test_pages_hold_every_line_once(org: SalesOrg) -> None:
    await org.activate(model_document())
    for name in ("Bob", "Ann", "Cy"):
        await org.add_person(name)
    everything = [(item.person_id, item.kpi) for item in await org.snapshots()]
    assert len(everything) == len(set(everything)) == 4 * 4
    seen, cursor = [], None
    while True:
        async with org.database.tenant(org.id) as session:
            page = await list_kpi_snapshots(session, org.system, KpiSnapshotQuery(), PageRequest(5, cursor))
        seen += [(item.person_id, item.kpi) for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == everything


async def test_a_constant_number_of_statements(org: SalesOrg) -> None:
    """However many people and KPIs; the numbers are one statement, the months before them another, grades a third."""
    few = model_document(kpis=[flow_kpi("calls", CALLS)], targets=[])
    many = [
        flow_kpi(f"kpi-{index}", {**CALLS, "filters": [{"field": "outcome", "op": "eq", "value": str(index)}]})
        for index in range(20)
    ]
    counts = []
    for people, document in ((1, few), (15, model_document(kpis=many, targets=[]))):
        ids = [(await org.add_person(f"P{people}x{index}")).id for index in range(people)]
        await org.activate(document)
        with counted_statements(org.database) as statements:
            await org.snapshots()
        listed = len(statements)
        with counted_statements(org.database) as statements:
            async with org.database.tenant(org.id) as session:
                found = await kpi_snapshots_of(session, org.system, ids, KpiSnapshotQuery())
        counts.append((listed, len(statements)))
        assert len(found) == people
        assert sum("measure_cell" in statement for statement in statements) == 2
    assert counts[0] == counts[1]
    assert counts[0][0] <= 17
