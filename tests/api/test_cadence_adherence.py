"""Accounts over REST: what they look like, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from service.core.clock import utc_now
from service.core.ids import new_id
from tests.factories.coaching_rows import rows_of, session_row, write, write_series
from tests.factories.coaching_year import Happening, Said, Story, Talk
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer

HALF = timedelta(minutes=30)
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


async def small_team(org: SalesOrg) -> dict[str, Any]:
    """Lead and Rita: one session held and disputed, one cancelled by Rita, one to come."""
    lead = await org.add_person("Lead", role="manager")
    rita = await org.add_person("Rita", manager_id=lead.id, manager_from="2026-01-01")
    first = datetime(2026, 3, 3, 15, tzinfo=UTC)
    coming = (utc_now() + timedelta(days=3)).replace(microsecond=0)

    def story(due_at: datetime, *happenings: Happening, **more: Any) -> Story:
        known_at = due_at - timedelta(days=30)
        return Story(new_id(), lead.id, rita.id, None, None, due_at, HALF, known_at, list(happenings), **more)

    held = story(
        first,
        Happening(first, "started"),
        Happening(first + HALF, "completed", minutes=30),
        said=[Said(first + HALF, side, side == "manager", 30, None) for side in ("manager", "rep")],
        talks=[Talk(new_id(), "topic", "process", first + HALF, date(2026, 3, 3))],
    )
    cancelled = story(first + 7 * 48 * HALF, Happening(first, "cancelled", "rep"))
    stories = [held, cancelled, story(coming)]
    format_id, programme_id = await write_series(org)
    await write(
        org,
        [session_row(one, format_id, org.id, programme_id) for one in stories],
        [row for one in stories for row in rows_of(one, org.id)],
    )
    return {"lead": lead, "rita": rita, "held": held, "coming": coming}


async def test_an_account_of_managers(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    team = await small_team(org)
    headers = bearer(await org.key_for(team["lead"]))
    answer = await rest.get("/v1/cadence-adherence", params=MARCH, headers=headers)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    total = found["total"]
    assert (found["from_on"], found["to_on"], total["owed"]) == ("2026-03-01", "2026-03-31", 2)
    assert total["held"] == {
        "numerator": 1,
        "denominator": 2,
        "rate": "0.5000",
        "interval_low": "0.1209",
        "interval_high": "0.8791",
    }
    assert total["cancelled_by"] == {"manager": 0, "rep": 1, "other": 0}
    assert total["disputes"]["session_ids"] == [str(team["held"].id)]
    assert (total["process_share"]["numerator"], total["minutes"]) == (1, 30)
    (manager,) = found["managers"]
    assert manager == {
        **total,
        "manager_id": str(team["lead"].id),
        "name": "Lead",
        "left_on": None,
        "reasons": ["1 of 2 owed sessions was cancelled by the rep."],
    }
    assert found["evenness"] == []
    assert found["evenness_reason"] == "Cannot tell: no success model has a target for an outcome."
    early = await rest.get("/v1/cadence-adherence", params={**MARCH, "as_of": "2026-03-02T00:00:00Z"}, headers=headers)
    assert (early.json()["total"]["owed"], early.json()["total"]["not_due_yet"]) == (0, 2)


async def test_an_entitlement(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    team = await small_team(org)
    path = f"/v1/people/{team['rita'].id}/entitlement"
    answer = await rest.get(path, params=MARCH, headers=bearer(await org.key_for(team["rita"])))
    found = answer.json()
    assert (found["owed"], found["received"]["numerator"], found["ahead"], found["alert"]) == (2, 1, 1, None)
    assert datetime.fromisoformat(found["next_session_at"]) == team["coming"]
    assert [one["status"] for one in found["sessions"]] == ["completed", "cancelled"]
    soon = await rest.get(path, params={"days": 2}, headers=bearer(org.admin_key))
    assert soon.json()["alert"].startswith("No session is planned in the next 2 days; the next one is on ")


async def test_who_is_not_covered(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    team = await small_team(org)
    await org.add_person("Ron", manager_id=team["lead"].id)
    headers = bearer(org.admin_key)
    first = await rest.get("/v1/uncovered-people", params={"days": 2, "limit": 1}, headers=headers)
    rest_of_it = await rest.get(first.links["next"]["url"], headers=headers)
    assert [one["name"] for page in (first, rest_of_it) for one in page.json()["data"]] == ["Rita", "Ron"]
    none = await rest.get("/v1/uncovered-people", params={"manager_id": str(team["rita"].id)}, headers=headers)
    assert none.json() == {"data": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("path", "query", "pointers"),
    [
        ("cadence-adherence", {"from": "2026-03-02", "to": "2026-03-01"}, {"to"}),
        ("cadence-adherence", {"from": "2025-01-01", "to": "2026-03-01"}, {"from"}),
        ("cadence-adherence", {"from": "yesterday", "as_of": "9999-12-31T00:00:00Z"}, {"from", "as_of"}),
        ("cadence-adherence", {"manager": "x"}, {"manager"}),
        ("people/{person}/entitlement", {"days": 0, "to": "1800-01-01"}, {"days", "to"}),
        ("uncovered-people", {"days": 183}, {"days"}),
    ],
)
async def test_a_bad_question_names_its_parameters(
    rest: httpx.AsyncClient, org: SalesOrg, path: str, query: dict[str, Any], pointers: set[str]
) -> None:
    answer = await rest.get("/v1/" + path.format(person=new_id()), params=query, headers=bearer(org.admin_key))
    assert answer.status_code == 422, answer.text
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers
