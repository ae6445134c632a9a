"""How forecasts came true, on the database: which forecast of which deal counts, whose, when, and who reads it."""

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import perf_counter
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.principal import Principal
from service.kpi_snapshots.forecasts.accuracy_dto import (
    DealForecastScoreDTO,
    ForecastAccuracyDTO,
    ForecastAccuracyQuery,
)
from service.kpi_snapshots.forecasts.kinds import BiasVerdict, ForecastCannotTell
from service.kpi_snapshots.use_cases.forecast_accuracy import get_forecast_accuracy
from service.organizations.dto.people import ManagerPeriodInput
from service.organizations.dto.teams import CreateTeam
from service.organizations.use_cases.reporting_lines import add_manager_period
from service.organizations.use_cases.teams import create_team
from tests.factories.forecasts import AS_OF, Forecasters, make_forecasters
from tests.factories.maturity import deal
from tests.fixtures.statements import counted_statements


async def ask(house: Forecasters, who: str | None = None, **query: Any) -> ForecastAccuracyDTO:
    asked = ForecastAccuracyQuery.model_validate({"as_of": AS_OF, **query})
    principal = house.org.system if who is None else house.org.acting_as(house.people[who])
    async with house.org.database.tenant(house.org.id) as session:
        return await get_forecast_accuracy(session, principal, asked)


def lines(found: ForecastAccuracyDTO) -> dict[tuple[str, str | None], DealForecastScoreDTO]:
    return {(one.forecaster.value, one.name): one for one in found.deals}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(database: Database) -> Forecasters:
    """Rita's 40 deals closed at noon in October: every other one won. She says 0.9 of each, Lea and the model know."""
    house = await make_forecasters(database)
    rows: list[Any] = []
    for number in range(40):
        begun, won = date(2025, 9, 1) + timedelta(days=number % 5), number % 2 == 0
        row = deal(house.org, house.people["Rita"], begun, 40, "won" if won else "lost")
        assert row.closed_at is not None
        rows.append(row)
        weeks = [row.closed_at - timedelta(days=days) for days in (30, 20, 13)]
        rows += [
            house.said("Rita", "Rita", row.id, chance, at) for chance, at in zip((0.1, 0.9, 0.5), weeks, strict=True)
        ]
        by_lea = house.said("Lea", "Rita", row.id, 0.8 if won else 0.2, weeks[1])
        assert row.closed_on is not None
        by_lea.expected_close_on = row.closed_on - timedelta(days=4) if number < 20 else None
        rows.append(by_lea)
        rows.append(house.said(None, "Rita", row.id, 0.7 if won else 0.4, weeks[0]))
        # Rob made up his mind on the last day.
        rows.append(house.said("Mia", "Rita", row.id, float(won), row.closed_at - timedelta(days=1)))
    pending = deal(house.org, house.people["Rob"], date(2025, 12, 1), None, "open")
    rows += [pending, house.said("Rob", "Rob", pending.id, 0.5, AS_OF - timedelta(days=9))]
    await house.org.write(rows, [])
    return house


async def test_one_forecast_per_deal_the_last_that_was_early_enough(house: Forecasters) -> None:
    found = lines(await ask(house))
    assert list(found) == [
        *(("model", None), ("rep", None), ("manager", None)),
        *(("manager", "Lea"), ("manager", "Mia"), ("rep", "Rita"), ("rep", "Rob")),
    ]
    rita = found["rep", "Rita"]
    assert (rita.n, rita.won, rita.mean_forecast, rita.share_won) == (40, 20, Decimal("0.9"), Decimal("0.5"))
    assert (rita.bias, rita.verdict, rita.cannot_tell) == (Decimal("0.4"), BiasVerdict.TOO_HIGH, None)
    assert rita.bias_low < Decimal("0.4") < rita.bias_high  # type: ignore[operator]
    assert rita.brier == Decimal("0.41")
    assert rita.skill == Decimal("-0.64")
    assert (rita.reliability, rita.resolution, rita.uncertainty) == (Decimal("0.16"), Decimal(0), Decimal("0.25"))
    assert "too much" in rita.explanation
    assert "Too hopeful, beyond chance" in rita.explanation
    assert [(one.n, one.said_from, one.share_won) for one in rita.bins] == [(40, Decimal("0.9"), Decimal("0.5"))]
    lea = found["manager", "Lea"]
    assert (lea.brier, lea.skill, lea.verdict) == (Decimal("0.04"), Decimal("0.84"), BiasVerdict.NONE_SEEN)
    assert (lea.n, lea.undecided, lea.too_late) == (40, 0, 0)
    assert (lea.dated, lea.days_late, rita.dated, rita.days_late) == (20, Decimal(4), 0, None)
    mia = found["manager", "Mia"]
    assert (mia.n, mia.too_late, mia.cannot_tell) == (0, 40, ForecastCannotTell.TOO_FEW_SCORED)
    assert (mia.brier, mia.deals_needed, mia.bins) == (None, 30, [])
    assert (found["rep", "Rob"].n, found["rep", "Rob"].undecided) == (0, 1)
    assert (found["rep", None].n, found["rep", None].undecided) == (40, 1)
    assert (found["manager", None].n, found["manager", None].too_late) == (40, 40)
    assert found["model", None].brier == Decimal("0.125")


