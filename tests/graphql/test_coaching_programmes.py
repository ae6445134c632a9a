"""Programmes, cadences and formats over GraphQL: the same as over REST, in a constant number of statements."""

from datetime import timedelta
from typing import Any

from schema.relay import to_global_id
from service.coaching_sessions.tasks import keep_up_sessions
from service.core.clock import utc_now
from service.core.database import Database
from tests.factories.programmes import add_many, add_programme
from tests.factories.sales_org import SalesOrg
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

FIELDS = """id name rule startsOn endsOn startsAt minutes formatKey clockOf whenAway etag teamId manager { name }
    reminderMinutes { edges { node } }"""
CREATE = f"""mutation ($input: CreateCoachingProgrammeInput!) {{ createCoachingProgramme(input: $input) {{
    ... on CoachingProgrammePayload {{ coachingProgramme {{ {FIELDS} }} }}
    ... on UserError {{ code }} ... on InvalidInputError {{ fields {{ edges {{ node }} }} }} }} }}"""
CHANGE = """mutation ($input: ChangeCoachingProgrammeInput!) { changeCoachingProgramme(input: $input) {
    ... on CoachingProgrammePayload { coachingProgramme { startsAt startsOn } } ... on UserError { code } } }"""
END = """mutation ($input: EndCoachingProgrammeInput!) { endCoachingProgramme(input: $input) {
    ... on CoachingProgrammePayload { coachingProgramme { endsOn endedAt } } ... on UserError { code } } }"""
CHANGE_ONE = """mutation ($input: ChangeCoachingCadenceInput!) { changeCoachingCadence(input: $input) {
    ... on CoachingCadencePayload { coachingCadence { seriesId minutes fromOn } } ... on UserError { code } } }"""
CADENCES = """query ($rep: ID, $first: Int) { coachingCadences(repId: $rep, first: $first) { edges { node {
    id seriesId programmeId formatId fromOn endReason startsAt minutes manager { name } rep { name }
    reminderMinutes { edges { node } } } } } }"""
INPUT = {"name": "Weekly", "rule": "FREQ=WEEKLY", "startsOn": "2026-03-03", "startsAt": "10:00:00"}
NEXT_WEEK = str((utc_now() + timedelta(days=7)).date())


def nodes(answer: dict[str, Any]) -> list[dict[str, Any]]:
    assert "data" in answer, answer
    return [edge["node"] for edge in answer["data"]["coachingCadences"]["edges"]]


async def test_the_same_as_over_rest(org: SalesOrg, ask: Ask) -> None:
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", manager_id=lead.id, hired_on="2026-01-01")
    data = {**INPUT, "managerId": to_global_id("Person", lead.id), "whenAway": "SKIP"}
    made = (await ask(org.admin_key, CREATE, input=data))["data"]["createCoachingProgramme"]["coachingProgramme"]
    assert (made["startsAt"], made["whenAway"], made["manager"]) == ("10:00:00", "SKIP", {"name": "Lead"})
    assert [edge["node"] for edge in made["reminderMinutes"]["edges"]] == [1440, 60]
    refused = (await ask(org.admin_key, CREATE, input=data))["data"]["createCoachingProgramme"]
    assert refused == {"code": "coaching_programme_name_taken"}
    bad = {**data, "name": "Another", "teamId": to_global_id("Person", lead.id)}
    refused = (await ask(org.admin_key, CREATE, input=bad))["data"]["createCoachingProgramme"]
    assert "/teamId" in str(refused["fields"])
    await keep_up_sessions(org.database, org.id)
    (cadence,) = nodes(await ask(org.admin_key, CADENCES, rep=to_global_id("Person", ann.id)))
    assert (cadence["rep"], cadence["programmeId"], cadence["endReason"]) == ({"name": "Ann"}, made["id"], None)
    changed = await ask(org.admin_key, CHANGE_ONE, input={"id": cadence["id"], "fromOn": NEXT_WEEK, "minutes": 45})
    following = changed["data"]["changeCoachingCadence"]["coachingCadence"]
    assert following == {"seriesId": cadence["seriesId"], "minutes": 45, "fromOn": NEXT_WEEK}
    change = {"id": made["id"], "fromOn": NEXT_WEEK, "startsAt": "15:00:00"}
    answer = (await ask(org.admin_key, CHANGE, input=change))["data"]["changeCoachingProgramme"]
    assert answer == {"coachingProgramme": {"startsAt": "15:00:00", "startsOn": NEXT_WEEK}}
    answer = (await ask(org.admin_key, END, input={"id": made["id"], "endsOn": NEXT_WEEK}))["data"]
    assert answer["endCoachingProgramme"]["coachingProgramme"]["endsOn"] == NEXT_WEEK


async def test_any_number_of_cadences_in_as_many_statements(org: SalesOrg, ask: Ask, database: Database) -> None:
    await add_many(org, 2, 8)
    await add_programme(org, rule="FREQ=MONTHLY", starts_on="2026-01-01")
    await keep_up_sessions(org.database, org.id)
    counts = []
    for first in (1, 8):
        with counted_statements(database) as statements:
            assert len(nodes(await ask(org.admin_key, CADENCES, first=first))) == first
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_formats_and_their_templates(org: SalesOrg, ask: Ask) -> None:
    create = """mutation ($input: CreateSessionFormatInput!) { createSessionFormat(input: $input) {
        ... on SessionFormatPayload { sessionFormat { id key version document } } ... on UserError { code } } }"""
    found = await ask(org.admin_key, "{ sessionFormatTemplates { edges { node { key name document } } } }")
    template = found["data"]["sessionFormatTemplates"]["edges"][0]["node"]
    data = {"key": "ours", "name": "Ours", "document": template["document"]}
    made = (await ask(org.admin_key, create, input=data))["data"]["createSessionFormat"]["sessionFormat"]
    assert (made["version"], made["document"]) == (1, template["document"])
    bad = (await ask(org.admin_key, create, input={**data, "document": {}}))["data"]["createSessionFormat"]
    assert bad["code"] == "invalid_input"
    listed = await ask(org.admin_key, "{ sessionFormats { edges { node { id } } } }")
    assert listed["data"]["sessionFormats"]["edges"] == [{"node": {"id": made["id"]}}]
