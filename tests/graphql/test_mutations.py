"""Mutations: typed answers, one transaction per root field, the same rules as over REST."""

import asyncio
from typing import Any

import httpx
import pytest
from graphql import GraphQLUnionType, build_schema

from schema.relay import from_global_id, to_global_id
from schema.router import export_sdl
from service.core.ids import new_id
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import model_document
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

REFUSAL = "... on UserError { code message } ... on InvalidInputError { fields { edges { node } } }"
CREATE = f"""
mutation Create($input: CreatePersonInput!) {{
  createPerson(input: $input) {{
    __typename
    ... on PersonPayload {{ person {{ id name etag jobRole
      externalIdentities {{ edges {{ node {{ system externalId }} }} }} }} }}
    {REFUSAL}
  }}
}}"""
UPDATE = f"""
mutation Update($input: UpdatePersonInput!) {{
  updatePerson(input: $input) {{
    __typename ... on PersonPayload {{ person {{ id name etag jobRole }} }} {REFUSAL}
  }}
}}"""
DELETE = f"""
mutation Delete($input: DeletePersonInput!) {{
  deletePerson(input: $input) {{ __typename ... on DeletedPayload {{ deletedId }} {REFUSAL} }}
}}"""


def ann(**fields: Any) -> dict[str, Any]:
    return {"name": "Ann", "email": "ann@example.com", **fields}


async def run(ask: Ask, key: str, query: str, **given: Any) -> dict[str, Any]:
    """The one root field's answer."""
    answer = await ask(key, query, input=given)
    assert "errors" not in answer, answer
    (found,) = answer["data"].values()
    assert isinstance(found, dict)
    return found


def pointers(refusal: dict[str, Any]) -> list[str]:
    """The fields that a refusal is about."""
    return [edge["node"] for edge in refusal["fields"]["edges"]]


async def count(org: SalesOrg, client: httpx.AsyncClient) -> int:
    return len((await client.get("/v1/people", headers=bearer(org.admin_key))).json()["data"])


async def test_a_persons_life(org: SalesOrg, ask: Ask, client: httpx.AsyncClient) -> None:
    key = org.admin_key
    boss = to_global_id("Person", (await org.add_person("Boss", role="manager")).id)
    identities = [{"system": "hubspot", "externalId": "7"}]
    made = await run(ask, key, CREATE, **ann(jobRole="AE", managerId=boss, externalIdentities=identities))
    person = made["person"]
    assert (made["__typename"], person["jobRole"]) == ("PersonPayload", "AE")
    assert [edge["node"] for edge in person["externalIdentities"]["edges"]] == identities
    over_rest = await client.get(f"/v1/people/{from_global_id(person['id'])[1]}", headers=bearer(key))
    assert over_rest.headers["etag"] == person["etag"]
    renamed = await run(ask, key, UPDATE, id=person["id"], name="Bea", ifMatch=person["etag"])
    assert (renamed["person"]["name"], renamed["person"]["jobRole"]) == ("Bea", "AE")
    stale = await run(ask, key, UPDATE, id=person["id"], name="Cy", ifMatch=person["etag"])
    assert (stale["__typename"], stale["code"]) == ("StaleError", "etag_mismatch")
    cleared = await run(ask, key, UPDATE, id=person["id"], jobRole=None)
    assert (cleared["person"]["name"], cleared["person"]["jobRole"]) == ("Bea", None)
    assert await run(ask, key, DELETE, id=person["id"]) == {"__typename": "DeletedPayload", "deletedId": person["id"]}
    gone = await run(ask, key, DELETE, id=person["id"])
    assert (gone["__typename"], gone["code"]) == ("NotFoundError", "person_not_found")
    target = str(from_global_id(person["id"])[1])
    log = await client.get("/v1/audit-events", params={"target_id": target}, headers=bearer(key))
    assert [(row["action"], row["surface"]) for row in log.json()["data"]] == [
        ("deletePerson", "graphql"),
        ("updatePerson", "graphql"),
        ("updatePerson", "graphql"),
        ("createPerson", "graphql"),
    ]
    assert [row["fields"] for row in log.json()["data"]][1:3] == [["job_role"], ["name"]]