async def test_the_horizon_decides_which(house: Forecasters) -> None:
    for days, said in ((0, "0.5"), (13, "0.5"), (20, "0.9"), (21, "0.1"), (30, "0.1")):
        found = lines(await ask(house, horizon_days=days))
        assert found["rep", "Rita"].mean_forecast == Decimal(said), days
    late = lines(await ask(house, horizon_days=31))
    assert (late["rep", "Rita"].n, late["rep", "Rita"].too_late) == (0, 40)
    assert lines(await ask(house, horizon_days=1))["manager", "Mia"].brier == 0


async def test_when_and_whose(house: Forecasters) -> None:
    people = house.people
    early = lines(await ask(house, as_of=datetime(2025, 10, 1, tzinfo=UTC)))
    assert (early["rep", "Rita"].n, early["rep", "Rita"].undecided) == (0, 40)
    before = lines(await ask(house, period="quarter", period_start="2025-07-01"))
    assert (before["rep", "Rita"].n, before["rep", "Rita"].undecided, before["rep", "Rita"].too_late) == (0, 0, 0)
    quarter = await ask(house, period="quarter")
    assert (quarter.period_start, quarter.period_end) == (date(2025, 10, 1), date(2025, 12, 31))
    assert lines(quarter)["rep", "Rita"].n == 40
    assert set(lines(await ask(house, forecaster="rep"))) == {("rep", None), ("rep", "Rita"), ("rep", "Rob")}
    assert set(lines(await ask(house, person_id=people["Lea"].id))) == {
        ("model", None), ("manager", None), ("manager", "Lea"),
    }  # fmt: skip
    below = lines(await ask(house, manager_id=people["Lea"].id))
    assert {name for _, name in below} == {None, "Lea", "Rita", "Rob"}
    assert below["model", None].n == 40
    assert lines(await ask(house, person_id=people["Rob"].id))["model", None].n == 0
    async with house.org.database.tenant(house.org.id) as session:
        team = await create_team(session, house.org.system, CreateTeam(name="T", member_ids=[people["Rob"].id]))
    assert {name for _, name in lines(await ask(house, team_id=team.id))} == {None, "Rob"}
    assert {name for _, name in lines(await ask(house, "Lea", team_id=team.id))} == {None, "Rob"}
    for who, query, code in (
        ("Rita", {"team_id": team.id}, "team_not_found"),
        ("Rita", {"person_id": people["Lea"].id}, "person_not_found"),
        ("Rita", {"manager_id": people["Lea"].id}, "person_not_found"),
        (None, {"person_id": new_id()}, "person_not_found"),
        (None, {"team_id": team.id, "manager_id": people["Lea"].id}, "invalid_input"),
        (None, {"period_start": "2025-10-01"}, "invalid_input"),
        (None, {"period": "quarter", "period_start": "2025-10-02"}, "invalid_input"),
    ):
        with pytest.raises(ServiceError) as refused:
            await ask(house, who, **query)
        assert refused.value.code == code


