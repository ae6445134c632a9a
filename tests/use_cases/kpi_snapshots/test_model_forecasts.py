"""The model's weekly forecasts, on the database: once a week, of what it can tell, and scored like anybody's."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.database import Database
from service.core.principal import Principal
from service.kpi_snapshots.forecasts.model import DealChance, ModelForecasts, QuarterWins
from service.kpi_snapshots.models import Forecast, ForecastRun
from service.kpi_snapshots.tasks import keep_forecasts
from service.kpi_snapshots.use_cases.model_forecasts import Moment, keep_model_forecasts
from tests.factories.forecasts import Forecasters, make_forecasters
from tests.factories.maturity import deal


async def ripened(database: Database) -> Forecasters:
    """Rita's 60 deals of the last half year, two in three won at 10 to 29 days; four are open, of others too."""
    house = await make_forecasters(database)
    today = house.org.day_of(utc_now())
    rows: list[Any] = []
    for number in range(60):
        begun, outcome = today - timedelta(days=180 - number), "lost" if number % 3 == 0 else "won"
        pipeline = "new" if number % 2 else "old"
        rows.append(deal(house.org, house.people["Rita"], begun, 10 + number % 20, outcome, pipeline=pipeline))
    for days, owner in ((3, "Rita"), (170, "Rita"), (5, "Rob")):
        rows.append(deal(house.org, house.people[owner], today - timedelta(days=days), None, "open", pipeline="new"))
    rows.append(deal(house.org, house.people["Olaf"], today - timedelta(days=4), None, "open", pipeline="unheard of"))
    await house.org.write(rows, [])
    return house


async def stored(house: Forecasters) -> list[Forecast]:
    async with house.org.database.tenant(house.org.id) as session:
        query = select(Forecast).where(col(Forecast.org_id) == house.org.id).order_by(col(Forecast.probability).desc())
        return list((await session.exec(query)).all())


async def run_of(house: Forecasters) -> ForecastRun:
    async with house.org.database.tenant(house.org.id) as session:
        return (await session.exec(select(ForecastRun).where(col(ForecastRun.org_id) == house.org.id))).one()


async def test_once_a_week_of_what_can_be_told(database: Database) -> None:
    house = await ripened(database)
    await asyncio.gather(*(keep_forecasts(database, house.org.id) for _ in range(3)))
    await keep_forecasts(database, house.org.id)
    said = await stored(house)
    deals, quarters = [one for one in said if one.deal_id], [one for one in said if one.measure]
    assert {one.forecaster for one in said} == {"model"}
    assert {one.model_version for one in deals} == {"maturity-1"}
    assert min(one.probability or 0 for one in deals) == 0  # older than every deal
    assert len(deals) == 4
    assert Decimal("0.5") < max(one.probability or Decimal(0) for one in deals) < Decimal("0.8")
    assert {one.person_id for one in quarters} == {house.people[name].id for name in ("Rita", "Rob", "Olaf")}
    rita = next(one for one in quarters if one.person_id == house.people["Rita"].id)
    assert (rita.model_version, rita.measure, rita.whole_tree) == ("wins-1", "wins", False)
    assert rita.low is not None
    assert rita.expected is not None
    assert rita.high is not None
    assert rita.low <= rita.expected <= rita.high
    run = await run_of(house)
    assert (run.deals, run.quarters) == (len(deals), len(quarters))
    assert run.made_at == said[0].made_at


async def test_nothing_where_it_cannot_tell(database: Database) -> None:
    house = await make_forecasters(database)
    await house.open_deal("Rita")
    await keep_forecasts(database, house.org.id)
    assert await stored(house) == []
    run = await run_of(house)
    assert (run.deals, run.quarters) == (0, 0)


async def test_another_model_takes_its_place(database: Database) -> None:
    house = await make_forecasters(database)
    deal_id = await house.open_deal("Rita")
    rita = house.people["Rita"].id

    async def oracle(_session: AsyncSession, _principal: Principal, moment: Moment) -> ModelForecasts:
        assert moment.quarter.start <= moment.today <= moment.quarter.end
        return ModelForecasts(
            [DealChance(deal_id, rita, 1 / 3)], "oracle-1", [QuarterWins(rita, 2.5, 0, 5)], "oracle-2"
        )

    async with database.tenant(house.org.id) as session:
        assert await keep_model_forecasts(session, house.org.system, oracle)
        assert not await keep_model_forecasts(session, house.org.system, oracle)
    one, other = await stored(house)
    assert {one.model_version, other.model_version} == {"oracle-1", "oracle-2"}
    assert {one.probability, other.probability} == {None, Decimal("0.3333")}