async def test_every_refusal_has_its_type(org: SalesOrg, ask: Ask) -> None:
    key = org.admin_key
    rep = await org.key_for(await org.add_person("Rep"))
    forbidden = await run(ask, rep, CREATE, **ann())
    assert (forbidden["__typename"], forbidden["code"]) == ("ForbiddenError", "permission_denied")
    taken = await run(ask, key, CREATE, **ann(email="admin@example.com"))
    assert (taken["__typename"], taken["code"]) == ("ConflictError", "person_email_taken")
    invalid = await run(ask, key, CREATE, **ann(timeZone="Mars", hiredOn="2026-02-02", leftOn="2026-02-01"))
    assert invalid["__typename"] == "InvalidInputError"
    assert pointers(invalid) == ["/timeZone", "/leftOn"]
    nobody = await run(ask, key, CREATE, **ann(managerId=to_global_id("Person", new_id())))
    assert pointers(nobody) == ["/managerId"]
    for bad in ("", "x", to_global_id("Team", new_id())):
        odd = await run(ask, key, CREATE, **ann(managerId=bad))
        assert pointers(odd) == ["/managerId"]
    nested = await run(ask, key, CREATE, **ann(externalIdentities=[{"system": "Hub Spot", "externalId": ""}]))
    assert pointers(nested) == ["/externalIdentities/0/system", "/externalIdentities/0/externalId"]


async def test_another_organizations_row_is_not_found(org: SalesOrg, other: SalesOrg, ask: Ask) -> None:
    theirs = to_global_id("Person", (await other.add_person("Eve")).id)
    for query, given in ((UPDATE, {"id": theirs, "name": "X"}), (DELETE, {"id": theirs})):
        assert (await run(ask, org.admin_key, query, **given))["__typename"] == "NotFoundError"


async def test_each_root_field_is_a_transaction(org: SalesOrg, ask: Ask, client: httpx.AsyncClient) -> None:
    """The first is kept although the second fails, and of the second nothing is, although half of it was written."""
    query = """mutation ($a: CreatePersonInput!, $b: CreatePersonInput!, $c: CreatePersonInput!) {
        a: createPerson(input: $a) { __typename }
        b: createPerson(input: $b) { __typename }
        c: createPerson(input: $c) { __typename }
    }"""
    bad = ann(email="b@example.com", managerId=to_global_id("Person", new_id()))
    answer = await ask(org.admin_key, query, a=ann(), b=bad, c=ann(email="c@example.com"))
    assert [found["__typename"] for found in answer["data"].values()] == [
        "PersonPayload",
        "InvalidInputError",
        "PersonPayload",
    ]
    assert await count(org, client) == 3


