"""`/v1/teams`: what is particular to teams; the conventions are shown in `test_conventions.py`."""

import httpx

from service.core.ids import new_id
from tests.factories.events import emitted
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.rest import ANYWAY, bearer

PATH = "/v1/teams"


async def test_a_teams_life(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    ann, bob = await org.add_person("Ann"), await org.add_person("Bob")
    created = await rest.post(PATH, json={"name": "East", "member_ids": [str(ann.id)] * 2}, headers=headers)
    assert (created.status_code, created.json()["member_ids"]) == (201, [str(ann.id)])
    one = created.headers["location"]
    assert (await rest.get(one, headers=headers)).json() == created.json()
    condition = headers | {"If-Match": created.headers["etag"]}
    changed = await rest.patch(one, json={"member_ids": [str(bob.id)], "description": "New"}, headers=condition)
    assert (changed.json()["name"], changed.json()["member_ids"]) == ("East", [str(bob.id)])
    cleared = await rest.patch(one, json={"description": None}, headers=headers | ANYWAY)
    assert cleared.json()["description"] is None
    assert [row["name"] for row in (await rest.get(PATH, headers=headers)).json()["data"]] == ["East"]
    await rest.delete(f"/v1/people/{bob.id}", headers=headers)
    assert (await rest.get(one, headers=headers)).json()["member_ids"] == []
    assert (await rest.delete(one, headers=headers)).status_code == 204
    assert (await rest.get(one, headers=headers)).json()["code"] == "team_not_found"
    assert (await rest.get(f"/v1/people/{ann.id}", headers=headers)).status_code == 200
    team = {"team_id": created.json()["id"]}
    assert [told for told in await emitted(org) if told[0].startswith("team.")] == [
        ("team.created", team),
        ("team.updated", {**team, "changed": ["description", "member_ids"]}),
        ("team.updated", {**team, "changed": ["description"]}),
        ("team.deleted", team),
    ]


async def test_what_is_refused(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    stranger = await (await make_sales_org(org.database)).add_person("Eve")
    member_ids = [str((await org.add_person("Ann")).id), str(stranger.id), str(new_id())]
    refused = await rest.post(PATH, json={"name": "East", "member_ids": member_ids}, headers=headers)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/member_ids/1", "/member_ids/2"]
    east = await rest.post(PATH, json={"name": "East"}, headers=headers)
    assert (await rest.post(PATH, json={"name": "East"}, headers=headers)).json()["code"] == "team_name_taken"
    await rest.post(PATH, json={"name": "West"}, headers=headers)
    renamed = await rest.patch(east.headers["location"], json={"name": "West"}, headers=headers | ANYWAY)
    assert (renamed.status_code, renamed.json()["code"]) == (409, "team_name_taken")
    null = await rest.patch(east.headers["location"], json={"name": None, "member_ids": None}, headers=headers | ANYWAY)
    assert {error["pointer"] for error in null.json()["errors"]} == {"/name", "/member_ids"}


async def test_who_sees_and_changes_what(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    rep, other = await org.add_person("Rep", manager_id=lead.id), await org.add_person("Other")
    coach = await org.add_person("Coach", role="enablement")
    body = {"name": "East", "member_ids": [str(rep.id), str(other.id)]}
    created = await rest.post(PATH, json=body, headers=bearer(await org.key_for(coach)))
    assert created.status_code == 201
    for person, seen in ((rep, {rep.id}), (other, {other.id}), (lead, {rep.id}), (coach, {rep.id, other.id})):
        headers = bearer(await org.key_for(person))
        team = (await rest.get(created.headers["location"], headers=headers)).json()
        assert set(team["member_ids"]) == {str(id_) for id_ in seen}
        writes = await rest.post(PATH, json={"name": f"Of {person.name}"}, headers=headers)
        assert writes.status_code == (201 if person is coach else 403)
