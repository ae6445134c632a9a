"""Pushing and importing over GraphQL: the same use cases as over REST, with global ids and typed refusals."""

from typing import Any

from schema.relay import from_global_id
from service.crm.use_cases.imports import run_imports
from tests.factories.sales_org import SalesOrg
from tests.graphql.conftest import Ask

PUSH = """
mutation ($input: BulkUpsertDealsInput!) {
  bulkUpsertDeals(input: $input) {
    __typename
    ... on BulkPayload { items { edges { node index status code errors { edges { node } } } } }
    ... on InvalidInputError { fields { edges { node } } }
  }
}"""
CALLS = PUSH.replace("BulkUpsertDeals", "BulkUpsertActivities").replace("bulkUpsertDeals", "bulkUpsertActivities")
IMPORT = """
mutation ($input: CreateImportInput!) {
  createImport(input: $input) {
    __typename ... on OperationPayload { operation { id kind status counts } }
    ... on InvalidInputError { fields { edges { node } } }
  }
}"""
CANCEL = """
mutation ($input: CancelOperationInput!) {
  cancelOperation(input: $input) {
    __typename ... on OperationPayload { operation { status } } ... on ConflictError { code }
  }
}"""
MAPPING = (
    'kind = "deals"\nsystem = "pipes"\nas_of = 2026-03-01\n[columns]\nid = "Id"\nname = "Name"\namount = "Worth"\n'
)


async def run(ask: Ask, org: SalesOrg, query: str, **given: Any) -> Any:
    """The one root field's answer."""
    answer = await ask(org.admin_key, query, input=given)
    assert "errors" not in answer, answer
    (found,) = answer["data"].values()
    return found


async def push(ask: Ask, org: SalesOrg, query: str, **given: Any) -> list[Any]:
    """Each item's answer."""
    return list((await run(ask, org, query, **given))["items"]["edges"])


def pointers(fields: Any) -> list[str]:
    """The places that a refusal names."""
    return [edge["node"] for edge in fields["edges"]]


async def test_deals_and_calls_are_pushed_and_read(org: SalesOrg, ask: Ask) -> None:
    await org.add_person("Ann")
    deal = {"externalId": "d1", "name": "Acme", "amount": "10.50", "owner": "ann@example.com", "closedAt": "2026-03-02"}
    items = [deal | {"attributes": {"region": "east"}}, {"externalId": "d2", "owner": "nobody"}]
    made, refused = await push(ask, org, PUSH, system="pipes", deals=items)
    assert (made["status"], refused["status"], pointers(refused["errors"])) == ("created", "failed", ["/owner"])
    query = "query ($id: ID!) { node(id: $id) { ... on Deal { name amount owner { name } attributes } } }"
    shown = (await ask(org.admin_key, query, id=made["node"]))["data"]["node"]
    assert shown == {"name": "Acme", "amount": "10.5", "owner": {"name": "Ann"}, "attributes": {"region": "east"}}
    call = {"externalId": "c1", "kind": "CALL", "occurredAt": "2026-03-02T10:00:00Z", "owner": "ann@example.com"}
    (made,) = await push(ask, org, CALLS, system="dialler", activities=[call])
    (again,) = await push(ask, org, CALLS, system="dialler", activities=[call])
    assert (made["status"], again["status"], again["node"]) == ("created", "unchanged", made["node"])
    query = "{ activities(kind: CALL) { edges { node { id kind occurredOn person { name } } } } }"
    (edge,) = (await ask(org.admin_key, query))["data"]["activities"]["edges"]
    assert edge["node"] == {"id": made["node"], "kind": "CALL", "occurredOn": "2026-03-02", "person": {"name": "Ann"}}
    (late,) = await push(ask, org, CALLS, system="dialler", activities=[call | {"durationSeconds": "-1"}])
    assert pointers(late["errors"]) == ["/durationSeconds"]
    assert pointers((await run(ask, org, PUSH, system="No system", deals=[deal]))["fields"]) == ["/system"]


async def test_a_file_is_imported_and_read(org: SalesOrg, ask: Ask) -> None:
    file = "Id,Name,Worth\n1,One,10\n2,Two,twenty\n"
    refused = await run(ask, org, IMPORT, mapping="kind = 1", file=file)
    assert set(pointers(refused["fields"])) >= {"/mapping/kind", "/mapping/system"}
    assert pointers((await run(ask, org, IMPORT, mapping=MAPPING, file=""))["fields"]) == ["/file"]
    accepted = await run(ask, org, IMPORT, mapping=MAPPING, file=file, fileName="deals.csv")
    operation = accepted["operation"]
    assert (operation["kind"], operation["status"]) == ("import", "QUEUED")
    row_id = from_global_id(operation["id"])[1]
    await run_imports(org.database, org.id, row_id)
    query = """{ imports { edges { node { id fileName operation { id status counts errorCode } } } } }"""
    (edge,) = (await ask(org.admin_key, query))["data"]["imports"]["edges"]
    assert edge["node"]["operation"] == {
        "id": operation["id"],
        "status": "FAILED",
        "counts": {"rows": 2, "created": 0, "updated": 0, "unchanged": 0, "faults": 1},
        "errorCode": "import_has_faults",
    }
    query = "query ($id: ID!) { importRows(importId: $id, status: FAILED) { edges { node { id line faults } } } }"
    (row,) = (await ask(org.admin_key, query, id=edge["node"]["id"]))["data"]["importRows"]["edges"]
    assert (row["node"]["line"], row["node"]["faults"][0]["column"]) == (3, "Worth")
    found = await ask(
        org.admin_key, "query ($id: ID!) { node(id: $id) { ... on ImportRow { line } } }", id=row["node"]["id"]
    )
    assert found["data"]["node"] == {"line": 3}
    ended = await run(ask, org, CANCEL, id=operation["id"])
    assert ended == {"__typename": "ConflictError", "code": "operation_finished"}
    waiting = (await run(ask, org, IMPORT, mapping=MAPPING, file=file))["operation"]["id"]
    assert (await run(ask, org, CANCEL, id=waiting))["operation"] == {"status": "CANCELLED"}
    listed = await ask(org.admin_key, "{ operations(status: CANCELLED) { edges { node { id person { id } } } } }")
    assert [edge["node"]["id"] for edge in listed["data"]["operations"]["edges"]] == [waiting]
