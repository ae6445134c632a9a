"""Forecasts on the database: who makes them of what, when it is too late, who reads them, and that they stay."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from asyncpg import InsufficientPrivilegeError
from sqlalchemy import delete, update
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col, select

from service.core.clock import utc_now
from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.kpi_snapshots.forecasts.dto import CreateForecast, ForecastDTO, ForecastFilter
from service.kpi_snapshots.forecasts.kinds import ForecasterKind
from service.kpi_snapshots.models import Forecast
from service.kpi_snapshots.periods import Calendar
from service.kpi_snapshots.use_cases.forecasts import create_forecast, get_forecast, list_forecasts
from service.organizations.use_cases.lifecycle import delete_organization
from service.success_models.targets import PeriodKind
from tests.factories.forecasts import Forecasters, make_forecasters


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> Forecasters:
    return await make_forecasters(database)


async def say(house: Forecasters, who: str | Principal, **said: Any) -> ForecastDTO:
    principal = who if isinstance(who, Principal) else house.org.acting_as(house.people[who])
    async with house.org.database.tenant(house.org.id) as session:
        return await create_forecast(session, principal, CreateForecast.model_validate(said))


async def refused(house: Forecasters, who: str | Principal, **said: Any) -> tuple[ErrorKind, str, list[str]]:
    with pytest.raises(ServiceError) as error:
        await say(house, who, **said)
    return error.value.kind, error.value.code, [field.pointer for field in error.value.fields]


async def listed(house: Forecasters, who: str, **asked: Any) -> list[ForecastDTO]:
    async with house.org.database.tenant(house.org.id) as session:
        principal = house.org.acting_as(house.people[who])
        page = await list_forecasts(session, principal, ForecastFilter.model_validate(asked), PageRequest())
    return page.items


def quarter(house: Forecasters, whose: str, **fields: Any) -> dict[str, Any]:
    today = house.org.day_of(utc_now())
    period = Calendar().period_of(PeriodKind.QUARTER, today)
    said = {"period_start": period.start, "measure": "wins", "expected": "7", "low": 4, "high": 11}
    return {"quarter": {"person_id": house.people[whose].id, **said, **fields}}


async def test_a_deal_is_forecast_by_its_owner_and_those_above(house: Forecasters) -> None:
    deal_id = await house.open_deal("Rita")
    before = utc_now()
    soon = house.org.day_of(before) + timedelta(days=9)
    mine = await say(house, "Rita", deal={"deal_id": deal_id, "probability": "0.6", "expected_close_on": soon})
    assert before <= mine.made_at <= utc_now()
    assert (mine.forecaster, mine.forecaster_id) == (ForecasterKind.REP, house.people["Rita"].id)
    assert (mine.person_id, mine.deal_id, mine.probability) == (mine.forecaster_id, deal_id, Decimal("0.6"))
    assert (mine.expected_close_on, mine.model_version, mine.period_start) == (soon, None, None)
    for above in ("Lea", "Mia"):
        theirs = await say(house, above, deal={"deal_id": deal_id, "probability": 0})
        assert (theirs.forecaster, theirs.forecaster_id) == (ForecasterKind.MANAGER, house.people[above].id)
    again = await say(house, "Rita", deal={"deal_id": deal_id, "probability": 1})
    assert [one.id for one in await listed(house, "Rita", deal_id=deal_id)] == [again.id, mine.id]


async def test_what_is_not_yours_is_not_yours_to_forecast(house: Forecasters) -> None:
    org = house.org
    deal_id = await house.open_deal("Rita")
    said = {"deal_id": deal_id, "probability": "0.5"}
    assert await refused(house, "Rob", deal=said) == (ErrorKind.INVALID, "invalid_input", ["/deal/deal_id"])
    assert (await refused(house, org.system, deal=said))[:2] == (ErrorKind.FORBIDDEN, "forecast_of_nobody")
    admin = org.acting_as(await org.add_person("Ada", role="admin"))
    assert (await refused(house, admin, deal=said))[:2] == (ErrorKind.FORBIDDEN, "not_your_forecast")
    nothing = {"deal_id": new_id(), "probability": "0.5"}
    assert (await refused(house, "Rita", deal=nothing))[2] == ["/deal/deal_id"]
    yesterday = org.day_of(utc_now()) - timedelta(days=1)
    assert (await refused(house, "Rita", deal=said | {"expected_close_on": yesterday}))[2] == [
        "/deal/expected_close_on"
    ]
    no_one = Principal(org_id=org.id, permissions=frozenset({"forecasts:read"}))
    assert (await refused(house, no_one, deal=said))[:2] == (ErrorKind.FORBIDDEN, "permission_denied")


async def test_what_is_decided_is_no_forecast(house: Forecasters) -> None:
    for outcome in ("won", "lost"):
        row = await house.org.add_deal(
            house.people["Rita"], house.org.local(2025, 1, 2), house.org.local(2025, 2, 3), outcome
        )
        answer = await refused(house, "Rita", deal={"deal_id": row.id, "probability": 1})
        assert answer == (ErrorKind.CONFLICT, "deal_decided", ["/deal/deal_id"])
    ended = await refused(house, "Rita", **quarter(house, "Rita", period_start="2025-01-01"))
    assert ended == (ErrorKind.CONFLICT, "quarter_ended", ["/quarter/period_start"])


async def test_quarters_of_a_person_and_of_a_tree(house: Forecasters) -> None:
    mine = await say(house, "Rita", **quarter(house, "Rita"))
    assert (mine.forecaster, mine.whole_tree, mine.deal_id) == (ForecasterKind.REP, False, None)
    assert mine.period_end == Calendar().period_of(PeriodKind.QUARTER, house.org.day_of(utc_now())).end
    assert [mine.low, mine.expected, mine.high] == [Decimal(4), Decimal(7), Decimal(11)]
    hers = await say(house, "Lea", **quarter(house, "Rita", measure="amount"))
    assert (hers.forecaster, hers.person_id) == (ForecasterKind.MANAGER, house.people["Rita"].id)
    tree = await say(house, "Lea", **quarter(house, "Lea", whole_tree=True))
    own = await say(house, "Lea", **quarter(house, "Lea"))
    assert [(one.forecaster, one.whole_tree) for one in (tree, own)] == [
        (ForecasterKind.MANAGER, True),
        (ForecasterKind.REP, False),
    ]
    assert (await say(house, "Mia", **quarter(house, "Lea", whole_tree=True))).whole_tree
    for field, said in (
        ("person_id", quarter(house, "Rob")),
        ("whole_tree", quarter(house, "Rita", whole_tree=True)),
        ("period_start", quarter(house, "Rita", period_start=date(2099, 1, 1))),
        ("period_start", quarter(house, "Rita", period_start=mine.period_end)),
    ):
        assert (await refused(house, "Rita", **said))[2] == [f"/quarter/{field}"]


async def test_who_reads_what(house: Forecasters) -> None:
    deal_id = await house.open_deal("Rob")
    by_rob = await say(house, "Rob", deal={"deal_id": deal_id, "probability": "0.9"})
    by_lea = await say(house, "Lea", deal={"deal_id": deal_id, "probability": "0.2"})
    model = house.said(None, "Rob", deal_id, 0.3, utc_now())
    model_id = model.id
    await house.org.write([model], [])
    seen = {who: {one.id for one in await listed(house, who, deal_id=deal_id)} for who in house.people}
    assert seen == {
        "Rob": {by_rob.id, model_id},
        "Lea": {by_rob.id, by_lea.id, model_id},
        "Mia": {by_rob.id, by_lea.id, model_id},
        "Rita": set(),
        "Olaf": set(),
    }
    async with house.org.database.tenant(house.org.id) as session:
        read = await get_forecast(session, house.org.acting_as(house.people["Lea"]), by_rob.id)
        assert read == by_rob
        with pytest.raises(ServiceError) as error:
            await get_forecast(session, house.org.acting_as(house.people["Rita"]), by_rob.id)
    assert error.value.code == "forecast_not_found"


async def test_a_list_is_narrowed(house: Forecasters) -> None:
    deal_id = await house.open_deal("Rob")
    first = await say(house, "Rob", deal={"deal_id": deal_id, "probability": "0.9"})
    second = await say(house, "Lea", **quarter(house, "Rob"))
    rob, lea = (house.people[name].id for name in ("Rob", "Lea"))

    async def ids(**asked: Any) -> set[UUID]:
        return {one.id for one in await listed(house, "Lea", made_since=first.made_at, **asked)}

    assert await ids() == await ids(person_id=rob) == {first.id, second.id}
    assert await ids(subject="deal") == await ids(forecaster="rep") == await ids(deal_id=deal_id) == {first.id}
    assert await ids(subject="quarter") == await ids(forecaster_id=lea) == {second.id}
    assert await ids(made_until=second.made_at) == {first.id}
    assert await ids(forecaster="model") == set()


async def test_the_database_keeps_them_as_they_are(database: Database) -> None:
    house = await make_forecasters(database)
    deal_id = await house.open_deal("Rita")
    said = await say(house, "Rita", deal={"deal_id": deal_id, "probability": "0.6"})
    mine = col(Forecast.org_id) == house.org.id
    with pytest.raises(ProgrammingError) as error:
        async with database.tenant(house.org.id) as session:
            await session.exec(update(Forecast).where(mine).values(probability=1))
    assert isinstance(error.value.orig.__cause__, InsufficientPrivilegeError)  # type: ignore[union-attr]
    async with database.tenant(house.org.id) as session:
        await session.exec(delete(Forecast).where(mine))
    async with database.tenant(house.org.id) as session:
        kept = (await session.exec(select(Forecast).where(mine))).one()
        assert (kept.id, kept.probability) == (said.id, Decimal("0.6"))
        await delete_organization(session, house.org.system, [])
    async with database.tenant(house.org.id) as session:
        assert (await session.exec(select(Forecast).where(mine))).all() == []
