"""GraphQL reads: shapes, scope, isolation, and a constant number of statements."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from schema.relay import to_global_id
from service.core.database import Database
from service.core.secrets import SecretBox
from service.crm.dto.connections import CreateCrmConnection
from service.crm.use_cases.connections import create_crm_connection
from service.organizations.dto.people import PersonDTO
from service.success_models.use_cases.success_models import shipped_document
from tests.factories.receivers import new_portal
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

PEOPLE = """query ($first: Int, $after: Cursor) {
  people(first: $first, after: $after) {
    edges { cursor node { id name manager { name } } } pageInfo { hasNextPage endCursor hasPreviousPage }
  } }"""
SNAPSHOTS = """{ people(first: 200) { edges { node { name
  kpiSnapshots(period: MONTH) { edges { node { kpi level value target n person { name } } } } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"


async def team(org: SalesOrg, size: int) -> list[PersonDTO]:
    manager = await org.add_person("Manager", role="manager")
    return [await org.add_person(f"Rep{index:02d}", manager_id=manager.id) for index in range(size)]


def names(answer: dict[str, Any]) -> list[str]:
    return [edge["node"]["name"] for edge in answer["data"]["people"]["edges"]]


async def test_who_am_i(org: SalesOrg, ask: Ask) -> None:
    found = await ask(
        org.admin_key, "{ me { role permissions { edges { node } } organization { timeZone } person { email } } }"
    )
    assert found["data"]["me"]["role"] == "ADMIN"
    assert found["data"]["me"]["organization"] == {"timeZone": "America/New_York"}
    assert found["data"]["me"]["person"] == {"email": "admin@example.com"}
    assert {"node": "people:write"} in found["data"]["me"]["permissions"]["edges"]


async def test_pages_follow_each_other(org: SalesOrg, ask: Ask) -> None:
    await team(org, 5)
    seen: list[str] = []
    after = None
    while True:
        found = await ask(org.admin_key, PEOPLE, first=3, after=after)
        seen += names(found)
        info = found["data"]["people"]["pageInfo"]
        assert info["hasPreviousPage"] is (after is not None)
        after = info["endCursor"]
        if not info["hasNextPage"]:
            break
    assert seen == ["Manager", "Rep00", "Rep01", "Rep02", "Rep03", "Rep04", "admin"]


async def test_scope_by_role(org: SalesOrg, ask: Ask) -> None:
    reps = await team(org, 3)
    boss = await org.add_person("Boss", role="manager")
    stranger = await org.add_person("Stranger", manager_id=boss.id)
    manager_key = await org.key_for(await org.add_person("Above", role="manager"))
    assert names(await ask(await org.key_for(reps[0]), PEOPLE)) == ["Rep00"]
    assert names(await ask(manager_key, PEOPLE)) == ["Above"]
    assert names(await ask(await org.key_for(boss), PEOPLE)) == ["Boss", "Stranger"]
    hidden = await ask(await org.key_for(reps[0]), NODE, id=to_global_id("Person", stranger.id))
    assert hidden == {"data": {"node": None}}


async def test_another_organization_does_not_exist(
    org: SalesOrg, other: SalesOrg, ask: Ask, database: Database, secret_box: SecretBox
) -> None:
    person = await other.add_person("Theirs")
    model = await other.activate(shipped_document("b2b_outbound"))
    data = CreateCrmConnection.model_validate(
        {
            "system": "hubspot",
            "name": "CRM",
            "account_id": str(new_portal()),
            "app_id": str(new_portal()),
            "secret": "a-long-secret",
        }
    )
    async with database.tenant(other.id) as session:
        connection = await create_crm_connection(session, other.system, data, secret_box, "https://x.example")
    theirs = {"Person": person.id, "SuccessModel": model.id, "CrmConnection": connection.id, "Organization": other.id}
    for type_name, id_ in theirs.items():
        global_id = to_global_id(type_name, id_)
        shown = "CrmLink" if type_name == "CrmConnection" else type_name
        assert (await ask(other.admin_key, NODE, id=global_id))["data"]["node"]["__typename"] == shown
        assert await ask(org.admin_key, NODE, id=global_id) == {"data": {"node": None}}
    everything = """{ people { edges { node { name } } } successModels { edges { node { key } } }
      crmConnections { edges { node { name } } } }"""
    found = (await ask(org.admin_key, everything))["data"]
    assert [edge["node"]["name"] for edge in found["people"]["edges"]] == ["admin"]
    assert (found["successModels"]["edges"], found["crmConnections"]["edges"]) == ([], [])
    by_id = await ask(
        org.admin_key, "query ($id: ID!) { person(id: $id) { name } }", id=to_global_id("Person", person.id)
    )
    assert by_id == {"data": {"person": None}}


@pytest.mark.parametrize("id_", ["", "x", "UGVyc29u", "UGVyc29uOng", "Tm9ib2R5OjE"])
async def test_what_is_no_global_id_is_null(org: SalesOrg, ask: Ask, id_: str) -> None:
    assert await ask(org.admin_key, NODE, id=id_) == {"data": {"node": None}}


async def test_snapshots_of_fifty_reps_take_a_constant_number_of_statements(
    org: SalesOrg, ask: Ask, database: Database
) -> None:
    await org.activate(shipped_document("b2b_outbound"))
    counts = []
    reps: list[PersonDTO] = []
    for size in (5, 45):
        reps += [await org.add_person(f"Rep{len(reps) + index:02d}") for index in range(size)]
        for rep in reps:
            await org.add_activity(rep, datetime.now(UTC) - timedelta(minutes=5), outcome="connected")
        await org.keep_ready()
        with counted_statements(database) as statements:
            found = await ask(org.admin_key, SNAPSHOTS)
        counts.append(len(statements))
        edges = found["data"]["people"]["edges"]
        assert len(edges) == len(reps) + 1
        snapshots = [edge["node"] for edge in edges[-1]["node"]["kpiSnapshots"]["edges"]]
        assert len(snapshots) == 10
        assert {item["person"]["name"] for item in snapshots} == {edges[-1]["node"]["name"]}
    assert counts[0] == counts[1]
    assert counts[0] <= 15


async def test_the_same_numbers_as_over_rest(org: SalesOrg, ask: Ask, client: httpx.AsyncClient) -> None:
    await org.activate(shipped_document("b2b_outbound"))
    rep = await org.add_person("Rep")
    await org.add_activity(rep, datetime.now(UTC) - timedelta(minutes=5), outcome="connected")
    await org.refresh()
    query = """query ($id: ID!) { kpiSnapshots(personId: $id, period: WEEK) { edges { node {
      kpi value numerator denominator n target attainment modelVersion periodStart periodEnd } } } }"""
    found = await ask(org.admin_key, query, id=to_global_id("Person", rep.id))
    over_graphql = [edge["node"] for edge in found["data"]["kpiSnapshots"]["edges"]]
    params = {"person_id": str(rep.id), "period": "week"}
    over_rest = (await client.get("/v1/kpi-snapshots", params=params, headers=bearer(org.admin_key))).json()["data"]
    names_of = {"modelVersion": "model_version", "periodStart": "period_start", "periodEnd": "period_end"}
    assert over_graphql == [{name: row[names_of.get(name, name)] for name in over_graphql[0]} for row in over_rest]
    assert over_graphql[0]["value"] == "1"


async def test_expected_failures_keep_code_and_fields(org: SalesOrg, ask: Ask) -> None:
    found = await ask(org.admin_key, '{ kpiSnapshots(period: MONTH, periodStart: "2026-01-02") { edges { cursor } } }')
    (error,) = found["errors"]
    assert (error["extensions"]["kind"], error["extensions"]["fields"][0]["pointer"]) == ("invalid", "periodStart")
    naive = await ask(org.admin_key, '{ kpiSnapshots(asOf: "2026-01-02T00:00:00") { edges { cursor } } }')
    assert naive["errors"][0]["extensions"]["fields"][0]["pointer"] == "asOf"


async def test_the_unexpected_is_masked(org: SalesOrg, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_args: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("schema.me.identity.get_me", broken)
    found = await ask(org.admin_key, "{ me { role } }")
    assert found["errors"][0]["extensions"]["code"] == "internal_error"
    assert "hunter2" not in str(found)


async def test_without_a_key_nothing_is_answered(client: httpx.AsyncClient) -> None:
    for headers in ({}, bearer("tl_wrong")):
        answer = await client.post("/graphql", json={"query": "{ me { role } }"}, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


@pytest.mark.parametrize(
    "query",
    [
        "{ " + "me { organization { id } } " * 1200 + "}",
        "{ people { edges { node { manager " + "{ manager " * 20 + "{ name }" + " }" * 20 + " } } } }",
        "query { ...A } "
        + " ".join(f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(40))
        + " fragment F40 on Query { me { role } } fragment A on Query { ...F0 }",
    ],
)
async def test_oversized_documents_are_refused(org: SalesOrg, ask: Ask, query: str) -> None:
    found = await ask(org.admin_key, query)
    assert found.get("data") is None
    assert found["errors"]


async def test_the_page_loads_nothing_from_outside(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql?query=%7Bme%7Brole%7D%7D", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    assets = [part.split('"')[0] for part in page.text.split('"/')[1:]]
    assert len(assets) == 5
    for asset in assets:
        assert (await client.get(f"/{asset}")).status_code == 200
