"""`/v1/api-keys` over HTTP: shown once, listed without the secret, revoked at once."""

from typing import Any

import httpx
import pytest

from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/api-keys"


async def test_a_keys_life(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    body = {"name": "Partner", "scopes": ["people:read"], "expires_at": "2100-01-01T00:00:00+02:00"}
    created = await rest.post(PATH, json=body, headers=headers)
    assert created.status_code == 201
    secret = created.json()["key"]
    assert secret.startswith("tl_")
    assert created.json()["expires_at"] == "2099-12-31T22:00:00Z"
    one = f"{PATH}/{created.json()['id']}"
    read = await rest.get(one, headers=headers)
    assert read.json() == {name: value for name, value in created.json().items() if name != "key"}
    assert secret not in (await rest.get(PATH, headers=headers)).text
    assert (await rest.get("/v1/people", headers=bearer(secret))).status_code == 200
    changed = await rest.patch(
        one, json={"scopes": ["organization:read"], "expires_at": None}, headers=headers | ANYWAY
    )
    assert (changed.json()["scopes"], changed.json()["expires_at"]) == (["organization:read"], None)
    assert (await rest.get("/v1/people", headers=bearer(secret))).status_code == 403
    assert (await rest.delete(one, headers=headers)).status_code == 204
    assert (await rest.get("/v1/organization", headers=bearer(secret))).status_code == 401
    assert (await rest.get(one, headers=headers)).json()["revoked_at"] is not None
    assert (await rest.delete(one, headers=headers)).status_code == 204


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"name": "K"}, ["/scopes"]),
        ({"name": "K", "scopes": ["people:read"], "person_id": "00000000-0000-0000-0000-000000000001"}, ["/scopes"]),
        ({"name": "K", "scopes": ["people:read", "people:fly"]}, ["/scopes/1"]),
        ({"name": "K", "scopes": ["admin"], "expires_at": "2020-01-01T00:00:00Z"}, ["/expires_at"]),
        ({"name": "K", "scopes": ["admin"], "expires_at": "2100-01-01T00:00:00"}, ["/expires_at"]),
        ({"name": "K", "scopes": ["admin"], "expires_at": "9999-12-31T23:59:59-12:00"}, ["/expires_at"]),
        ({"name": "", "scopes": "admin", "expires_at": 4_000_000_000}, ["/name", "/scopes", "/expires_at"]),
        ({"name": "K", "person_id": "00000000-0000-0000-0000-000000000001"}, ["/person_id"]),
    ],
)
async def test_bad_keys_are_refused_by_field(
    rest: httpx.AsyncClient, org: SalesOrg, body: dict[str, Any], pointers: list[str]
) -> None:
    answer = await rest.post(PATH, json=body, headers=bearer(org.admin_key))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_pages_in_order_of_creation(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    names = [f"Key {index}" for index in range(4)]
    for name in names:
        await rest.post(PATH, json={"name": name, "scopes": ["admin"]}, headers=headers)
    first = (await rest.get(PATH, params={"limit": 3}, headers=headers)).json()
    rest_of_it = (await rest.get(PATH, params={"cursor": first["next_cursor"]}, headers=headers)).json()
    found = [key["name"] for key in (*first["data"], *rest_of_it["data"])]
    assert found == ["First administrator", *names]


async def test_a_narrow_key_makes_no_wider_one(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    scopes = ["api_keys:write", "api_keys:read", "people:read", "people:write"]
    body = {"name": "Narrow", "scopes": scopes}
    narrow = bearer((await rest.post(PATH, json=body, headers=bearer(org.admin_key))).json()["key"])
    for wider in ({"scopes": ["admin"]}, {"scopes": ["success_models:write"]}):
        assert (await rest.post(PATH, json={"name": "Wide", **wider}, headers=narrow)).status_code == 422
    assert (await rest.post(PATH, json={"name": "Same", "scopes": ["people:read"]}, headers=narrow)).status_code == 201
    admin = {"name": "A", "email": "a@example.com", "role": "admin"}
    assert (await rest.post("/v1/people", json=admin, headers=narrow)).status_code == 403


@pytest.mark.parametrize("role", ["rep", "manager", "enablement"])
async def test_only_administrators_see_keys(rest: httpx.AsyncClient, org: SalesOrg, role: str) -> None:
    key = bearer(await org.key_for(await org.add_person("Ann", role=role)))
    assert (await rest.get(PATH, headers=key)).status_code == 403
    assert (await rest.post(PATH, json={"name": "K", "scopes": ["admin"]}, headers=key)).status_code == 403
