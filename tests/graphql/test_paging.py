"""Every list is read from either end, by Relay's cursor specification, whether the database holds it or memory does."""

from typing import Any

import pytest

from schema.relay import to_global_id
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import model_document
from tests.graphql.conftest import Ask

PAGE = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
ARGUMENTS = "($first: Int, $after: Cursor, $last: Int, $before: Cursor)"
GIVEN = "first: $first, after: $after, last: $last, before: $before"
LISTS = {
    "of the database": f"query {ARGUMENTS} {{ found: people({GIVEN}, sort: [NAME_DESC, NAME]) {{ {PAGE} }} }}",
    "of memory, by key": f"query {ARGUMENTS} {{ found: kpiSnapshots({GIVEN}) {{ {PAGE} }} }}",
    "of memory, by place": f"""query Members($id: ID!, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {{
      node(id: $id) {{ ... on Team {{ found: members({GIVEN}) {{ {PAGE} }} }} }} }}""",
}


@pytest.fixture(params=LISTS)
async def read(request: pytest.FixtureRequest, org: SalesOrg, ask: Ask) -> Any:
    """One page of a list of seven."""
    people = [await org.add_person(f"Rep{index}", job_role="AE" if index else None) for index in range(6)]
    create = (
        """mutation ($input: CreateTeamInput!) { createTeam(input: $input) { ... on TeamPayload { team { id } } } }"""
    )
    admin = (await ask(org.admin_key, "{ me { person { id } } }"))["data"]["me"]["person"]["id"]
    members = [admin, *(to_global_id("Person", person.id) for person in people)]
    made = await ask(org.admin_key, create, input={"name": "All", "memberIds": members})
    document = model_document()
    await org.activate({**document, "kpis": document["kpis"][:1], "targets": []})
    team = made["data"]["createTeam"]["team"]["id"]

    async def run(**arguments: Any) -> dict[str, Any]:
        given = arguments | ({"id": team} if "Members" in LISTS[request.param] else {})
        data = (await ask(org.admin_key, LISTS[request.param], **given))["data"]
        found: dict[str, Any] = data.get("found") or data["node"]["found"]
        return found

    return run


def ids(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


def flags(page: dict[str, Any]) -> tuple[bool, bool]:
    """Whether there is more before, and after."""
    return page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"]


async def test_a_list_is_walked_from_either_end(read: Any) -> None:
    whole = ids(await read())
    assert len(whole) == len(set(whole)) == 7
    forward: list[str] = []
    after = None
    while True:
        page = await read(first=3, after=after)
        forward += ids(page)
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert forward == whole
    backward: list[str] = []
    before = None
    while True:
        page = await read(last=3, before=before)
        backward = ids(page) + backward
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        assert page["pageInfo"]["hasNextPage"] is (before is not None)
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
    assert backward == whole


async def test_two_bounds_and_a_length(read: Any) -> None:
    whole = await read()
    bounds = {"after": whole["edges"][0]["cursor"], "before": whole["edges"][5]["cursor"]}
    for arguments, expected, more in (
        ({}, [1, 2, 3, 4], (True, False)),
        ({"first": 2}, [1, 2], (True, True)),
        ({"last": 2}, [3, 4], (True, True)),
        ({"last": 9}, [1, 2, 3, 4], (False, True)),
    ):
        page = await read(**bounds, **arguments)
        assert (ids(page), flags(page)) == ([ids(whole)[place] for place in expected], more), arguments


async def test_nobody_and_too_many(read: Any) -> None:
    nobody = {"hasNextPage": True, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert await read(first=0) == {"edges": [], "pageInfo": nobody}
    assert await read(last=0) == {"edges": [], "pageInfo": nobody | {"hasNextPage": False, "hasPreviousPage": True}}
    for arguments in ({"first": 2**31 - 1}, {"last": 2**31 - 1}):
        page = await read(**arguments)
        assert (len(page["edges"]), flags(page)) == (7, (False, False))


async def test_a_list_is_at_most_two_hundred_long(org: SalesOrg, ask: Ask) -> None:
    bulk = "mutation ($input: BulkUpsertPeopleInput!) { bulkUpsertPeople(input: $input) { __typename } }"
    people = [
        {"system": "crm", "externalId": str(index), "name": f"Rep{index:03}", "email": f"r{index}@example.com"}
        for index in range(220)
    ]
    await ask(org.admin_key, bulk, input={"people": people})
    query = "query ($count: Int!) { people(last: $count) { edges { node { name } } pageInfo { hasPreviousPage } } }"
    found = (await ask(org.admin_key, query, count=1000))["data"]["people"]
    assert (len(found["edges"]), found["pageInfo"]["hasPreviousPage"]) == (200, True)
    names = [edge["node"]["name"] for edge in found["edges"]]
    assert names == sorted(names)
    assert names[-2:] == ["Rep219", "admin"]