async def test_who_reads_what(house: Forecasters) -> None:
    seen = {who: {name for _, name in lines(await ask(house, who))} - {None} for who in house.people}
    assert seen == {
        "Mia": {"Lea", "Mia", "Rita", "Rob"},
        "Lea": {"Lea", "Rita", "Rob"},
        "Rita": {"Rita"},
        "Rob": {"Rob"},
        "Olaf": set(),
    }
    # The model's is for everybody, managers' are not.
    olaf = lines(await ask(house, "Olaf"))
    assert (list(olaf), olaf["model", None].n) == ([("model", None)], 40)
    assert ("manager", None) not in lines(await ask(house, "Rita"))
    nobody = Principal(org_id=house.org.id, permissions=frozenset({"kpi_snapshots:read"}))
    async with house.org.database.tenant(house.org.id) as session:
        with pytest.raises(ServiceError) as refused:
            await get_forecast_accuracy(session, nobody, ForecastAccuracyQuery())
    assert refused.value.kind is ErrorKind.FORBIDDEN


async def test_nothing_at_all_and_all_the_same(database: Database) -> None:
    house = await make_forecasters(database)
    empty = await ask(house)
    assert (set(lines(empty)), len(empty.quarters)) == ({("model", None)}, 0)
    assert lines(empty)["model", None].cannot_tell is ForecastCannotTell.TOO_FEW_SCORED
    rows: list[Any] = []
    for _ in range(31):
        row = deal(house.org, house.people["Rob"], date(2025, 9, 1), 40, "won")
        rows += [row, house.said("Rob", "Rob", row.id, 1.0, datetime(2025, 9, 2, tzinfo=UTC))]
    await house.org.write(rows, [])
    found = lines(await ask(house))["rep", "Rob"]
    assert (found.cannot_tell, found.skill, found.brier) == (ForecastCannotTell.ALL_THE_SAME, None, Decimal(0))
    assert (found.verdict, found.bias) == (BiasVerdict.NONE_SEEN, Decimal(0))


MANY = """
INSERT INTO deal (org_id, id, outcome, owner_id, created_at, created_on, created_owner_id, closed_at, closed_on,
                  closed_owner_id, attributes, received_at, known_from, fingerprint, slips, stage_history,
                  owner_history, close_date_history, amount_history)
SELECT $1, gen_random_uuid(), CASE WHEN n % 10 < 3 THEN 'won' ELSE 'lost' END, $2, at, at::date, $2,
       at + interval '40 days', at::date + 40, $2, '{}', at, at, '', 0, '[]', '[]', '[]', '[]'
FROM generate_series(1, 100000) AS n, LATERAL (SELECT timestamptz '2025-09-01 12:00:00Z' AS at) AS x
"""
SAID = """
INSERT INTO forecast (org_id, id, made_at, forecaster, forecaster_id, person_id, deal_id, probability, whole_tree)
SELECT org_id, gen_random_uuid(), created_at, 'rep', owner_id, owner_id, id, 0.3, false FROM deal WHERE org_id = $1
"""


async def test_a_hundred_thousand_deals_of_one_rep(database: Database, urls: DatabaseUrls) -> None:
    house = await make_forecasters(database)
    owner = await asyncpg.connect(urls.owner)
    await owner.execute(f"SET app.org_id = '{house.org.id}'")
    await owner.execute(MANY, house.org.id, house.people["Rita"].id)
    await owner.execute(SAID, house.org.id)
    await owner.execute("ANALYZE deal, forecast")
    await owner.close()
    took = []
    for _ in range(3):
        began = perf_counter()
        with counted_statements(database) as statements:
            found = lines(await ask(house))["rep", "Rita"]
        took.append(perf_counter() - began)
    # Two seconds of a machine that does nothing else.
    assert min(took) < 2 * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    assert len([one for one in statements if "forecast" in one]) == 3
    assert (found.n, found.verdict) == (100_000, BiasVerdict.NONE_SEEN)
    assert found.reliability is not None
    assert found.reliability < Decimal("0.0001")


