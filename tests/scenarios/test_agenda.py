"""From calls that were not made to what two people talk about: raised, discussed, carried over, kept and resolved."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from service.coaching_opportunities.use_cases.opportunities import accept_coaching_opportunity
from service.core.clock import utc_now
from service.organizations.dto.people import PersonDTO
from tests.factories.agenda import Agenda
from tests.factories.opportunities import TOMORROW, Review, team_of_six
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer


async def push_calls(rest: httpx.AsyncClient, team: Review, person: PersonDTO, at: datetime, count: int) -> None:
    """Calls from an instant on, one a second, as a dialler pushes them."""
    items = [
        {
            "external_id": f"{person.name} {number}",
            "kind": "call",
            "occurred_at": (at + timedelta(seconds=number)).isoformat(),
            "owner": person.email,
        }
        for number in range(count)
    ]
    body = {"system": "dialler", "activities": items}
    (await rest.post("/v1/activities", json=body, headers=bearer(team.org.admin_key))).raise_for_status()
    await team.org.keep_ready()


async def read(rest: httpx.AsyncClient, key: str, **params: str) -> list[dict[str, Any]]:
    answer = await rest.get("/v1/coaching-topics", params=params, headers=bearer(key))
    found: list[dict[str, Any]] = answer.raise_for_status().json()["data"]
    return found


async def test_from_missing_calls_to_the_next_session(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    team, agenda = await team_of_six(org), Agenda(org)
    gus = await org.add_person("Gus", manager_id=team.lead.id, hired_on=team.ann.hired_on)
    lead, ann = await org.key_for(team.lead), await org.key_for(team.ann)

    # Two are behind; Ann's is still hers alone, and she takes it on.
    await team.make()
    opportunities = {one.person_id: one for one in await team.seen_by()}
    await team.set(opportunities[team.ann.id].id, manager_sees_on=TOMORROW)
    assert await agenda.review_if_due()
    assert [one["rep_id"] for one in await read(rest, lead)] == [str(gus.id)]
    (own,) = await read(rest, ann)
    async with org.database.tenant(org.id) as session:
        await accept_coaching_opportunity(session, org.acting_as(team.ann), opportunities[team.ann.id].id)
    assert await agenda.review_if_due()
    (seen,) = await read(rest, lead, rep_id=str(team.ann.id))
    assert (seen["id"], seen["reason"], seen["evidence"]) == (own["id"], own["reason"], own["evidence"])

    # The manager adds one and puts it first; in the session they talk about the calls, and she promises some.
    asked = {"rep_id": str(team.ann.id), "title": "The deal with Acme"}
    added = (await rest.post("/v1/coaching-topics", json=asked, headers=bearer(lead))).raise_for_status().json()
    await rest.post(f"/v1/coaching-topics/{added['id']}/pin", headers=bearer(lead) | ANYWAY)
    session_id = await agenda.arrange(team.lead, team.ann)
    promise = {
        "rep_id": str(team.ann.id),
        "session_id": str(session_id),
        "description": "Ten calls",
        "due_on": str(agenda.today),
        "kpi": "calls",
        "goal": {"period": "month", "value": "10"},
    }
    made = (await rest.post("/v1/commitments", json=promise, headers=bearer(ann))).raise_for_status().json()
    await agenda.discuss(team.ann, session_id, UUID(seen["id"]))

    # What they did not come to is carried over; what they talked about does not come up again while it is fresh.
    assert await agenda.review_if_due()
    still_open = await read(rest, lead, rep_id=str(team.ann.id), status="open")
    assert [one["id"] for one in still_open if one["source"] != "commitment"] == [added["id"]]
    (discussed,) = await read(rest, lead, status="discussed")
    assert discussed["discussed_in"] == str(session_id)

    # The calls are made: the promise is kept by the data, and the gap that nobody came to is resolved.
    await push_calls(rest, team, team.ann, utc_now() - timedelta(seconds=10), 10)
    await push_calls(rest, team, gus, org.local(2026, 3, 20, 12), 12)
    await team.make()
    assert await agenda.review_if_due()
    kept = (await rest.get(f"/v1/commitments/{made['id']}", headers=bearer(lead))).json()
    assert (kept["status"], kept["result_value"], kept["settled_by"]) == ("done", "10", None)
    (gone,) = await read(rest, lead, rep_id=str(gus.id))
    assert gone["status"] == "resolved"
    still_open = await read(rest, lead, status="open")
    assert [one["id"] for one in still_open] == [added["id"]]
