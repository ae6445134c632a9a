"""What every operation of the REST surface has in common, shown on people."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import col, func, select, update
from starlette.types import Message, Receive, Scope, Send

from service.core.audit import AuditEvent
from service.core.clock import utc_now
from service.core.database import Database
from service.core.embedded import DatabaseUrls
from service.core.idempotency import KEPT, IdempotencyRecord
from service.core.secrets import SecretBox
from service.core.settings import Settings
from service.main import build_api
from service.organizations.models import Person
from service.organizations.tasks import keep_house
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.documents import plain_api
from tests.fixtures.rest import ANYWAY, bearer, surface_runtime

PATH = "/v1/people"


def ann(**fields: Any) -> dict[str, Any]:
    return {"name": "Ann", "email": "ann@example.com", **fields}


def keyed(org: SalesOrg, key: str = "k-1") -> dict[str, str]:
    return bearer(org.admin_key) | {"Idempotency-Key": key}


async def count(org: SalesOrg, name: str = "Ann") -> int:
    async with org.database.tenant(org.id) as session:
        query = select(func.count()).select_from(Person).where(col(Person.org_id) == org.id, col(Person.name) == name)
        return (await session.exec(query)).one()


PLAIN_LISTS = [
    path
    for path, methods in plain_api().openapi()["paths"].items()
    if path.startswith("/v1/") and "{" not in path and methods.get("get", {}).get("operationId", "").startswith("list")
]
PLAIN_LISTS.remove("/v1/events")  # a stream of whole messages, as webhooks carry them
PLAIN_LISTS.remove("/v1/deal-standards/templates")  # a few texts that the product ships, always whole
PLAIN_LISTS.remove("/v1/session-format-templates")  # as above
PLAIN_LISTS.remove("/v1/competency-framework-templates")  # as above


@pytest.mark.parametrize("path", PLAIN_LISTS)
async def test_every_list_takes_what_lists_take(rest: httpx.AsyncClient, org: SalesOrg, path: str) -> None:
    await org.add_person("Ann")
    name = "kpi" if path.endswith("kpi-snapshots") else "id"
    headers = bearer(org.admin_key)
    sparse = await rest.get(path, params={"limit": "1", "fields": name}, headers=headers)
    assert sparse.status_code == 200, sparse.text
    assert [set(row) for row in sparse.json()["data"]] in ([], [{name}])
    for parameter, value in (("limit", "0"), ("cursor", "x"), ("fields", "nothing"), ("nothing", "1")):
        refused = await rest.get(path, params={parameter: value}, headers=headers)
        if parameter == "cursor" and refused.is_success:
            continue  # a list that always comes whole
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, parameter), refused.text


async def test_one_hundred_copies_of_a_write_make_one_row(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    async def post() -> httpx.Response:
        while True:
            answer = await rest.post(PATH, json=ann(), headers=keyed(org))
            if answer.status_code != 409:
                return answer
            assert answer.json()["code"] == "idempotency_key_in_flight"
            await asyncio.sleep(0.02)

    answers = await asyncio.gather(*(post() for _ in range(100)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert len({(answer.headers["location"], answer.headers["etag"]) for answer in answers}) == 1
    assert await count(org) == 1


async def test_an_answer_that_never_arrived_is_given_again(
    rest: httpx.AsyncClient,
    org: SalesOrg,
    settings: Settings,
    urls: DatabaseUrls,
    database: Database,
    secret_box: SecretBox,
) -> None:
    """The process ends between the commit and the first byte of the answer."""
    api = build_api(settings)
    api.state.runtime = surface_runtime(settings, urls, database, secret_box)

    async def dying(scope: Scope, receive: Receive, _send: Send) -> None:
        async def die(_message: Message) -> None:
            raise SystemExit

        await api(scope, receive, die)

    transport = httpx.ASGITransport(dying)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(SystemExit):
            await client.post(PATH, json=ann(), headers=keyed(org))
    assert await count(org) == 1
    again = await rest.post(PATH, json=ann(), headers=keyed(org))
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert (await rest.get(again.headers["location"], headers=bearer(org.admin_key))).json() == again.json()
    assert await count(org) == 1


async def test_a_final_refusal_is_answered_again(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    """Even when the cause has gone meanwhile: the caller's retry must learn what its request came to."""
    await org.add_person("Ann")
    refused = await rest.post(PATH, json=ann(), headers=keyed(org))
    assert (refused.status_code, refused.json()["code"]) == (409, "person_email_taken")
    async with org.database.tenant(org.id) as session:
        await session.exec(update(Person).where(col(Person.org_id) == org.id).values(email=func.md5(Person.email)))
    again = await rest.post(PATH, json=ann(), headers=keyed(org))
    assert (again.content, again.headers["idempotency-replayed"]) == (refused.content, "true")
    assert (await rest.post(PATH, json=ann(), headers=keyed(org, "k-2"))).status_code == 201


