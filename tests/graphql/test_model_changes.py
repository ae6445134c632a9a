"""What a version changes, over GraphQL as over REST, and found again by its id."""

import httpx

from schema.relay import to_global_id
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import model_document, target
from tests.fixtures.rest import bearer
from tests.graphql.conftest import Ask

QUERY = """query ($model: ID!, $against: ID) { modelChanges(successModelId: $model, againstId: $against) {
  id version againstVersion kpis { edges { node change moved pointers { edges { node } }
  snapshots { edges { node targetBefore targetAfter person { name } } } } } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on ModelChanges { version } } }"


async def test_the_same_as_over_rest(org: SalesOrg, other: SalesOrg, ask: Ask, client: httpx.AsyncClient) -> None:
    await org.activate(model_document())
    await org.add_person("Ann", hired_on="2025-01-01")
    headers = bearer(org.admin_key)
    document = model_document(targets=[target("calls", "month", "2")])
    draft = (await client.post("/v1/success-models", json=document, headers=headers)).raise_for_status().json()
    over_rest = (await client.get(f"/v1/success-models/{draft['id']}/changes", headers=headers)).json()
    model = to_global_id("SuccessModel", draft["id"])
    found = (await ask(org.admin_key, QUERY, model=model))["data"]["modelChanges"]
    assert (found["version"], found["againstVersion"]) == (2, 1)
    calls = found["kpis"]["edges"][0]
    assert (calls["node"], calls["change"], calls["moved"]) == ("calls", "CHANGED", over_rest["kpis"][0]["moved"])
    assert [edge["node"] for edge in calls["pointers"]["edges"]] == over_rest["kpis"][0]["pointers"]
    assert calls["pointers"]["edges"] == [{"node": "/targets/0"}, {"node": "/targets"}]
    names = [edge["person"]["name"] for edge in calls["snapshots"]["edges"]]
    assert names == ["Ann", "admin"]
    against = to_global_id("SuccessModel", over_rest["against_id"])
    explicit = (await ask(org.admin_key, QUERY, model=model, against=against))["data"]["modelChanges"]
    assert explicit["kpis"] == found["kpis"]
    assert await ask(org.admin_key, NODE, id=found["id"]) == {"data": {"node": {"id": found["id"], "version": 2}}}
    assert await ask(other.admin_key, NODE, id=found["id"]) == {"data": {"node": None}}


async def test_bad_questions_name_the_parameter(org: SalesOrg, client: httpx.AsyncClient) -> None:
    model = await org.activate(model_document())
    path, headers = f"/v1/success-models/{model.id}/changes", bearer(org.admin_key)
    for name, value in {"against": "v1", "period": "decade", "period_start": "soon", "as_of": "now", "x": "y"}.items():
        answer = await client.get(path, params={name: value}, headers=headers)
        assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [name])
