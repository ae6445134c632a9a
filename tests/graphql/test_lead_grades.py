"""The grade of a KPI stands wherever the KPI does, over REST and GraphQL alike."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest_asyncio

from schema.relay import to_global_id
from service.coaching_opportunities.use_cases.reviewing import review_opportunities
from service.coaching_sessions.use_cases.topic_review import review_topics
from service.core.clock import utc_now
from service.core.database import Database
from service.organizations.dto.people import PersonDTO
from service.success_models.dto.success_models import SuccessModelDTO
from tests.factories.briefs import add_session
from tests.factories.leads import give_grades
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document, target
from tests.fixtures.rest import bearer

Team = tuple[SalesOrg, SuccessModelDTO, PersonDTO, PersonDTO, str]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def team(database: Database) -> Team:
    """A lead with seven reps who called in the last two quarters, and Ann, who did not; calls are predictive."""
    org = await make_sales_org(database)
    model = await org.activate(model_document(targets=[target("calls", "month", "1000")]))
    lead = await org.add_person("Lead", role="manager", hired_on="2020-01-06")
    ann = await org.add_person("Ann", manager_id=lead.id, hired_on="2020-01-06")
    now = utc_now()
    for number in range(7):
        rep = await org.add_person(f"Rep{number}", manager_id=lead.id, hired_on="2020-01-06")
        days = [now - timedelta(days=20 * step + number) for step in range(12)]
        await org.add_activities([(rep, day) for day in days], outcome="connected")
        await org.add_deal(rep, days[4], days[3], "won", amount="9000")
    await give_grades(org, model, calls="predictive", connected_rate="gamed")
    await org.keep_ready()
    async with database.tenant(org.id) as session:
        await review_opportunities(session, org.system, now)
        await review_topics(session, org.system)
    starts = datetime(2099, 3, 4, 9, 30, tzinfo=UTC)
    row = await add_session(database, org.id, (lead.id, ann.id), starts)
    return org, model, lead, ann, f"/v1/coaching-sessions/{row.id}/brief"


async def read(client: httpx.AsyncClient, team: Team, path: str, **params: str) -> Any:
    answer = await client.get(path, params=params, headers=bearer(team[0].admin_key))
    assert answer.status_code == 200, answer.text
    return answer.json()


def graded(rows: list[dict[str, Any]], key: str = "kpi") -> dict[str, str | None]:
    return {row[key]: row["lead_grade"] for row in rows}


GRADES = {"calls": "predictive", "connected-rate": "gamed", "won-amount": None, "win-rate": None}


async def test_snapshots_as_they_are_kept_ready_and_as_they_are_computed(client: httpx.AsyncClient, team: Team) -> None:
    ann = str(team[3].id)
    assert graded((await read(client, team, "/v1/kpi-snapshots", person_id=ann))["data"]) == GRADES
    then = {"person_id": ann, "as_of": (utc_now() - timedelta(days=1)).isoformat()}
    assert graded((await read(client, team, "/v1/kpi-snapshots", **then))["data"]) == GRADES
    before = await read(client, team, "/v1/kpi-snapshots", person_id=ann, as_of="2019-12-31T12:00:00Z")
    assert graded(before["data"])["calls"] == "unproven"


async def test_scorecards_of_people_and_teams(client: httpx.AsyncClient, team: Team) -> None:
    card = await read(client, team, f"/v1/people/{team[3].id}/scorecard")
    assert graded([line["snapshot"] for line in card["process"] + card["outcome"]]) == GRADES
    card = await read(client, team, f"/v1/people/{team[2].id}/team-scorecard")
    assert graded(card["process"] + card["outcome"]) == GRADES


async def test_benchmarks_comparisons_and_plans(client: httpx.AsyncClient, team: Team) -> None:
    found = await read(client, team, f"/v1/success-models/{team[1].id}/benchmarks")
    assert graded(found["benchmarks"]) == GRADES
    found = await read(client, team, "/v1/rate-comparisons")
    assert graded(found["comparisons"]) == {"connected-rate": "gamed", "win-rate": None}
    asked = {"person_id": str(team[3].id), "quota": "100000"}
    path = f"/v1/success-models/{team[1].id}/plan"
    plan = (await client.post(path, json=asked, headers=bearer(team[0].admin_key))).json()
    assert graded(plan["requirements"], "key") == {"opportunities": None, "calls": "predictive"}
    assert graded(plan["levers"], "key") == {"calls": "predictive", "won": None, "deal_size": None}


async def test_opportunities_topics_and_the_brief(client: httpx.AsyncClient, team: Team) -> None:
    ann, org = str(team[3].id), team[0]
    key = await org.key_for(team[3])
    (one,) = (await client.get("/v1/coaching-opportunities", params={"person_id": ann}, headers=bearer(key))).json()[
        "data"
    ]
    assert (one["kpi"], one["lead_grade"], one["closed_because"]) == ("calls", "predictive", None)
    topics = (await client.get("/v1/coaching-topics", params={"rep_id": ann}, headers=bearer(key))).json()["data"]
    assert graded(topics) == {"calls": "predictive"}
    brief = (await client.get(team[4], headers=bearer(key))).json()
    assert [(row["key"], row["lead_grade"]) for row in brief["kpis_behind"]] == [("kpi:calls:month", "predictive")]
    assert graded(brief["topics"]) == {"calls": "predictive"}
    page = (await client.get(team[4], headers=bearer(key) | {"Accept": "text/html"})).text
    assert page.count("As a sign of what is to come: </span>predictive</span>") == 2


QUERY = """query ($model: ID!, $ann: ID!, $lead: ID!) {
  kpiSnapshots(personId: $ann) { edges { node { kpi leadGrade } } }
  teamScorecard(managerId: $lead) { process { edges { node leadGrade } } outcome { edges { node leadGrade } } }
  benchmarks(successModelId: $model) { kpis { edges { node leadGrade } } }
  rateComparisons { comparisons { edges { node leadGrade } } }
  plan(successModelId: $model, personId: $ann, quota: "100000") {
    requirements { edges { node leadGrade } } levers { edges { node leadGrade } } }
  coachingOpportunities(personId: $ann) { edges { node { kpi leadGrade closedBecause } } }
  coachingTopics(repId: $ann) { edges { node { kpi leadGrade } } } }"""


async def test_the_same_over_graphql(client: httpx.AsyncClient, team: Team) -> None:
    org, model, lead, ann, brief = team
    ids = {"model": to_global_id("SuccessModel", model.id), "ann": to_global_id("Person", ann.id)}
    body = {"query": QUERY, "variables": ids | {"lead": to_global_id("Person", lead.id)}}
    headers = bearer(await org.key_for(ann))
    mine = (await client.post("/graphql", json=body, headers=headers)).json()["data"]
    every = (await client.post("/graphql", json=body, headers=bearer(org.admin_key))).json()["data"]
    loud = {kpi: None if grade is None else grade.upper() for kpi, grade in GRADES.items()}

    def edges(found: Any) -> dict[Any, str | None]:
        rows = [edge["node"] if isinstance(edge["node"], dict) else edge for edge in found["edges"]]
        return {row.get("kpi", row.get("node")): row["leadGrade"] for row in rows}

    assert edges(every["kpiSnapshots"]) == loud
    assert edges(every["teamScorecard"]["process"]) | edges(every["teamScorecard"]["outcome"]) == loud
    assert edges(every["benchmarks"]["kpis"]) == loud
    assert edges(every["rateComparisons"]["comparisons"]) == {"connected-rate": "GAMED", "win-rate": None}
    assert edges(every["plan"]["requirements"])["calls"] == edges(every["plan"]["levers"])["calls"] == "PREDICTIVE"
    assert edges(mine["coachingOpportunities"]) == edges(mine["coachingTopics"]) == {"calls": "PREDICTIVE"}
    session_id = to_global_id("CoachingSession", brief.split("/")[3])
    ask = "query ($id: ID!) { coachingBrief(sessionId: $id) { kpisBehind { edges { key leadGrade } } } }"
    answer = await client.post("/graphql", json={"query": ask, "variables": {"id": session_id}}, headers=headers)
    (told,) = answer.json()["data"]["coachingBrief"]["kpisBehind"]["edges"]
    assert told == {"key": "kpi:calls:month", "leadGrade": "PREDICTIVE"}
