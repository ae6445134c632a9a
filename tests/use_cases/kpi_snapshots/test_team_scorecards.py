"""Team scorecards on the database: the whole tree, as the lines were then, for those who may see the manager."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from service.core.errors import ErrorKind, ServiceError
from service.core.principal import Principal
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.rollups.dto import TeamLineDTO, TeamScorecardDTO
from service.kpi_snapshots.use_cases.team_scorecards import get_team_scorecard
from service.organizations.dto.people import PersonDTO
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document, target
from tests.fixtures.statements import counted_statements

TARGETS = [target("calls", "month", "10"), target("connected-rate", "month", "0.5")]
Tree = dict[str, PersonDTO]


@pytest_asyncio.fixture
async def tree(org: SalesOrg) -> Tree:
    """Top over Lead over Ann and Bob, with calls in March 2026."""
    await org.activate(model_document(targets=TARGETS))
    top = await org.add_person("Top", role="manager", hired_on="2025-01-01")
    lead = await org.add_person("Lead", role="manager", manager_id=top.id, hired_on="2025-01-01")
    people = {"Top": top, "Lead": lead}
    for name in ("Ann", "Bob"):
        people[name] = await org.add_person(name, manager_id=lead.id, hired_on="2025-01-01")
    for person, calls in ((people["Ann"], 4), (people["Bob"], 2), (lead, 1), (top, 7)):
        for day in range(calls):
            outcome = "connected" if day % 2 == 0 else "no_answer"
            await org.add_activity(person, org.local(2026, 3, 2 + day, 12), outcome=outcome)
    await org.refresh()
    return people


async def card(org: SalesOrg, manager: PersonDTO, principal: Principal | None = None, **query: Any) -> TeamScorecardDTO:
    asked = {"manager_id": manager.id, "as_of": org.local(2026, 3, 20, 12), **query}
    async with org.database.tenant(org.id) as session:
        return await get_team_scorecard(session, principal or org.system, KpiSnapshotQuery.model_validate(asked))


def line(found: TeamScorecardDTO, kpi: str) -> TeamLineDTO:
    (one,) = [row for row in (*found.process, *found.outcome) if row.kpi == kpi]
    return one


async def test_the_facts_of_the_whole_tree_are_pooled(org: SalesOrg, tree: Tree) -> None:
    team = await card(org, tree["Lead"])
    assert (team.people, team.team_on) == (2, date(2026, 3, 20))
    calls, rate = line(team, "calls"), line(team, "connected-rate")
    assert (calls.value, calls.target, calls.people, calls.people_with_target) == (Decimal(6), Decimal(20), 2, 2)
    assert (calls.attainment, calls.expected is not None and 0 < calls.expected < 20) == (Decimal("0.3"), True)
    assert (rate.value, rate.numerator, rate.denominator) == (Decimal("0.5"), Decimal(3), Decimal(6))
    assert rate.target == Decimal("0.5")
    above = await card(org, tree["Top"])
    assert (above.people, line(above, "calls").value) == (
        3,
        Decimal(7),
    )  # the managers below sell too, Top is not in it
    assert [one.kpi for one in above.outcome] == ["won-amount", "win-rate"]


async def test_the_team_is_that_of_then(org: SalesOrg, tree: Tree) -> None:
    cid = await org.add_person("Cid", manager_id=tree["Lead"].id, hired_on="2026-03-10", manager_from="2026-03-10")
    await org.add_activity(cid, org.local(2026, 3, 11, 12))
    await org.refresh()
    assert line(await card(org, tree["Lead"]), "calls").value == 7
    before = await card(org, tree["Lead"], as_of=org.local(2026, 3, 9, 12))
    assert before.people == 2
    ended = await card(org, tree["Lead"], period_start="2026-02-01")
    assert (ended.team_on, ended.people, line(ended, "calls").value) == (date(2026, 2, 28), 2, Decimal(0))


async def test_whoever_manages_nobody_has_an_empty_team(org: SalesOrg, tree: Tree) -> None:
    empty = await card(org, tree["Ann"])
    assert (empty.people, empty.process, empty.outcome) == (0, [], [])


@pytest.mark.parametrize(
    ("who", "whose", "may"), [("Top", "Lead", True), ("Lead", "Lead", True), ("Ann", "Lead", False)]
)
async def test_who_may_ask(org: SalesOrg, tree: Tree, who: str, whose: str, may: bool) -> None:
    principal = org.acting_as(tree[who])
    if may:
        assert await card(org, tree[whose], principal) == await card(org, tree[whose])
    else:
        with pytest.raises(ServiceError) as refused:
            await card(org, tree[whose], principal)
        assert refused.value.code == "person_not_found"


async def test_permissions_and_other_organizations(org: SalesOrg, tree: Tree) -> None:
    with pytest.raises(ServiceError) as refused:
        await card(org, tree["Lead"], Principal(org_id=org.id, permissions=frozenset()))
    assert refused.value.kind is ErrorKind.FORBIDDEN
    other = await make_sales_org(org.database)
    with pytest.raises(ServiceError) as hidden:
        await card(other, tree["Lead"])
    assert hidden.value.code == "person_not_found"


async def test_any_number_of_people_in_as_many_statements(org: SalesOrg, tree: Tree) -> None:
    counts = []
    for manager in ("Lead", "Top"):
        with counted_statements(org.database) as statements:
            await card(org, tree[manager])
        counts.append(len(statements))
    assert counts[0] == counts[1]