async def test_what_quarters_brought(database: Database) -> None:
    house = await make_forecasters(database)
    rows: list[Any] = []
    starts = [date(year, month, 1) for year in (2024, 2025) for month in (1, 4, 7, 10)]
    for start in starts:
        for number in range(4):
            won = {"org_amount": Decimal(100)} if number else {}
            rows.append(deal(house.org, house.people["Rita"], start, 5 + number, "won", **won))
        rows.append(deal(house.org, house.people["Rob"], start, 9, "won", org_amount=Decimal(50)))
        rows.append(deal(house.org, house.people["Rob"], start, 9, "lost"))
        early, late = (datetime(start.year, start.month, day, tzinfo=UTC) for day in (2, 3))
        rows.append(house.said_of_quarter("Rita", "Rita", start, (9, 0, 20), early))
        rows.append(house.said_of_quarter("Rita", "Rita", start, (6, 5, 7), late))
        rows.append(house.said_of_quarter("Lea", "Lea", start, (5, 4, 6), early, whole_tree=True))
        rows.append(house.said_of_quarter("Lea", "Lea", start, (350, 1, 999), early, whole_tree=True, measure="amount"))
    # On the last day everybody knows.
    rows.append(house.said_of_quarter("Rob", "Rob", starts[-1], (1, 1, 1), datetime(2025, 12, 31, tzinfo=UTC)))
    rows.append(house.said_of_quarter("Rob", "Rob", date(2026, 1, 1), (1, 1, 1), datetime(2025, 12, 31, tzinfo=UTC)))
    await house.org.write(rows, [])
    found = await ask(house, as_of=datetime(2026, 1, 1, 12, tzinfo=UTC))
    said = {(one.measure.value, one.forecaster.value, one.name): one for one in found.quarters}
    assert list(said) == [
        *(("wins", "rep", None), ("wins", "manager", None), ("wins", "manager", "Lea")),
        *(("wins", "rep", "Rita"), ("wins", "rep", "Rob")),
        *(("amount", "manager", None), ("amount", "manager", "Lea")),
    ]
    rita = said["wins", "rep", "Rita"]
    assert (rita.n, rita.expected, rita.actual, rita.mean_error) == (8, Decimal(48), Decimal(32), Decimal(2))
    assert (rita.coverage, rita.verdict) == (Decimal(0), BiasVerdict.TOO_HIGH)
    lea = said["wins", "manager", "Lea"]
    assert (lea.actual, lea.mean_error, lea.coverage, lea.verdict) == (
        Decimal(40), Decimal(0), Decimal(1), BiasVerdict.NONE_SEEN,
    )  # fmt: skip
    money = said["amount", "manager", "Lea"]
    assert (money.actual, money.n_excluded) == (Decimal(8 * 350), 8)
    rob = said["wins", "rep", "Rob"]
    assert (rob.n, rob.undecided, rob.too_late, rob.quarters_needed) == (0, 1, 1, 8)
    only = await ask(house, as_of=datetime(2026, 1, 1, 12, tzinfo=UTC), period="quarter", period_start="2025-04-01")
    assert {one.n for one in only.quarters if one.name in {"Rita", "Lea"}} == {1}
    earlier = await ask(
        house, as_of=datetime(2025, 12, 31, 12, tzinfo=UTC), forecaster="rep", person_id=house.people["Rita"].id
    )
    assert [(one.n, one.undecided) for one in earlier.quarters] == [(7, 1), (7, 1)]


async def test_a_tree_is_who_was_below_on_the_day(database: Database) -> None:
    house = await make_forecasters(database)
    org, people, start = house.org, house.people, date(2025, 7, 1)
    line = ManagerPeriodInput(manager_id=people["Lea"].id, start_on=date(2025, 8, 1), end_on=date(2025, 9, 1))
    async with database.tenant(org.id) as session:
        await add_manager_period(session, org.system, people["Olaf"].id, line)
    rows: list[Any] = [deal(org, people["Olaf"], date(2025, 6, 1), days, "won") for days in (40, 70, 80, 100)]
    rows.append(
        house.said_of_quarter("Lea", "Lea", start, (2, 0, 4), datetime(2025, 7, 1, 12, tzinfo=UTC), whole_tree=True)
    )
    await org.write(rows, [])
    found = await ask(house, forecaster="manager")
    assert [(one.n, one.actual) for one in found.quarters] == [(1, Decimal(2))] * 2