async def test_a_refused_write_leaves_nothing_but_its_answer(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    """The person was written before their manager was found missing."""
    body = ann(manager_id=str(UUID(int=7)))
    refused = await rest.post(PATH, json=body, headers=keyed(org))
    assert refused.status_code == 422
    assert await count(org) == 0
    again = await rest.post(PATH, json=body, headers=keyed(org))
    assert again.content == refused.content


async def test_a_key_names_one_request_of_one_caller(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await rest.post(PATH, json=ann(), headers=keyed(org))
    other = await rest.post(PATH, json=ann(name="Bea"), headers=keyed(org))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert [error["pointer"] for error in other.json()["errors"]] == ["Idempotency-Key"]
    elsewhere = await rest.post("/v1/api-keys", json=ann(), headers=keyed(org))
    assert elsewhere.json()["code"] in {"idempotency_key_reused", "invalid_input"}
    stranger = await make_sales_org(org.database)
    assert (await rest.post(PATH, json=ann(), headers=keyed(stranger))).status_code == 201
    colleague = await org.key_for(await org.add_person("Boss", role="admin"))
    asked = {"Authorization": f"Bearer {colleague}", "Idempotency-Key": "k-1"}
    assert (await rest.post(PATH, json=ann(), headers=asked)).json()["code"] == "person_email_taken"


async def test_an_invalid_body_leaves_the_key_free(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    assert (await rest.post(PATH, json={"name": "Ann"}, headers=keyed(org))).status_code == 422
    assert (await rest.post(PATH, json=ann(), headers=keyed(org))).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "\xe9"])
async def test_a_malformed_key_is_named(rest: httpx.AsyncClient, org: SalesOrg, key: str) -> None:
    headers = [(b"Authorization", f"Bearer {org.admin_key}".encode()), (b"Idempotency-Key", key.encode("latin-1"))]
    answer = await rest.post(PATH, json=ann(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_idempotency_key")


async def test_an_answer_is_kept_for_a_day_and_sealed(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    body = {"name": "Script", "scopes": ["people:read"]}
    first = await rest.post("/v1/api-keys", json=body, headers=keyed(org))
    assert (await rest.post("/v1/api-keys", json=body, headers=keyed(org))).json() == first.json()
    async with org.database.tenant(org.id) as session:
        rows = (await session.exec(select(IdempotencyRecord).where(col(IdempotencyRecord.org_id) == org.id))).all()
        assert [first.json()["key"].encode() in row.answer for row in rows] == [False]
        before = utc_now() - KEPT - timedelta(seconds=1)
        await session.exec(
            update(IdempotencyRecord).where(col(IdempotencyRecord.org_id) == org.id).values(created_at=before)
        )
    assert (await rest.post("/v1/api-keys", json=body, headers=keyed(org))).json()["id"] != first.json()["id"]
    async with org.database.tenant(org.id) as session:
        await session.exec(
            update(IdempotencyRecord).where(col(IdempotencyRecord.org_id) == org.id).values(created_at=before)
        )
    await keep_house(org.database)
    async with org.database.tenant(org.id) as session:
        assert (await session.exec(select(func.count()).select_from(IdempotencyRecord))).one() == 0


async def test_nobodys_edit_is_lost(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    created = await rest.post(PATH, json=ann(), headers=headers)
    one, tag = created.headers["location"], created.headers["etag"]
    assert (await rest.get(one, headers=headers)).headers["etag"] == tag
    blind = await rest.patch(one, json={"name": "B"}, headers=headers)
    assert (blind.status_code, blind.json()["code"]) == (428, "if_match_required")
    changed = await rest.patch(one, json={"name": "B"}, headers=headers | {"If-Match": f'"other", {tag}'})
    assert changed.status_code == 200
    assert changed.headers["etag"] == (await rest.get(one, headers=headers)).headers["etag"] != tag
    late = await rest.patch(one, json={"name": "C"}, headers=headers | {"If-Match": tag})
    assert (late.status_code, late.json()["code"]) == (412, "etag_mismatch")
    weak = await rest.patch(one, json={"name": "C"}, headers=headers | {"If-Match": f"W/{changed.headers['etag']}"})
    assert weak.status_code == 412
    odd = await rest.patch(one, json={"name": "C"}, headers=headers | {"If-Match": "bare"})
    assert (odd.status_code, odd.json()["code"]) == (422, "invalid_etag")
    assert (await rest.delete(one, headers=headers | {"If-Match": tag})).status_code == 412
    assert (await rest.patch(one, json={"name": "D"}, headers=headers | ANYWAY)).status_code == 200
    assert (await rest.delete(one, headers=headers)).status_code == 204


async def test_of_two_edits_of_the_same_state_one_wins(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    created = await rest.post(PATH, json=ann(), headers=headers)
    condition = headers | {"If-Match": created.headers["etag"]}
    one = created.headers["location"]
    edits = [rest.patch(one, json={"name": f"Ann {n}"}, headers=condition) for n in range(10)]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*edits))
    assert statuses == [200, *([412] * 9)]


async def test_what_the_caller_has_is_not_sent_again(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    for path in ("/v1/me", PATH):
        tag = (await rest.get(path, headers=headers)).headers["etag"]
        for condition in (tag, f'"x", W/{tag}', "*"):
            same = await rest.get(path, headers=headers | {"If-None-Match": condition})
            assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
        assert (await rest.get(path, headers=headers | {"If-None-Match": '"x"'})).status_code == 200


async def test_sparse_fields(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    listed = (await rest.get(PATH, params={"fields": "id,name"}, headers=headers)).json()
    assert [set(row) for row in listed["data"]] == [{"id", "name"}]
    assert listed["next_cursor"] is None
    one = f"{PATH}/{listed['data'][0]['id']}"
    assert (await rest.get(one, params={"fields": "email"}, headers=headers)).json() == {"email": "admin@example.com"}
    for bad in ("shoe_size", "", "id,,name"):
        answer = await rest.get(PATH, params={"fields": bad}, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "fields")


async def test_a_misspelt_parameter_is_named(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    answer = await rest.get(PATH, params={"rol": "rep", "limt": 1}, headers=bearer(org.admin_key))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["limt", "rol"]


@pytest.mark.parametrize("sort", ["name", "-name", "email,-name", "-created_at", "name,-created_at", "-email,-name"])
async def test_every_order_can_be_paged_through(rest: httpx.AsyncClient, org: SalesOrg, sort: str) -> None:
    for index, name in enumerate(("Cy", "Bo", "Al", "Bo", "Cy")):
        await org.add_person(name, email=f"{'zyxwv'[index]}@example.com")
    headers, seen, url = bearer(org.admin_key), [], f"{PATH}?limit=2&sort={sort}"
    while url:
        answer = await rest.get(url, headers=headers)
        assert answer.status_code == 200, answer.text
        seen += answer.json()["data"]
        url = answer.links.get("next", {}).get("url", "")
        assert bool(url) == (answer.json()["next_cursor"] is not None)
    expected = sorted(seen, key=lambda row: str(row["id"]), reverse=sort.rpartition(",")[2].startswith("-"))
    for part in reversed(sort.split(",")):
        expected.sort(key=lambda row: str(row[part.lstrip("-")]), reverse=part.startswith("-"))
    assert len(seen) == 6
    assert [row["id"] for row in seen] == [row["id"] for row in expected]


async def test_a_cursor_belongs_to_its_order(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Al")
    headers = bearer(org.admin_key)
    cursor = (await rest.get(PATH, params={"limit": 1, "sort": "email"}, headers=headers)).json()["next_cursor"]
    for params in ({"sort": "name"}, {"sort": "-email"}, {"sort": "email,name"}):
        answer = await rest.get(PATH, params={"cursor": cursor, **params}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")
    for sort in ("shoe_size", "name,name", "--name", ""):
        answer = await rest.get(PATH, params={"sort": sort}, headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "sort")


async def test_every_write_is_in_the_audit_log(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    created = await rest.post(PATH, json=ann(), headers=headers)
    one, id_ = created.headers["location"], created.json()["id"]
    await rest.patch(one, json={"name": "B", "job_role": "AE"}, headers=headers | ANYWAY)
    await rest.patch(one, json={"email": "admin@example.com"}, headers=headers | ANYWAY)  # refused: not carried out
    await rest.delete(one, headers=headers)
    listed = (await rest.get("/v1/audit-events", params={"target_id": id_}, headers=headers)).json()["data"]
    assert [(row["action"], row["fields"]) for row in listed] == [
        ("deletePerson", []),
        ("updatePerson", ["job_role", "name"]),
        ("createPerson", ["email", "name"]),
    ]
    assert {row["surface"] for row in listed} == {"rest"}
    me = (await rest.get("/v1/me", headers=headers)).json()["person"]["id"]
    assert {row["person_id"] for row in listed} == {me}
    since = {"since": listed[1]["occurred_at"], "action": "deletePerson"}
    assert len((await rest.get("/v1/audit-events", params=since, headers=headers)).json()["data"]) == 1
    rep = bearer(await org.key_for(await org.add_person("Rep")))
    assert (await rest.get("/v1/audit-events", headers=rep)).status_code == 403


async def test_the_log_goes_with_its_organization_only(org: SalesOrg, rest: httpx.AsyncClient) -> None:
    await rest.post(PATH, json=ann(), headers=bearer(org.admin_key))
    async with org.database.tenant(org.id) as session:
        row = (await session.exec(select(AuditEvent).where(col(AuditEvent.org_id) == org.id))).one()
        assert (row.action, row.trace_id) == ("createPerson", None)
