"""Drivers on the database: which deals count, what is known of them before their outcome, and who may ask."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.kpi_snapshots.drivers.dto import WinDriverDTO, WinDriversDTO, WinDriversQuery
from service.kpi_snapshots.drivers.estimating import DriversWhyNot, DriverVerdict
from service.kpi_snapshots.drivers.screening import DriverNotTold
from service.kpi_snapshots.drivers.table import DriverKind
from service.kpi_snapshots.use_cases import closed_deals
from service.kpi_snapshots.use_cases.win_drivers import get_win_drivers
from service.organizations.dto.people import PersonDTO
from tests.factories.drivers import AS_OF, DEALS, DriversOrg, Story, make_drivers_org, push
from tests.factories.sales_org import make_sales_org
from tests.fixtures.statements import counted_statements


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> DriversOrg:
    return await make_drivers_org(database)


async def ask(house: DriversOrg, who: PersonDTO | None = None, **query: Any) -> WinDriversDTO:
    principal = house.org.system if who is None else house.org.acting_as(who)
    async with house.org.database.tenant(house.org.id) as session:
        return await get_win_drivers(session, principal, WinDriversQuery.model_validate({"as_of": AS_OF, **query}))


async def refused(house: DriversOrg, who: PersonDTO | None = None, **query: Any) -> ServiceError:
    with pytest.raises(ServiceError) as error:
        await ask(house, who, **query)
    return error.value


def of(found: WinDriversDTO, key: str) -> WinDriverDTO:
    return next(one for one in found.drivers if one.key == key)


async def test_a_manager_reads_what_goes_with_wins(house: DriversOrg) -> None:
    found = await ask(house, house.lead)
    assert (found.n, found.people, found.left_out, found.cannot_tell) == (DEALS, 6, 0, None)
    assert (found.success_model_id, found.success_model_version) == (house.model.id, 1)
    assert found.case_mix == ["pipeline", "amount"]
    assert found.associational
    buyer = of(found, "economic_buyer")
    assert (buyer.kind, buyer.name) == (DriverKind.CRITERION, "The economic buyer is known")
    assert buyer.verdict is DriverVerdict.GOES_WITH_WINS
    assert buyer.n == DEALS
    assert buyer.prevalence == (Decimal(buyer.with_it) / DEALS).quantize(Decimal("0.0001"))
    assert buyer.interval_low is not None
    assert buyer.odds_ratio is not None
    assert buyer.interval_high is not None
    # Planted: 0.75 against 0.25.
    assert 1 < buyer.interval_low < 9 < buyer.interval_high
    assert "won more often" in buyer.explanation
    assert found.explanation.startswith(
        f"{found.won} of {DEALS} closed deals of 6 people were won. Of the 2 candidates that can be told 1 goes with"
    )
    assert [one.key for one in found.drivers] == [
        "calls", "economic_buyer", "met_in_person", "champion", found.drivers[4].key, "plan",
    ]  # fmt: skip
    assert {one.cannot_tell for one in found.drivers[2:]} == {DriverNotTold.NOTHING_KNOWN}


async def test_calls_because_of_the_outcome_do_not_count(house: DriversOrg) -> None:
    """Each won deal has three calls on its last day: they are no driver."""
    calls = of(await ask(house, house.lead), "calls")
    assert calls.kind is DriverKind.ACTIVITY
    assert calls.verdict is DriverVerdict.NOT_BEYOND_CHANCE
    assert calls.n == DEALS
    assert calls.with_it < DEALS


async def test_everybody_of_a_team_reads_the_same(house: DriversOrg) -> None:
    whole = await ask(house, house.lead, manager_id=house.lead.id)
    for who in (house.reps[0], house.head):
        assert await ask(house, who, manager_id=house.lead.id) == whole
    assert (await ask(house, house.reps[0])).drivers == (await ask(house, house.lead)).drivers
    text = whole.model_dump_json()
    assert not any(one.name in text or str(one.id) in text for one in house.reps)
    for key in ("manager_id", "team_id"):
        error = await refused(house, house.alone, **{key: house.lead.id})
        assert error.kind is ErrorKind.NOT_FOUND


async def test_of_fewer_than_five_people_only_those_count_whom_one_sees(house: DriversOrg) -> None:
    alone = await ask(house, house.alone)
    assert (alone.n, alone.won, alone.people, alone.cannot_tell) == (1, 1, 1, DriversWhyNot.TOO_FEW_PEOPLE)
    few = {"start": "2025-10-11", "until": "2025-10-14"}
    lead, rep = await ask(house, house.lead, **few), await ask(house, house.reps[0], **few)
    assert lead.people < 5
    assert lead.n > rep.n
    assert rep.people <= 1
    assert (rep.left_out, rep.cannot_tell) == (0, DriversWhyNot.TOO_FEW_PEOPLE if rep.n else DriversWhyNot.NO_DEALS)


async def test_which_days_count(house: DriversOrg) -> None:
    whole = await ask(house)
    assert whole.n + whole.left_out == DEALS + 1
    half = await ask(house, house.lead, until="2026-01-15")
    later = await ask(house, house.lead, start="2026-01-15")
    assert half.n + later.n == DEALS
    assert (half.start, half.until) == (half.until - timedelta(days=365), half.until)
    earlier = await ask(house, house.lead, as_of=AS_OF - timedelta(days=140))
    assert 0 < earlier.n < DEALS
    before = await ask(house, house.lead, as_of=AS_OF - timedelta(days=400))
    assert (before.n, before.cannot_tell) == (0, DriversWhyNot.NO_DEALS)
    few = await ask(house, house.lead, start="2025-10-10", until="2025-11-01")
    assert few.cannot_tell is DriversWhyNot.TOO_FEW_DEALS
    assert few.deals_needed is not None
    assert few.deals_needed > 0
    assert str(few.deals_needed) in few.explanation


async def test_the_newest_deals_count(house: DriversOrg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closed_deals, "MOST_DEALS", 100)
    found = await ask(house, house.lead)
    assert (found.n, found.left_out, found.cannot_tell) == (100, DEALS - 100, None)


async def test_the_case_mix_is_asked_for(house: DriversOrg) -> None:
    by_source = await ask(house, house.lead, case_mix=["attributes.source", "attributes.economic_buyer"])
    assert (by_source.case_mix, by_source.too_telling) == (["attributes.source", "attributes.economic_buyer"], [])
    buyer = of(by_source, "economic_buyer")
    assert (buyer.cannot_tell, buyer.goes_with) == (DriverNotTold.GOES_WITH_ANOTHER, None)
    assert of(await ask(house, house.lead, case_mix=[]), "economic_buyer").verdict is DriverVerdict.GOES_WITH_WINS


async def test_evidence_that_is_dated_back_changes_nothing(house: DriversOrg, database: Database) -> None:
    other = await make_drivers_org(database)
    before = await ask(other, other.lead)
    lost = [
        Story(number, other.reps[0], AS_OF - timedelta(days=100), buyer=False, calls=0, won=False, source="web")
        for number in range(1000, 1040)
    ]
    await push(other.org, lost)
    with_lost = await ask(other, other.lead)
    assert with_lost.n == before.n + 40
    # The same deals get their buyers now, dated before their close, and calls that nobody recorded.
    late = [
        Story(one.number, one.owner, one.created, buyer=True, calls=5, won=False, source=one.source) for one in lost
    ]
    await push(other.org, late)
    assert await ask(other, other.lead) == with_lost


async def test_what_is_refused(house: DriversOrg) -> None:
    both = await refused(house, manager_id=house.lead.id, team_id=new_id())
    assert [fault.pointer for fault in both.fields] == ["team_id"]
    assert (await refused(house, success_model_id=new_id())).code == "success_model_not_found"
    assert (await refused(house, start="2026-02-01", until="2026-02-01")).fields[0].pointer == "until"
    assert (await refused(house, start="2020-02-01", until="2026-02-01")).fields[0].pointer == "from"
    stranger = await make_sales_org(house.org.database)
    async with house.org.database.tenant(stranger.id) as session:
        with pytest.raises(ServiceError):
            await get_win_drivers(session, stranger.system, WinDriversQuery(manager_id=house.lead.id))


async def test_without_a_model_there_are_no_candidates(database: Database) -> None:
    org = await make_sales_org(database)
    async with org.database.tenant(org.id) as session:
        empty = await get_win_drivers(session, org.system, WinDriversQuery())
    assert (empty.n, empty.cannot_tell, empty.success_model_id) == (0, DriversWhyNot.NO_DEALS, None)
    rep = await org.add_person("Rep")
    await org.add_deal(rep, AS_OF - timedelta(days=9), AS_OF, "won")
    async with org.database.tenant(org.id) as session:
        found = await get_win_drivers(session, org.system, WinDriversQuery(as_of=AS_OF))
    assert (found.n, found.cannot_tell, found.drivers) == (1, DriversWhyNot.NO_CANDIDATES, [])


async def test_as_many_statements_for_any_number_of_deals(house: DriversOrg) -> None:
    with counted_statements(house.org.database) as few:
        await ask(house, house.lead, until="2025-12-01")
    with counted_statements(house.org.database) as many:
        await ask(house, house.lead)
    assert len(few) == len(many)
