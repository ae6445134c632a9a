"""Scorecards: process and outcome apart, the periods before, the same for the rep and their manager."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from service.core.database import Database
from service.core.errors import ServiceError
from service.core.principal import Principal
from service.kpi_snapshots.dto import KpiSnapshotQuery, ScorecardDTO
from service.kpi_snapshots.trend import Direction
from service.kpi_snapshots.use_cases.scorecards import PERIODS_BEFORE, get_scorecard, scorecards_of
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document
from tests.fixtures.statements import counted_statements

AS_OF = datetime(2026, 9, 15, 16, tzinfo=UTC)


async def card(org: SalesOrg, person: Any, principal: Principal | None = None, **query: Any) -> ScorecardDTO:
    """A person's card in September 2026."""
    asked = KpiSnapshotQuery.model_validate({"person_id": person.id, "as_of": AS_OF, **query})
    async with org.database.tenant(org.id) as session:
        return await get_scorecard(session, principal or org.system, asked)


async def test_process_and_outcome_stand_apart(org: SalesOrg) -> None:
    model = await org.activate(model_document())
    ann = await org.add_person("Ann")
    found = await card(org, ann)
    assert [line.snapshot.kpi for line in found.process] == ["calls", "connected-rate"]
    assert [line.snapshot.kpi for line in found.outcome] == ["won-amount", "win-rate"]
    assert (found.success_model_id, found.period_start.isoformat()) == (model.id, "2026-09-01")


async def test_a_trend_holds_the_periods_before_and_a_direction_beyond_chance_only(org: SalesOrg) -> None:
    await org.activate(model_document())
    rising, steady = await org.add_person("Rising"), await org.add_person("Steady")
    for month in range(3, 9):
        for person, calls in ((rising, 4 * (month - 2)), (steady, 6 + month % 2)):
            for day in range(1, calls + 1):
                await org.add_activity(person, org.local(2026, month, day, 9))
    await org.refresh()
    (line,) = [line for line in (await card(org, rising)).process if line.snapshot.kpi == "calls"]
    assert [point.value for point in line.trend] == [Decimal(4 * number) for number in range(1, PERIODS_BEFORE + 1)]
    assert line.direction is Direction.RISING
    (line,) = [line for line in (await card(org, steady)).process if line.snapshot.kpi == "calls"]
    assert line.direction is Direction.STEADY


async def test_a_rep_and_their_manager_see_the_same_card_and_nobody_else_sees_it(org: SalesOrg) -> None:
    await org.activate(model_document())
    boss = await org.add_person("Boss", role="manager")
    ann = await org.add_person("Ann", manager_id=boss.id, manager_from="2026-01-01")
    bob = await org.add_person("Bob")
    await org.add_activity(ann, AS_OF - timedelta(days=1))
    own = await card(org, ann, org.acting_as(ann))
    assert own == await card(org, ann, org.acting_as(boss))
    with pytest.raises(ServiceError, match="No such person"):
        await card(org, ann, org.acting_as(bob))


async def test_another_organizations_person_has_no_card(org: SalesOrg, database: Database) -> None:
    stranger = await (await make_sales_org(database)).add_person("Stranger")
    await org.activate(model_document())
    with pytest.raises(ServiceError, match="No such person"):
        await card(org, stranger)


async def test_without_a_model_a_card_is_empty(org: SalesOrg) -> None:
    found = await card(org, await org.add_person("Ann"))
    assert (found.success_model_id, found.process, found.outcome) == (None, [], [])


async def test_as_many_statements_for_many_people(org: SalesOrg) -> None:
    await org.activate(model_document())
    counts = []
    for size in (1, 12):
        ids = [(await org.add_person(f"P{size}x{index}")).id for index in range(size)]
        with counted_statements(org.database) as statements:
            async with org.database.tenant(org.id) as session:
                assert len(await scorecards_of(session, org.system, ids, KpiSnapshotQuery())) == size
        counts.append(len(statements))
    assert counts[0] == counts[1]
