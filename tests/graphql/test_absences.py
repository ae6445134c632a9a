"""Absences and working time over GraphQL: the same use cases as over REST."""

from typing import Any

from schema.relay import to_global_id
from tests.factories.sales_org import SalesOrg
from tests.graphql.conftest import Ask

REFUSAL = "... on UserError { code } ... on InvalidInputError { fields { edges { node } } }"
SHOWN = f"""__typename
    ... on AbsencePayload {{ absence {{ id startOn endOn kind share etag person {{ name }} }} }} {REFUSAL}"""
CREATE = f"mutation ($input: CreateAbsenceInput!) {{ createAbsence(input: $input) {{ {SHOWN} }} }}"
UPDATE = f"mutation ($input: UpdateAbsenceInput!) {{ updateAbsence(input: $input) {{ {SHOWN} }} }}"
DELETE = f"""mutation ($input: DeleteAbsenceInput!) {{
    deleteAbsence(input: $input) {{ __typename ... on DeletedPayload {{ deletedId }} {REFUSAL} }} }}"""
WEEK = {"startOn": "2026-08-03", "endOn": "2026-08-07", "kind": "VACATION"}


async def run(ask: Ask, key: str, query: str, **given: Any) -> dict[str, Any]:
    """The one root field's answer."""
    answer = await ask(key, query, input=given)
    assert "errors" not in answer, answer
    (found,) = answer["data"].values()
    assert isinstance(found, dict)
    return found


async def test_an_absences_life(org: SalesOrg, ask: Ask) -> None:
    ann = await org.add_person("Ann")
    key, person = await org.key_for(ann), to_global_id("Person", ann.id)
    made = (await run(ask, key, CREATE, personId=person, **WEEK))["absence"]
    assert made == {**made, **WEEK, "share": "1", "person": {"name": "Ann"}}
    taken = await run(ask, key, CREATE, personId=person, **WEEK)
    assert (taken["__typename"], taken["code"]) == ("ConflictError", "absence_overlaps")
    changed = (await run(ask, key, UPDATE, id=made["id"], ifMatch=made["etag"], share="0.5", kind="SICK"))["absence"]
    assert (changed["share"], changed["kind"], changed["startOn"]) == ("0.5", "SICK", WEEK["startOn"])
    stale = await run(ask, key, DELETE, id=made["id"], ifMatch=made["etag"])
    assert stale["__typename"] == "StaleError"
    query = """query ($id: ID!, $person: ID!) {
        absence(id: $id) { share }
        node(id: $id) { ... on Absence { kind } }
        absences(personId: $person, since: "2026-08-07", until: "2026-08-08", kind: SICK, sort: START_ON_DESC) {
          edges { node { id } } }
        person(id: $person) { absences(first: 1) { edges { node { endOn } } pageInfo { hasNextPage } } }
    }"""
    found = await ask(key, query, id=made["id"], person=person)
    assert found["data"] == {
        "absence": {"share": "0.5"},
        "node": {"kind": "SICK"},
        "absences": {"edges": [{"node": {"id": made["id"]}}]},
        "person": {"absences": {"edges": [{"node": {"endOn": WEEK["endOn"]}}], "pageInfo": {"hasNextPage": False}}},
    }
    assert (await run(ask, key, DELETE, id=made["id"]))["deletedId"] == made["id"]
    assert (await ask(key, query, id=made["id"], person=person))["data"]["absence"] is None


async def test_faults_are_named_as_the_schema_names_them(org: SalesOrg, ask: Ask) -> None:
    ann = await org.add_person("Ann")
    person = to_global_id("Person", ann.id)
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"personId": person, **WEEK, "endOn": "2026-08-02"}, ["/endOn"]),
        ({"personId": person, **WEEK, "share": "0.7"}, ["/share"]),
        ({"personId": to_global_id("Team", ann.id), **WEEK}, ["/personId"]),
        ({"personId": to_global_id("Person", org.id), **WEEK}, ["/personId"]),
    ]
    for given, pointers in cases:
        refused = await run(ask, org.admin_key, CREATE, **given)
        assert refused["__typename"] == "InvalidInputError"
        assert [edge["node"] for edge in refused["fields"]["edges"]] == pointers


async def test_absences_are_seen_with_their_people(org: SalesOrg, ask: Ask) -> None:
    lead = await org.add_person("Lead", role="manager")
    ann, bob = await org.add_person("Ann", manager_id=lead.id), await org.add_person("Bob")
    for person in (lead, ann, bob):
        await run(ask, org.admin_key, CREATE, personId=to_global_id("Person", person.id), **WEEK)
    people = """{ absences { edges { node { person { name } } } }
        people { edges { node { name absences { edges { node { startOn } } } } } } }"""
    for person, names in ((lead, {"Lead", "Ann"}), (ann, {"Ann"}), (bob, {"Bob"})):
        found = (await ask(await org.key_for(person), people))["data"]
        assert {edge["node"]["person"]["name"] for edge in found["absences"]["edges"]} == names
        assert {edge["node"]["name"] for edge in found["people"]["edges"]} == names
        assert all(len(edge["node"]["absences"]["edges"]) == 1 for edge in found["people"]["edges"])


async def test_settings_of_working_time(org: SalesOrg, ask: Ask) -> None:
    update = f"""mutation ($input: UpdateOrganizationInput!) {{ updateOrganization(input: $input) {{ __typename
        ... on OrganizationPayload {{ organization {{ holidayCalendar dayStartsHour dayEndsHour
          workingWeekdays {{ edges {{ node }} }} companyHolidays {{ edges {{ node }} }}
          companyWorkingDays(first: 1) {{ edges {{ node }} }} }} }} {REFUSAL} }} }}"""
    given: dict[str, Any] = {
        "holidayCalendar": "DE-BY",
        "workingWeekdays": [2, 1],
        "companyHolidays": ["2026-12-24"],
        "companyWorkingDays": ["2026-12-05", "2026-12-12"],
        "dayStartsHour": 7,
        "dayEndsHour": 15,
    }
    found = (await run(ask, org.admin_key, update, **given))["organization"]
    assert found == {
        "holidayCalendar": "DE-BY",
        "dayStartsHour": 7,
        "dayEndsHour": 15,
        "workingWeekdays": {"edges": [{"node": 1}, {"node": 2}]},
        "companyHolidays": {"edges": [{"node": "2026-12-24"}]},
        "companyWorkingDays": {"edges": [{"node": "2026-12-05"}]},
    }
    refused = await run(ask, org.admin_key, update, holidayCalendar="DE-XX", dayEndsHour=25)
    assert [edge["node"] for edge in refused["fields"]["edges"]] == ["/holidayCalendar", "/dayEndsHour"]
