"""`/v1/me` and `/v1/organization` over HTTP."""

import httpx
import pytest

from service.permissions import ALL_PERMISSIONS, ROLES
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer


async def test_who_one_is_and_may_do(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    admin = (await rest.get("/v1/me", headers=bearer(org.admin_key))).json()
    assert (admin["organization"]["id"], admin["role"]) == (str(org.id), "admin")
    assert admin["permissions"] == sorted(ALL_PERMISSIONS)
    ann = await org.add_person("Ann")
    rep = (await rest.get("/v1/me", headers=bearer(await org.key_for(ann)))).json()
    assert (rep["person"]["id"], rep["role"]) == (str(ann.id), "rep")
    assert rep["permissions"] == sorted(ROLES[ann.role])
    body = {"name": "Partner", "scopes": ["people:read"]}
    key = (await rest.post("/v1/api-keys", json=body, headers=bearer(org.admin_key))).json()["key"]
    partner = (await rest.get("/v1/me", headers=bearer(key))).json()
    assert (partner["person"], partner["role"], partner["permissions"]) == (None, None, ["people:read"])


async def test_settings_are_read_and_changed(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    before = (await rest.get("/v1/organization", headers=headers)).json()
    changes = {"time_zone": "Asia/Tokyo", "currency": "JPY", "week_start": 7, "fiscal_year_start_month": 4}
    after = await rest.patch("/v1/organization", json=changes, headers=headers | ANYWAY)
    assert after.json() == {**before, **changes, "updated_at": after.json()["updated_at"]}
    assert (await rest.get("/v1/organization", headers=headers)).json() == after.json()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": None, "currency": None},
        {"currency": "euro", "time_zone": "Europe/Wien"},
        {"week_start": 0, "fiscal_year_start_month": 13},
        {"week_start": "1", "fiscal_year_start_month": 1.5},
    ],
)
async def test_every_bad_setting_is_named(rest: httpx.AsyncClient, org: SalesOrg, changes: dict[str, object]) -> None:
    answer = await rest.patch("/v1/organization", json=changes, headers=bearer(org.admin_key) | ANYWAY)
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {f"/{name}" for name in changes}


async def test_only_an_administrator_changes_settings(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    for role in ("rep", "manager", "enablement"):
        key = await org.key_for(await org.add_person(role.title(), role=role))
        assert (await rest.get("/v1/organization", headers=bearer(key))).status_code == 200
        refused = await rest.patch("/v1/organization", json={"name": "Mine"}, headers=bearer(key) | ANYWAY)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
