"""Levels and how raters compare, over GraphQL: the same as over REST, found again by their id."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest_asyncio

from schema.relay import to_global_id
from service.core.database import Database
from service.organizations.dto.people import PersonDTO
from service.skill_assessments.dto.frameworks import CreateCompetencyFramework
from service.skill_assessments.use_cases.frameworks import create_competency_framework
from tests.factories.ratings import Rated, framework, plant_ratings
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

DAY = datetime.now(UTC).date() - timedelta(days=2)
LEVELS = """query ($person: ID!) { skillLevels(personId: $person) { id method person { name } skills { edges {
    node frameworkId requiredLevel level rawLevel adjustedLevel standardError errorBasis intervalLow n managers
    managersLevel peers peersLevel external ownLevel notAdjusted cannotTell explanation
    history { edges { node n rawLevel adjustedLevel } } } } } }"""
RATERS = """query { raterCalibration(framework: "seller") { id n raterCount withheld explanation
    items { edges { node alpha templateId } } skills { edges { node alpha low high people clarity cannotTell } }
    raters { edges { node person { name } severity leaning spread noSeverity drift noDrift neverBelow noCandour } }
  } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on SkillLevels { since } ... on RaterCalibration { n } } }"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def team(database: Database) -> tuple[SalesOrg, dict[str, PersonDTO]]:
    """Three leads rate eight reps; one of them severely."""
    org = await make_sales_org(database)
    people = {name: await org.add_person(name, role="manager") for name in ("Ann", "Bob", "Cleo")}
    people |= {f"R{at}": await org.add_person(f"R{at}", job_role="AE") for at in range(8)}
    async with org.database.tenant(org.id) as session:
        data = CreateCompetencyFramework.model_validate(framework("AE"))
        framework_id = (await create_competency_framework(session, org.system, data)).id
        rated = [
            Rated(people[f"R{at}"].id, people[name].id, {"demo": 2 + at % 3 + more, "closing": 2 + at % 4 + more}, DAY)
            for at in range(8)
            for name, more in (("Ann", -1), ("Bob", 0), ("Cleo", 0))
        ]
        rated.append(Rated(people["R0"].id, people["R0"].id, {"demo": 5}, DAY))
        await plant_ratings(session, org.id, framework_id, rated)
    return org, people


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def same(edge: dict[str, Any], row: dict[str, Any], *names: str) -> None:
    """Enums are upper case over GraphQL."""
    for name in names:
        found, told = edge[camel(name)], row[name]
        assert found == told or found == str(told).upper(), name


async def test_levels_are_the_same_as_over_rest(
    team: tuple[SalesOrg, dict[str, PersonDTO]], ask: Ask, client: httpx.AsyncClient
) -> None:
    org, people = team
    person = to_global_id("Person", people["R0"].id)
    found = (await ask(org.admin_key, LEVELS, person=person))["data"]["skillLevels"]
    answer = await client.get(f"/v1/people/{people['R0'].id}/skill-levels", headers=bearer(org.admin_key))
    rows = answer.json()["skills"]
    edges = found["skills"]["edges"]
    assert found["person"] == {"name": "R0"}
    assert [edge["node"] for edge in edges] == [row["skill"] for row in rows] == ["discovery", "demo", "closing"]
    for edge, row in zip(edges, rows, strict=True):
        same(edge, row, "required_level", "level", "raw_level", "adjusted_level", "standard_error", "error_basis")
        same(edge, row, "interval_low", "n", "own_level", "not_adjusted", "cannot_tell", "explanation")
        points = [{"node": one["on"], "n": one["n"], "rawLevel": one["raw_level"]} for one in row["history"]]
        shown = [one | {} for one in edge["history"]["edges"]]
        assert [{name: one[name] for name in ("node", "n", "rawLevel")} for one in shown] == points
    demo = edges[1]
    assert (demo["managers"], demo["peers"], demo["peersLevel"], demo["external"]) == (3, 0, None, 0)
    assert demo["managersLevel"] == rows[1]["raters"][0]["level"]
    assert demo["adjustedLevel"] is not None
    assert edges[0]["cannotTell"] == "NOT_RATED"
    again = await ask(org.admin_key, NODE, id=found["id"])
    assert again["data"]["node"]["id"] == found["id"]


async def test_raters_are_the_same_as_over_rest(
    team: tuple[SalesOrg, dict[str, PersonDTO]], ask: Ask, client: httpx.AsyncClient
) -> None:
    org, people = team
    found = (await ask(org.admin_key, RATERS))["data"]["raterCalibration"]
    answer = await client.get("/v1/rater-calibration", headers=bearer(org.admin_key))
    told = answer.json()
    assert (found["n"], found["raterCount"], found["explanation"]) == (48, 3, told["explanation"])
    for edge, row in zip(found["skills"]["edges"], told["skills"], strict=True):
        same(edge, row, "alpha", "low", "high", "people", "clarity", "cannot_tell")
    for edge, row in zip(found["raters"]["edges"], told["raters"], strict=True):
        assert edge["node"] == edge["person"]["name"] == row["name"]
        same(
            edge, row, "severity", "leaning", "spread", "no_severity", "drift", "no_drift", "never_below", "no_candour"
        )
    assert [one["leaning"] for one in told["raters"]] == ["severe", "lenient", "lenient"]
    assert (await ask(org.admin_key, NODE, id=found["id"]))["data"]["node"]["n"] == 48
    own = (await ask(await org.key_for(people["Ann"]), RATERS))["data"]["raterCalibration"]
    assert (own["withheld"], [one["node"] for one in own["raters"]["edges"]]) == ("NOBODY_BELOW", ["Ann"])


async def test_what_is_not_there_is_null_or_not_found(
    team: tuple[SalesOrg, dict[str, PersonDTO]], ask: Ask, client: httpx.AsyncClient
) -> None:
    org, people = team
    stranger = await org.key_for(people["Bob"])
    person = to_global_id("Person", people["R0"].id)
    assert (await ask(stranger, LEVELS, person=person))["data"] == {"skillLevels": None}
    other = await make_sales_org(org.database)
    assert (await ask(other.admin_key, RATERS))["data"] == {"raterCalibration": None}
    for path in (f"/v1/people/{people['R0'].id}/skill-levels", "/v1/rater-calibration?framework=seller"):
        assert (await client.get(path, headers=bearer(other.admin_key))).status_code == 404
    answer = await client.get("/v1/rater-calibration?days=7", headers=bearer(org.admin_key))
    assert answer.status_code == 422
