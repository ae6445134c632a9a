"""Forecasts over GraphQL: made, read, and refused as over REST."""

from datetime import timedelta

from schema.relay import to_global_id
from service.core.clock import utc_now
from service.core.database import Database
from service.kpi_snapshots.periods import Calendar
from service.success_models.targets import PeriodKind
from tests.factories.forecasts import make_forecasters
from tests.graphql.conftest import Ask

MAKE = """mutation ($input: CreateForecastInput!) { createForecast(input: $input) { __typename
  ... on ForecastPayload { forecast { id forecaster dealId probability expectedCloseOn periodEnd wholeTree measure
    expected low high modelVersion madeBy { name } person { name } } }
  ... on InvalidInputError { fields { edges { node } } } ... on ConflictError { code } } }"""
LIST = """query ($deal: ID, $kind: ForecasterKind) { forecasts(dealId: $deal, forecaster: $kind) {
  edges { node { id forecaster } } } }"""
ONE = "query ($id: ID!) { forecast(id: $id) { id } node(id: $id) { id ... on Forecast { madeAt } } }"


async def test_made_and_read(database: Database, ask: Ask) -> None:
    house = await make_forecasters(database)
    lea, rob = [await house.org.key_for(house.people[name]) for name in ("Lea", "Rob")]
    deal = to_global_id("Deal", await house.open_deal("Rita"))
    today = house.org.day_of(utc_now())
    given = {"dealId": deal, "probability": "0.4", "expectedCloseOn": str(today + timedelta(days=3))}
    made = (await ask(lea, MAKE, input={"deal": given}))["data"]["createForecast"]["forecast"]
    assert {name: made[name] for name in ("forecaster", "dealId", "probability", "madeBy", "person")} == {
        "forecaster": "MANAGER",
        "dealId": deal,
        "probability": "0.4",
        "madeBy": {"name": "Lea"},
        "person": {"name": "Rita"},
    }
    quarter = Calendar().period_of(PeriodKind.QUARTER, today)
    said = {"personId": to_global_id("Person", house.people["Lea"].id), "periodStart": str(quarter.start)}
    said |= {"measure": "AMOUNT", "expected": "5000", "low": "1000", "high": "9000"}
    tree = (await ask(lea, MAKE, input={"quarter": said | {"wholeTree": True}}))["data"]["createForecast"]["forecast"]
    assert (tree["periodEnd"], tree["wholeTree"], tree["measure"]) == (str(quarter.end), True, "AMOUNT")
    listed = (await ask(lea, LIST, deal=deal, kind="MANAGER"))["data"]["forecasts"]["edges"]
    assert listed == [{"node": {"id": made["id"], "forecaster": "MANAGER"}}]
    assert (await ask(lea, ONE, id=made["id"]))["data"]["forecast"] == {"id": made["id"]}
    assert (await ask(rob, ONE, id=made["id"]))["data"] == {"forecast": None, "node": None}
    refused = (await ask(lea, MAKE, input={"quarter": said | {"low": "9999"}}))["data"]["createForecast"]
    assert (refused["__typename"], refused["fields"]["edges"][0]["node"]) == ("InvalidInputError", "/quarter")
    foreign = (await ask(rob, MAKE, input={"deal": given}))["data"]["createForecast"]
    assert (foreign["__typename"], foreign["fields"]["edges"][0]["node"]) == ("InvalidInputError", "/deal/dealId")
    for id_ in ("", to_global_id("Person", house.people["Rita"].id)):
        no_deal = (await ask(lea, MAKE, input={"deal": given | {"dealId": id_}}))["data"]["createForecast"]
        assert (no_deal["__typename"], no_deal["fields"]["edges"][0]["node"]) == ("InvalidInputError", "/deal/dealId")
