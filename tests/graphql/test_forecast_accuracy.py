"""Accuracy over GraphQL: the same as over REST, found again by its id, hidden from others."""

from datetime import UTC, date, datetime
from typing import Any

import httpx

from schema.relay import to_global_id
from service.core.database import Database
from tests.factories.forecasts import AS_OF, make_forecasters
from tests.factories.maturity import deal
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

QUERY = """query ($manager: ID, $at: DateTime) {
  forecastAccuracy(managerId: $manager, asOf: $at, horizonDays: 0, period: QUARTER) {
    id periodStart periodEnd horizonDays method modelVersion
    deals { edges { node name forecaster n undecided tooLate cannotTell verdict bias biasLow biasHigh brier skill
      reliability explanation person { name } bins { edges { node saidFrom shareWon low high } } } }
    quarters(first: 1) { edges { node name measure n actual expected cannotTell quartersNeeded } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on ForecastAccuracy { horizonDays } } }"


async def test_the_same_as_over_rest(database: Database, ask: Ask, client: httpx.AsyncClient) -> None:
    house = await make_forecasters(database)
    rows: list[Any] = []
    for number in range(31):
        row = deal(house.org, house.people["Rob"], date(2025, 9, 1), 40, "won" if number % 3 else "lost")
        rows += [row, house.said("Rob", "Rob", row.id, 0.1, datetime(2025, 9, 2, tzinfo=UTC))]
    rows.append(house.said_of_quarter("Rob", "Rob", date(2025, 10, 1), (25, 20, 30), datetime(2025, 9, 9, tzinfo=UTC)))
    await house.org.write(rows, [])
    key = await house.org.key_for(house.people["Lea"])
    manager = to_global_id("Person", house.people["Lea"].id)
    at = datetime(2026, 1, 2, 12, tzinfo=UTC)
    found = (await ask(key, QUERY, manager=manager, at=AS_OF.isoformat()))["data"]["forecastAccuracy"]
    params = {"manager_id": str(house.people["Lea"].id), "as_of": AS_OF.isoformat(), "horizon_days": "0"}
    rest = (
        await client.get("/v1/forecast-accuracy", params=params | {"period": "quarter"}, headers=bearer(key))
    ).json()
    assert (found["periodStart"], found["method"]) == (rest["period_start"], rest["method"])
    ours, theirs = [edge for edge in found["deals"]["edges"] if edge["name"] == "Rob"], rest["deals"][-1]
    names = {"n": "n", "bias": "bias", "biasLow": "bias_low", "brier": "brier", "explanation": "explanation"}
    assert {name: ours[0][name] for name in names} == {name: theirs[over] for name, over in names.items()}
    assert (ours[0]["verdict"], ours[0]["person"]) == ("TOO_LOW", {"name": "Rob"})
    assert ours[0]["node"] == to_global_id("Person", house.people["Rob"].id)
    assert [(edge["node"], edge["saidFrom"]) for edge in ours[0]["bins"]["edges"]] == [(31, "0.1")]
    assert found["quarters"]["edges"][0]["n"] == 0
    later = await ask(
        key, QUERY.replace("period: QUARTER", 'period: QUARTER, periodStart: "2025-10-01"'), at=at.isoformat()
    )
    quarter = later["data"]["forecastAccuracy"]["quarters"]["edges"][0]
    assert (quarter["n"], quarter["actual"], quarter["expected"], quarter["cannotTell"]) == (
        1, "20.00", "25.00", "TOO_FEW_SCORED",
    )  # fmt: skip
    assert await ask(key, NODE, id=found["id"]) == {"data": {"node": {"id": found["id"], "horizonDays": 0}}}
    olaf = await house.org.key_for(house.people["Olaf"])
    assert await ask(olaf, NODE, id=found["id"]) == {"data": {"node": None}}
    assert (await ask(olaf, QUERY, manager=manager))["data"] == {"forecastAccuracy": None}
