"""`/v1/coaching-opportunities`: reading, filtering, sorting, acting upon them, and what is refused."""

from datetime import date

import httpx
import pytest

from service.coaching_opportunities.permissions import Permission
from tests.factories.opportunities import TOMORROW, Review, team_of_six
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/coaching-opportunities"


async def two_behind(org: SalesOrg) -> Review:
    """Ann made no call, Gus two: both are behind."""
    behind = await team_of_six(org)
    newcomer = await org.add_person("Gus", manager_id=behind.lead.id, hired_on=date(2025, 1, 1))
    await behind.call(newcomer, 2, day=3)
    await behind.make()
    return behind


async def test_reading_filtering_and_sorting(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    behind = await two_behind(org)
    headers = bearer(org.admin_key)
    rows = (await rest.get(PATH, headers=headers)).raise_for_status().json()["data"]
    assert rows[0]["person_id"] == str(behind.ann.id)
    assert [row["size"] for row in rows] == sorted((row["size"] for row in rows), reverse=True)
    assert len(rows) == 2
    ascending = (await rest.get(PATH, params={"sort": "size"}, headers=headers)).json()["data"]
    assert ascending == rows[::-1]
    for params, count in [
        ({"person_id": str(behind.ann.id)}, 1),
        ({"manager_id": str(behind.lead.id)}, 2),
        ({"kpi": "calls", "status": "open", "kind": "behind_target"}, 2),
        ({"kpi": "won-amount"}, 0),
        ({"status": "closed"}, 0),
        ({"limit": "1"}, 1),
    ]:
        found = (await rest.get(PATH, params=params, headers=headers)).json()["data"]
        assert len(found) == count, params
    one = await rest.get(f"{PATH}/{rows[0]['id']}", headers=headers)
    assert one.json() == rows[0]
    assert one.headers["etag"]
    assert set(rows[0]["evidence"]) >= {"snapshot_id", "value", "target", "expected", "probability", "interval", "n"}


async def test_the_snapshot_behind_it_can_be_read(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    behind = await team_of_six(org)
    evidence = (await behind.raised()).evidence
    person, kpi, period, start = evidence["snapshot_id"].split(".")
    asked = {"person_id": person, "kpi": kpi, "period": period, "period_start": start, "as_of": evidence["as_of"]}
    answer = await rest.get("/v1/kpi-snapshots", params=asked, headers=bearer(org.admin_key))
    (snapshot,) = answer.raise_for_status().json()["data"]
    assert (snapshot["value"], snapshot["status"], snapshot["probability"]) == (
        evidence["value"],
        "behind",
        evidence["probability"],
    )


async def test_a_way_through(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    behind = await team_of_six(org)
    one = f"{PATH}/{(await behind.raised()).id}"
    headers = bearer(await org.key_for(behind.ann))
    snoozed = await rest.post(f"{one}/snooze", json={"until": str(TOMORROW)}, headers=headers | ANYWAY)
    assert (snoozed.status_code, snoozed.json()["status"]) == (200, "snoozed")
    assert snoozed.json()["snoozed_until"] == str(TOMORROW)
    reopened = await rest.post(f"{one}/reopen", headers=headers | {"If-Match": snoozed.headers["etag"]})
    assert (reopened.status_code, reopened.json()["status"]) == (200, "open")
    stale = await rest.post(f"{one}/accept", headers=headers | {"If-Match": snoozed.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "etag_mismatch")
    dismissed = await rest.post(f"{one}/dismiss", json={"reason": "On a fair"}, headers=headers | ANYWAY)
    assert (dismissed.json()["status"], dismissed.json()["dismissal"]) == ("dismissed", "On a fair")
    refused = await rest.post(f"{one}/accept", headers=headers | ANYWAY)
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_transition")
    assert refused.json()["detail"] == "From dismissed it can become open, not accepted."


@pytest.mark.parametrize(
    ("deed", "body", "pointer"),
    [
        ("dismiss", {}, "/reason"),
        ("dismiss", {"reason": " "}, "/reason"),
        ("dismiss", {"reason": "x", "why": "y"}, "/why"),
        ("snooze", {}, "/until"),
        ("snooze", {"until": "soon"}, "/until"),
        ("snooze", {"until": "2020-01-01"}, "/until"),
    ],
)
async def test_bad_bodies_name_the_field(
    rest: httpx.AsyncClient, org: SalesOrg, deed: str, body: dict[str, str], pointer: str
) -> None:
    behind = await team_of_six(org)
    found = await behind.raised()
    answer = await rest.post(f"{PATH}/{found.id}/{deed}", json=body, headers=bearer(org.admin_key) | ANYWAY)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])
    assert await behind.seen_by() == [found]


async def test_bad_questions_are_refused(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    for params in ({"kind": "mood"}, {"status": "gone"}, {"sort": "reason"}, {"person_id": "Ann"}):
        assert (await rest.get(PATH, params=params, headers=headers)).status_code == 422, params
    nobody = await rest.get(PATH, params={"manager_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, headers=headers)
    assert (nobody.status_code, nobody.json()["code"]) == (404, "person_not_found")


async def test_the_manager_meets_404_until_the_grace_time_is_over(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    behind = await team_of_six(org)
    found = await behind.raised()
    await behind.set(found.id, manager_sees_on=TOMORROW)
    one = f"{PATH}/{found.id}"
    lead, ann = bearer(await org.key_for(behind.lead)), bearer(await org.key_for(behind.ann))
    assert (await rest.get(one, headers=lead)).json()["code"] == "coaching_opportunity_not_found"
    assert (await rest.get(PATH, headers=lead)).json()["data"] == []
    assert (await rest.post(f"{one}/accept", headers=lead | ANYWAY)).status_code == 404
    assert (await rest.get(one, headers=ann)).status_code == 200


async def test_keys_need_the_permission(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    behind = await team_of_six(org)
    found = await behind.raised()
    scopes = {"name": "Reader", "scopes": [Permission.COACHING_OPPORTUNITIES_READ]}
    made = await rest.post("/v1/api-keys", json=scopes, headers=bearer(org.admin_key))
    headers = bearer(made.raise_for_status().json()["key"])
    assert (await rest.get(f"{PATH}/{found.id}", headers=headers)).status_code == 200
    assert (await rest.post(f"{PATH}/{found.id}/accept", headers=headers | ANYWAY)).status_code == 403
