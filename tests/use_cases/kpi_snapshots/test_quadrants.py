"""Quadrants on the database: who is in which, who may see it, and that all askers are told the same."""

from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.kpi_snapshots.quadrants.classifying import QuadrantVerdict, Undecided
from service.kpi_snapshots.quadrants.dto import PersonQuadrantDTO, QuadrantsDTO, QuadrantsQuery
from service.kpi_snapshots.use_cases.quadrants import get_quadrants
from service.organizations.dto.people import PersonDTO
from service.organizations.dto.teams import CreateTeam
from service.organizations.use_cases.teams import create_team
from service.success_models.targets import PeriodKind
from tests.factories.quadrants import QuadrantHouse, make_quadrant_house
from tests.factories.sales_org import make_sales_org
from tests.fixtures.statements import counted_statements


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> QuadrantHouse:
    return await make_quadrant_house(database)


async def ask(house: QuadrantHouse, who: PersonDTO | None = None, **query: Any) -> QuadrantsDTO:
    principal = house.org.system if who is None else house.org.acting_as(who)
    async with house.org.database.tenant(house.org.id) as session:
        asked = QuadrantsQuery.model_validate({**house.query, **query})
        return await get_quadrants(session, principal, asked)


def by_name(found: QuadrantsDTO) -> dict[str, PersonQuadrantDTO]:
    return {one.name: one for one in found.people}


async def test_who_is_in_which_quadrant(house: QuadrantHouse) -> None:
    found = await ask(house)
    told = by_name(found)
    assert [one.name for one in found.people] == sorted(house.people)
    assert {name: told[name].verdict for name in ("Una", "Lucy", "Saul", "Fred")} == {
        "Una": QuadrantVerdict.UNLUCKY,
        "Lucy": QuadrantVerdict.LUCKY,
        "Saul": QuadrantVerdict.EARNED_SUCCESS,
        "Fred": QuadrantVerdict.EARNED_FAILURE,
    }
    una, mia, newt, nell = (told[name] for name in ("Una", "Mia", "Newt", "Nell"))
    assert una.prescription.startswith("Be patient, and do not stop doing the right things")
    assert (una.cannot_tell, una.settles, una.won, una.decided, una.open) == (None, None, 3, 30, 0)
    # A won deal is asked for four criteria, a lost one for those of the stage that it left.
    assert (una.process_met, una.process_n, una.process_deals, una.process_periods) == (66, 66, 30, 0)
    assert una.process_standard == Decimal("0.7")
    chances = [una.earned_success, una.unlucky, una.lucky, una.earned_failure]
    assert sum(one for one in chances if one is not None) == pytest.approx(Decimal(1), abs=Decimal("0.0003"))
    assert una.residual_low < una.residual < una.residual_high < 0  # type: ignore[operator]
    assert una.own_left_out
    assert (mia.verdict, mia.cannot_tell) == (QuadrantVerdict.INSUFFICIENT_DATA, Undecided.OUTCOME_CLOSE)
    assert (newt.verdict, newt.cannot_tell, newt.decided, newt.open) == (
        QuadrantVerdict.TOO_EARLY,
        Undecided.OPEN_DEALS_DECIDE,
        4,
        12,
    )
    assert newt.settles_on is not None
    assert newt.settles_on > house.org.day_of(found.as_of)
    assert str(newt.settles_on) in str(newt.settles)
    assert (nell.verdict, nell.cannot_tell, nell.n) == (QuadrantVerdict.INSUFFICIENT_DATA, Undecided.NO_DEALS, 0)
    assert (nell.expected, nell.process_share, nell.unlucky) == (None, None, None)
    assert (found.verdict_probability, found.interval_level) == (Decimal("0.80"), Decimal("0.9"))


async def test_everybody_is_told_the_same(house: QuadrantHouse) -> None:
    everybody = by_name(await ask(house))
    assert by_name(await ask(house, house.lea)) == everybody
    una = house.people["Una"]
    assert by_name(await ask(house, una)) == {"Una": everybody["Una"]}
    assert by_name(await ask(house, person_id=una.id)) == {"Una": everybody["Una"]}
    assert by_name(await ask(house, manager_id=house.lea.id)) == everybody
    assert by_name(await ask(house, manager_id=una.id)) == {}


async def test_who_may_not_see(house: QuadrantHouse) -> None:
    una, saul = house.people["Una"], house.people["Saul"]
    async with house.org.database.tenant(house.org.id) as session:
        data = CreateTeam(name="Lucky ones", member_ids=[house.people["Lucy"].id, una.id])
        team = await create_team(session, house.org.system, data)
    assert set(by_name(await ask(house, team_id=team.id))) == {"Lucy", "Una"}
    assert set(by_name(await ask(house, una, team_id=team.id))) == {"Una"}
    for who, query in (
        (una, {"person_id": saul.id}),
        (una, {"manager_id": house.lea.id}),
        (saul, {"team_id": team.id}),
        (None, {"person_id": new_id()}),
    ):
        with pytest.raises(ServiceError) as refused:
            await ask(house, who, **query)
        assert refused.value.kind is ErrorKind.NOT_FOUND
    with pytest.raises(ServiceError) as both:
        await ask(house, manager_id=house.lea.id, team_id=team.id)
    assert both.value.kind is ErrorKind.INVALID


async def test_nothing_later_counts(house: QuadrantHouse) -> None:
    early = by_name(await ask(house, as_of="2026-04-20T12:00:00Z"))
    verdicts = {one.verdict for one in early.values()}
    assert verdicts == {QuadrantVerdict.TOO_EARLY, QuadrantVerdict.INSUFFICIENT_DATA}
    assert early["Una"].open > early["Una"].decided
    before = await ask(house, period_start="2026-01-01", as_of="2026-03-20T12:00:00Z")
    assert {one.cannot_tell for one in before.people} == {Undecided.NO_DEALS}
    later = by_name(await ask(house, as_of="2026-07-20T12:00:00Z"))
    assert later["Una"].verdict is QuadrantVerdict.UNLUCKY


async def test_no_model_no_deals_and_few_statements(database: Database, house: QuadrantHouse) -> None:
    org = await make_sales_org(database)
    await org.add_person("Rita")
    async with database.tenant(org.id) as session:
        found = await get_quadrants(session, org.system, QuadrantsQuery(period=PeriodKind.MONTH))
    assert found.people == []
    counts = []
    for as_of in ("2026-04-08T12:00:00Z", None):
        with counted_statements(house.org.database) as statements:
            await ask(house, as_of=as_of)
        counts.append(len(statements))
    assert counts[0] == counts[1]
