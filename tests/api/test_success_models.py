"""`/v1/success-models` over HTTP: documents in, versions out, faults by JSON pointer."""

import httpx

from service.core.database import Database
from service.success_models.use_cases.success_models import shipped_document
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import model_document
from tests.fixtures.rest import bearer

PATH = "/v1/success-models"


async def test_a_models_life(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    posted = await rest.post(PATH, json=shipped_document("b2b_outbound"), headers=headers)
    assert posted.status_code == 201
    model = posted.json()
    assert (model["key"], model["version"], model["status"]) == ("b2b-outbound", 1, "draft")
    assert (await rest.get(f"{PATH}/{model['id']}", headers=headers)).json() == model
    active = await rest.post(f"{PATH}/{model['id']}/activate", headers=headers)
    assert (active.status_code, active.json()["status"]) == (200, "active")
    kept = await rest.delete(f"{PATH}/{model['id']}", headers=headers)
    assert (kept.status_code, kept.json()["code"]) == (409, "success_model_not_draft")
    second = (await rest.post(PATH, json=model_document(), headers=headers)).json()
    drafts = (await rest.get(PATH, params={"status": "draft"}, headers=headers)).json()
    assert [item["id"] for item in drafts["data"]] == [second["id"]]
    assert (await rest.delete(f"{PATH}/{second['id']}", headers=headers)).status_code == 204
    assert (await rest.get(f"{PATH}/{second['id']}", headers=headers)).status_code == 404


async def test_what_is_read_can_be_posted_again(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    """A partner keeps the document in git: reading and posting it makes an equal next version."""
    headers = bearer(org.admin_key)
    first = (await rest.post(PATH, json=shipped_document("b2b_outbound"), headers=headers)).json()
    again = await rest.post(PATH, json=first["document"], headers=headers)
    assert again.status_code == 201
    assert (again.json()["version"], again.json()["document"]) == (2, first["document"])


async def test_faults_are_named_by_their_pointer(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    """Those of types and those of sense."""
    headers = bearer(org.admin_key)
    wrong_type = await rest.post(PATH, json=model_document(kpis=[{"key": "x"}]), headers=headers)
    assert wrong_type.status_code == 422
    pointers = {error["pointer"] for error in wrong_type.json()["errors"]}
    assert pointers == {f"/kpis/0/{name}" for name in ("name", "kind", "level", "unit")}
    document = model_document()
    document["kpis"][0]["unit"] = "ratio"
    document["targets"][0]["kpi"] = "unknown"
    no_sense = await rest.post(PATH, json=document, headers=headers)
    assert no_sense.status_code == 422
    assert {error["pointer"] for error in no_sense.json()["errors"]} == {"/kpis/0/unit", "/targets/0/kpi"}


async def test_another_organizations_model_is_not_found(
    rest: httpx.AsyncClient, org: SalesOrg, database: Database
) -> None:
    model = (await rest.post(PATH, json=model_document(), headers=bearer(org.admin_key))).json()
    stranger = bearer((await make_sales_org(database)).admin_key)
    path = f"{PATH}/{model['id']}"
    for response in (
        await rest.get(path, headers=stranger),
        await rest.delete(path, headers=stranger),
        await rest.post(f"{path}/activate", headers=stranger),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "success_model_not_found")
    assert (await rest.get(PATH, headers=stranger)).json() == {"data": [], "next_cursor": None}


async def test_a_rep_may_read_and_not_write(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    key = await org.key_for(ann)
    assert (await rest.get(PATH, headers=bearer(key))).status_code == 200
    refused = await rest.post(PATH, json=model_document(), headers=bearer(key))
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
