"""`/v1/commitments`: taking on, changing, settling, and what is refused."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.factories.coaching_team import Team, house_of_seven
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/commitments"
NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Team:
    return await house_of_seven(org)


def body_for(team: Team, **fields: Any) -> dict[str, Any]:
    due_on = team.agenda.today + timedelta(days=7)
    return {"rep_id": str(team.people["Ann"].id), "description": "Forty calls", "due_on": str(due_on)} | fields


async def test_a_way_through(rest: httpx.AsyncClient, team: Team) -> None:
    ann = bearer(await team.org.key_for(team.people["Ann"]))
    made = await rest.post(PATH, json=body_for(team), headers=ann)
    assert made.status_code == 201, made.text
    one = f"{PATH}/{made.json()['id']}"
    read = await rest.get(one, headers=bearer(await team.org.key_for(team.people["Lead"])))
    assert (read.json(), read.headers["etag"]) == (made.json(), made.headers["etag"])
    changed = await rest.patch(one, json={"description": "Fifty"}, headers=ann | {"If-Match": made.headers["etag"]})
    assert (changed.status_code, changed.json()["description"]) == (200, "Fifty")
    stale = await rest.patch(one, json={"description": "x"}, headers=ann | {"If-Match": made.headers["etag"]})
    assert stale.status_code == 412
    settled = await rest.post(f"{one}/settle", json={"verdict": "done"}, headers=ann | ANYWAY)
    assert (settled.status_code, settled.json()["status"]) == (200, "done")
    assert settled.json()["settled_by"] == str(team.people["Ann"].id)
    for answer in (
        await rest.post(f"{one}/settle", json={"verdict": "done"}, headers=ann | ANYWAY),
        await rest.patch(one, json={"description": "x"}, headers=ann | ANYWAY),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "already_settled")


async def test_one_with_a_goal_is_the_datas(rest: httpx.AsyncClient, team: Team) -> None:
    headers = bearer(team.org.admin_key)
    goal = {"kpi": "calls", "goal": {"period": "month", "value": "160"}}
    made = (await rest.post(PATH, json=body_for(team, **goal), headers=headers)).json()
    assert (made["goal_period"], made["goal_value"], made["concerns"]) == ("month", "160", "process")
    one = f"{PATH}/{made['id']}/settle"
    done = await rest.post(one, json={"verdict": "done"}, headers=headers | ANYWAY)
    assert (done.status_code, done.json()["code"]) == (409, "settled_by_data")
    dropped = await rest.post(one, json={"verdict": "dropped", "reason": "Another plan"}, headers=headers | ANYWAY)
    assert (dropped.json()["status"], dropped.json()["settlement"]) == ("dropped", "Another plan")


async def test_filters(rest: httpx.AsyncClient, team: Team) -> None:
    lead = str(team.people["Lead"].id)
    headers = bearer(team.org.admin_key)
    for fields in ({}, {"owner_id": lead}, {"due_on": str(team.agenda.today)}):
        assert (await rest.post(PATH, json=body_for(team, **fields), headers=headers)).status_code == 201
    tomorrow = str(team.agenda.today + timedelta(days=1))
    for params, count in [
        ({}, 3),
        ({"owner_id": lead}, 1),
        ({"rep_id": str(team.people["Ann"].id)}, 3),
        ({"rep_id": lead}, 0),
        ({"status": "done"}, 0),
        ({"due_before": tomorrow}, 1),
        ({"session_id": NOBODY}, 0),
    ]:
        found = (await rest.get(PATH, params=params, headers=headers)).json()["data"]
        assert len(found) == count, params
    for wrong in ({"status": "x"}, {"due_before": "soon"}, {"sort": "owner_id"}):
        assert (await rest.get(PATH, params=wrong, headers=headers)).status_code == 422, wrong


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"description": " "}, ["/description"]),
        ({"due_on": "2020-01-01"}, ["/due_on"]),
        ({"due_on": "soon"}, ["/due_on"]),
        ({"rep_id": NOBODY}, ["/rep_id"]),
        ({"owner_id": NOBODY}, ["/owner_id"]),
        ({"session_id": NOBODY}, ["/session_id"]),
        ({"kpi": "mood", "deal_id": NOBODY}, ["/kpi", "/deal_id"]),
        ({"goal": {"period": "month", "value": "1"}}, [""]),
        ({"kpi": "calls", "goal": {"period": "fortnight", "value": "1"}}, ["/goal/period"]),
        ({"kpi": "calls", "goal": {"period": "month", "value": "-1"}}, ["/goal/value"]),
        ({"kpi": "calls", "goal": {"period": "month", "value": "NaN"}}, ["/goal/value"]),
    ],
)
async def test_bad_bodies_name_the_field(
    rest: httpx.AsyncClient, team: Team, fields: dict[str, Any], pointers: list[str]
) -> None:
    answer = await rest.post(PATH, json=body_for(team, **fields), headers=bearer(team.org.admin_key))
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, pointers)


async def test_a_verdict_other_than_done_says_why(rest: httpx.AsyncClient, team: Team) -> None:
    headers = bearer(team.org.admin_key)
    made = (await rest.post(PATH, json=body_for(team), headers=headers)).json()
    answer = await rest.post(f"{PATH}/{made['id']}/settle", json={"verdict": "missed"}, headers=headers | ANYWAY)
    assert answer.status_code == 422
