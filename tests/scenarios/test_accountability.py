"""What two people do to their sessions over REST is what their accounts count."""

from datetime import timedelta
from typing import Any

import httpx

from service.core.clock import utc_now
from service.core.database import Database
from tests.factories.coaching_cast import ANSWERED, make_cast
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/coaching-sessions"


async def test_from_what_was_done_to_what_is_counted(rest: httpx.AsyncClient, database: Database) -> None:
    cast = await make_cast(database)
    manager, rep, above = (bearer(cast.keys[role]) | ANYWAY for role in ("manager", "rep", "above"))
    before = utc_now()
    due = [cast.next_hour() for _ in range(4)]
    places = []
    for at in due:
        body = {"rep_id": str(cast.people["rep"].id), "starts_at": at.isoformat(), "format_key": "plain"}
        made = await rest.post(PATH, json=body, headers=rep)
        assert made.status_code == 201, made.text
        places.append(made.headers["location"])

    async def do(place: str, deed: str, headers: dict[str, str], **body: Any) -> None:
        answer = await rest.post(f"{place}/{deed}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text

    held, moved, cancelled, _ = places
    middle = utc_now()
    await do(held, "start", manager)
    assert (await rest.patch(held, json={"answers": ANSWERED}, headers=manager)).status_code == 200
    await do(held, "complete", manager, minutes=35)
    await do(held, "attest", manager, held=True, minutes=35)
    await do(held, "attest", rep, held=False, minutes=0)
    await do(moved, "reschedule", rep, starts_at=(due[1] + timedelta(days=60)).isoformat(), reason="A fair")
    await do(cancelled, "cancel", manager, reason="No time")

    days = [(at.astimezone(cast.org.zone)).date() for at in due]
    span = {"from": str(min(days)), "to": str(max(days))}
    found = (await rest.get("/v1/cadence-adherence", params=span, headers=above)).json()
    total = found["total"]
    # Held a year early is held, and not on time; what was moved out of the span is still due in it.
    assert (total["owed"], total["not_due_yet"], total["minutes"]) == (2, 2, 35)
    assert (total["held"]["numerator"], total["on_time"]["numerator"]) == (1, 0)
    assert total["cancelled_by"] == {"manager": 1, "rep": 0, "other": 0}
    assert (total["format_completeness"]["numerator"], total["format_completeness"]["denominator"]) == (1, 2)
    assert (total["attested"]["numerator"], total["disputes"]["held_denied"], total["disputes"]["minutes"]) == (1, 1, 1)
    assert total["disputes"]["session_ids"] == [held.rsplit("/", 1)[1]]
    assert [one["name"] for one in found["managers"]] == ["Lead"]
    for at, expected in ((before, (0, 0)), (middle, (0, 4))):
        then = await rest.get("/v1/cadence-adherence", params={**span, "as_of": at.isoformat()}, headers=above)
        assert (then.json()["total"]["owed"], then.json()["total"]["not_due_yet"]) == expected
    account = await rest.get(f"/v1/people/{cast.people['rep'].id}/entitlement", params=span, headers=rep)
    shown = account.json()
    assert [one["status"] for one in shown["sessions"]] == ["completed", "scheduled", "cancelled", "scheduled"]
    assert (shown["owed"], shown["received"]["numerator"], shown["ahead"]) == (2, 1, 2)
    assert shown["alert"].startswith("No session is planned in the next 14 days; the next one is on ")
    uncovered = await rest.get("/v1/uncovered-people", headers=manager)
    assert [one["name"] for one in uncovered.json()["data"]] == ["Ann", "Bob"]