async def test_the_unexpected_is_masked_and_undone(
    org: SalesOrg, ask: Ask, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_fields: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("schema.mutations.audit.record", broken)
    answer = await ask(org.admin_key, CREATE, input=ann())
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"]["code"] == "internal_error"
    assert "hunter2" not in str(answer)
    assert await count(org, client) == 1


async def test_an_idempotency_key_gives_the_first_answer_again(
    org: SalesOrg, ask: Ask, client: httpx.AsyncClient
) -> None:
    async def create() -> dict[str, Any]:
        while True:
            found = await run(ask, org.admin_key, CREATE, **ann(idempotencyKey="k-1"))
            if found.get("code") != "idempotency_key_in_flight":
                return found
            await asyncio.sleep(0.02)

    answers = await asyncio.gather(*(create() for _ in range(20)))
    assert {answer["person"]["id"] for answer in answers} == {answers[0]["person"]["id"]}
    assert await count(org, client) == 2
    reused = await run(ask, org.admin_key, CREATE, **ann(name="Bea", idempotencyKey="k-1"))
    assert (reused["__typename"], reused["code"]) == ("InvalidInputError", "idempotency_key_reused")
    id_ = answers[0]["person"]["id"]
    for _ in range(2):
        assert (await run(ask, org.admin_key, DELETE, id=id_, idempotencyKey="k-2"))["deletedId"] == id_
    refused = await run(ask, org.admin_key, DELETE, id=id_, idempotencyKey="k-3")
    assert refused["__typename"] == "NotFoundError"
    assert await run(ask, org.admin_key, DELETE, id=id_, idempotencyKey="k-3") == refused


async def test_a_model_is_drafted_activated_and_named_by_its_faults(org: SalesOrg, ask: Ask) -> None:
    create = f"""mutation ($input: CreateSuccessModelInput!) {{ createSuccessModel(input: $input) {{
        ... on SuccessModelPayload {{ successModel {{ id status version }} }} {REFUSAL} }} }}"""
    activate = """mutation ($input: ActivateSuccessModelInput!) { activateSuccessModel(input: $input) {
        ... on SuccessModelPayload { successModel { status } } } }"""
    document = model_document()
    draft = (await run(ask, org.admin_key, create, document=document))["successModel"]
    assert (draft["status"], draft["version"]) == ("DRAFT", 1)
    active = await run(ask, org.admin_key, activate, id=draft["id"])
    assert active["successModel"]["status"] == "ACTIVE"
    faulty = await run(ask, org.admin_key, create, document={**document, "name": 7})
    assert pointers(faulty) == ["/document/name"]


async def test_a_new_keys_secret_is_shown_once(org: SalesOrg, ask: Ask) -> None:
    create = """mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) {
        ... on CreatedApiKeyPayload { secret apiKey { id etag scopes { edges { node } } person { name } } } } }"""
    made = await run(ask, org.admin_key, create, name="Script", scopes=["people:read"])
    assert made["apiKey"]["scopes"] == {"edges": [{"node": "people:read"}]}
    assert await ask(made["secret"], "{ people { edges { node { name } } } }") == {
        "data": {"people": {"edges": [{"node": {"name": "admin"}}]}}
    }
    read = await ask(
        org.admin_key, "query ($id: ID!) { node(id: $id) { ... on ApiKey { etag } } }", id=made["apiKey"]["id"]
    )
    assert read["data"]["node"]["etag"] == made["apiKey"]["etag"]
    revoke = "mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { __typename } }"
    assert (await run(ask, org.admin_key, revoke, id=made["apiKey"]["id"]))["__typename"] == "DeletedPayload"


async def test_each_item_of_a_bulk_is_answered(org: SalesOrg, ask: Ask) -> None:
    bulk = """mutation ($input: BulkUpsertPeopleInput!) { bulkUpsertPeople(input: $input) { ... on BulkPayload {
        items { edges { node index status code errors { edges { node message } } } pageInfo { hasNextPage } }
        last: items(last: 1) { edges { index } pageInfo { hasPreviousPage } } } } }"""
    people = [ann(system="hubspot", externalId="7"), ann(system="Hub Spot", externalId="8", email="b@example.com")]
    found = await run(ask, org.admin_key, bulk, people=people)
    made, failed = found["items"]["edges"]
    assert (made["index"], made["status"], made["code"], made["errors"]) == (0, "created", None, {"edges": []})
    read = "query ($id: ID!) { node(id: $id) { ... on Person { name } } }"
    assert await ask(org.admin_key, read, id=made["node"]) == {"data": {"node": {"name": "Ann"}}}
    assert (failed["node"], failed["status"], failed["code"]) == (None, "failed", "invalid_input")
    assert [edge["node"] for edge in failed["errors"]["edges"]] == ["/system"]
    assert found["items"]["pageInfo"] == {"hasNextPage": False}
    assert found["last"] == {"edges": [{"index": 1}], "pageInfo": {"hasPreviousPage": True}}
    many = [ann(system="hubspot", externalId=str(number), email=f"p{number}@example.com") for number in range(201)]
    assert len((await run(ask, org.admin_key, bulk, people=many))["items"]["edges"]) == 201


async def test_a_provider_is_a_node_while_there_is_one(org: SalesOrg, other: SalesOrg, ask: Ask) -> None:
    put = """mutation ($input: PutIdentityProviderInput!) { putIdentityProvider(input: $input) {
        ... on IdentityProviderPayload { identityProvider { id issuer } } } }"""
    delete = """mutation ($input: DeleteIdentityProviderInput!) { deleteIdentityProvider(input: $input) {
        ... on DeletedIdentityProviderPayload { deletedId } } }"""
    read = "query ($id: ID!) { node(id: $id) { ... on IdentityProvider { issuer } } }"
    given = {"issuer": f"https://{new_id()}.example", "audience": "Us"}
    provider = (await run(ask, org.admin_key, put, **given))["identityProvider"]
    assert (await ask(org.admin_key, read, id=provider["id"]))["data"]["node"] == {"issuer": given["issuer"]}
    assert await ask(other.admin_key, read, id=provider["id"]) == {"data": {"node": None}}
    assert await run(ask, org.admin_key, delete) == {"deletedId": provider["id"]}
    assert await ask(org.admin_key, read, id=provider["id"]) == {"data": {"node": None}}


def test_every_mutation_answers_a_payload_or_a_refusal() -> None:
    schema = build_schema(export_sdl())
    assert schema.mutation_type is not None
    refusals = {"InvalidInputError", "ForbiddenError", "NotFoundError", "ConflictError", "StaleError"}
    for name, field in schema.mutation_type.fields.items():
        assert list(field.args) == ["input"], name
        union = schema.get_type(f"{name[0].upper()}{name[1:]}Result")
        assert isinstance(union, GraphQLUnionType)
        members = {member.name for member in union.types}
        assert refusals < members
        assert len(members) == len(refusals) + 1, name
