"""`/v1/crm-connections`: an account is connected once, its secret is never shown, its state is."""

from typing import Any

import httpx
import pytest

from tests.factories.receivers import new_portal, new_salesforce_org
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/crm-connections"


def hubspot(**fields: Any) -> dict[str, Any]:
    """A HubSpot connection of its own."""
    return {
        "system": "hubspot",
        "name": "HubSpot",
        "account_id": str(new_portal()),
        "app_id": str(new_portal()),
        "secret": "a-secret-of-the-app",
        **fields,
    }


async def test_hubspot_is_connected_read_renamed_and_disconnected(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    key = bearer(org.admin_key)
    asked = hubspot(mapping={"stages": {"custom": "proposal"}})
    created = await rest.post(PATH, json=asked, headers=key)
    assert created.status_code == 201
    body = created.json()
    assert body["receiver_url"] == "https://coach.example.com/integrations/hubspot/webhooks"
    assert body["mapping"]["stages"]["custom"] == "proposal"
    assert body["mapping"]["stages"]["closedwon"] == "closed_won"
    assert asked["secret"] not in created.text

    one = f"{PATH}/{body['id']}"
    state = (await rest.get(f"{one}/status", headers=key)).json()
    assert state["counts"] == {
        "deliveries": 0,
        "pending_deliveries": 0,
        "applied_events": 0,
        "ignored_events": 0,
        "quarantined_events": 0,
    }
    assert (state["last_delivery_at"], state["last_error"]) == (None, None)
    assert (state["unmapped_stages"], state["unmapped_owners"]) == ({}, {})

    renamed = await rest.patch(one, json={"name": "EMEA", "secret": "the-next-secret"}, headers=key | ANYWAY)
    assert (renamed.json()["name"], renamed.json()["rotating_secret"]) == ("EMEA", True)
    ended = await rest.patch(one, json={"end_rotation": True}, headers=key | ANYWAY)
    assert ended.json()["rotating_secret"] is False
    listed = (await rest.get(PATH, headers=key)).json()
    assert [row["id"] for row in listed["data"]] == [body["id"]]
    assert listed["next_cursor"] is None

    assert (await rest.delete(one, headers=key)).status_code == 204
    assert (await rest.get(one, headers=key)).status_code == 404
    assert (await rest.post(PATH, json=asked, headers=key)).status_code == 201


async def test_a_salesforce_token_is_shown_once(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    key = bearer(org.admin_key)
    account = new_salesforce_org()
    created = await rest.post(PATH, json={"system": "salesforce", "name": "SF", "account_id": account}, headers=key)
    assert created.status_code == 201
    assert created.json()["account_id"][:15] == account
    token = created.json()["receiver_url"].rpartition("/integrations/salesforce/outbound/")[2]
    assert len(token) > 40
    for path in (PATH, f"{PATH}/{created.json()['id']}"):
        assert token not in (await rest.get(path, headers=key)).text
    again = {"system": "salesforce", "name": "SF", "account_id": created.json()["account_id"]}
    assert (await rest.post(PATH, json=again, headers=key)).status_code == 409


@pytest.mark.parametrize(
    "fields",
    [
        {"app_id": None},
        {"secret": None},
        {"secret": "short"},
        {"account_id": "12 34"},
        {"account_id": "portal"},
        {"system": "pipedrive"},
        {"system": "salesforce"},
        {"unknown": 1},
        {"mapping": {"stages": {"x": "Not A Key"}}},
    ],
)
async def test_bad_input_is_refused(rest: httpx.AsyncClient, org: SalesOrg, fields: dict[str, Any]) -> None:
    answer = await rest.post(PATH, json=hubspot(**fields), headers=bearer(org.admin_key))
    assert answer.status_code == 422
    assert answer.json()["errors"]


async def test_another_organization_neither_sees_nor_claims_it(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    ours, theirs = org, await make_sales_org(org.database)
    asked = hubspot()
    id_ = (await rest.post(PATH, json=asked, headers=bearer(ours.admin_key))).json()["id"]
    claimed = await rest.post(PATH, json=asked, headers=bearer(theirs.admin_key))
    assert claimed.status_code == 409
    assert claimed.json()["code"] == "crm_account_claimed"
    stranger = bearer(theirs.admin_key)
    assert (await rest.get(PATH, headers=stranger)).json()["data"] == []
    assert (await rest.get(f"{PATH}/{id_}", headers=stranger)).status_code == 404
    assert (await rest.patch(f"{PATH}/{id_}", json={"name": "x"}, headers=stranger | ANYWAY)).status_code == 404
    assert (await rest.delete(f"{PATH}/{id_}", headers=stranger)).status_code == 404
    assert (await rest.post(f"{PATH}/{id_}/replay", json={}, headers=stranger)).status_code == 404
    assert (await rest.get(f"{PATH}/{id_}", headers=bearer(ours.admin_key))).status_code == 200


async def test_the_secret_of_json_events_is_shown_once_and_rotated(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    key = bearer(org.admin_key)
    asked = {"system": "salesforce", "name": "SF", "account_id": new_salesforce_org()}
    created = (await rest.post(PATH, json=asked, headers=key)).json()
    one = f"{PATH}/{created['id']}"
    assert created["events_url"] == f"https://coach.example.com/integrations/salesforce/events/{created['id']}"
    assert created["signing_secret"].startswith("whsec_")
    refused = await rest.patch(one, json={"secret": "one-of-my-own"}, headers=key | ANYWAY)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/secret")
    rotated = await rest.post(f"{one}/rotate-secret", headers=key)
    assert rotated.status_code == 200
    assert rotated.json()["connection_id"] == created["id"]
    assert rotated.json()["signing_secret"] != created["signing_secret"]
    shown = await rest.get(one, headers=key)
    assert shown.json()["rotating_secret"] is True
    assert "whsec_" not in shown.text
    hub = (await rest.post(PATH, json=hubspot(), headers=key)).json()
    assert (hub["events_url"], hub["signing_secret"]) == (None, None)
    answer = await rest.post(f"{PATH}/{hub['id']}/rotate-secret", headers=key)
    assert (answer.status_code, answer.json()["code"]) == (409, "crm_secret_is_the_apps")


async def test_another_crm_is_named_by_its_organization_alone(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    asked = {"system": "other", "name": "Pipedrive", "account_id": "pipedrive"}
    created = await rest.post(PATH, json=asked, headers=bearer(org.admin_key))
    assert created.status_code == 201
    url = f"https://coach.example.com/integrations/events/{created.json()['id']}"
    assert (created.json()["receiver_url"], created.json()["events_url"]) == (url, url)
    again = await rest.post(PATH, json=asked, headers=bearer(org.admin_key))
    assert (again.status_code, again.json()["code"]) == (409, "crm_account_claimed")
    theirs = await make_sales_org(org.database)
    assert (await rest.post(PATH, json=asked, headers=bearer(theirs.admin_key))).status_code == 201
    for extra in ({"secret": "a-secret-of-mine"}, {"app_id": "7"}):
        assert (await rest.post(PATH, json=asked | extra, headers=bearer(org.admin_key))).status_code == 422
