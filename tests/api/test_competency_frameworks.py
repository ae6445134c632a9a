"""`/v1/competency-frameworks`, `/v1/assessment-templates` and what is shipped: what is particular to them."""

from copy import deepcopy

import httpx

from tests.factories.sales_org import SalesOrg
from tests.factories.skill_requests import FRAMEWORK, TEMPLATE
from tests.fixtures.rest import bearer

FRAMEWORKS, TEMPLATES = "/v1/competency-frameworks", "/v1/assessment-templates"
SHIPPED = "/v1/competency-framework-templates"


async def test_versions_follow_one_another_and_stay(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    first = await rest.post(FRAMEWORKS, json=FRAMEWORK, headers=headers)
    assert first.status_code == 201, first.text
    renamed = deepcopy(FRAMEWORK)
    renamed["document"]["levels"][1]["name"] = "Capable"
    second = await rest.post(FRAMEWORKS, json=renamed, headers=headers)
    assert [one.json()["version"] for one in (first, second)] == [1, 2]
    for one in (first, second):
        assert (await rest.get(one.headers["location"], headers=headers)).json() == one.json()
    query = {"key": "ours", "sort": "-version"}
    listed = (await rest.get(FRAMEWORKS, params=query, headers=headers)).json()["data"]
    assert [row["document"]["levels"][1]["name"] for row in listed] == ["Capable", "Able"]
    assert (await rest.get(FRAMEWORKS, params={"key": "other"}, headers=headers)).json()["data"] == []


async def test_every_fault_of_a_framework_is_named(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    bad = deepcopy(FRAMEWORK)
    bad["document"]["skills"][0]["anchors"].pop()
    bad["document"]["requirements"].append({"job_role": "AE", "levels": {"golf": 1, "listening": 3}})
    refused = await rest.post(FRAMEWORKS, json=bad, headers=bearer(org.admin_key))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_competency_framework")
    assert {error["pointer"]: error["detail"] for error in refused.json()["errors"]} == {
        "/document/skills/0/anchors": "has no anchor of level 2",
        "/document/requirements/1/from_month": "AE has a requirement from month 0 already",
        "/document/requirements/1/levels/golf": "golf is no skill of this framework",
        "/document/requirements/1/levels/listening": "the scale ends at 2",
    }


async def test_a_shipped_one_is_used_as_it_is(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    shipped = (await rest.get(SHIPPED, headers=headers)).json()["data"]
    assert [one["key"] for one in shipped] == ["b2b-seller", "sales-coaching"]
    assert (await rest.get(f"{SHIPPED}/b2b-seller", headers=headers)).json() == shipped[0]
    unheard = await rest.get(f"{SHIPPED}/unheard-of", headers=headers)
    assert (unheard.status_code, unheard.json()["code"]) == (404, "competency_framework_template_not_found")
    assert (await rest.get(FRAMEWORKS, headers=headers)).json()["data"] == []
    made = await rest.post(TEMPLATES, json=TEMPLATE, headers=headers)
    assert made.status_code == 201, made.text
    (framework,) = (await rest.get(FRAMEWORKS, headers=headers)).json()["data"]
    assert framework["document"] == shipped[0]["document"]
    about = {"framework_id": framework["id"]}
    both = (await rest.get(TEMPLATES, params=about, headers=headers)).json()["data"]
    assert [(row["key"], row["version"]) for row in both] == [("b2b-seller", 1), ("ours", 1)]
    assert both[0]["document"] == shipped[0]["assessment"]
    copy = {name: shipped[1][name] for name in ("key", "name", "document")}
    assert (await rest.post(FRAMEWORKS, json=copy, headers=headers)).json()["document"] == shipped[1]["document"]


async def test_what_a_template_cannot_ask(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    headers = bearer(org.admin_key)
    item = {"key": "asks", "kind": "rating", "skill": "golf", "prompt": "How?"}
    refused = await rest.post(TEMPLATES, json=TEMPLATE | {"document": {"items": [item]}}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_assessment_template")
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/document/items/0/skill"]
    refused = await rest.post(TEMPLATES, json=TEMPLATE | {"framework_key": "unheard-of"}, headers=headers)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/framework_key"]


async def test_enablement_writes_and_everybody_reads(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    answers = {}
    for role in ("enablement", "manager", "rep"):
        headers = bearer(await org.key_for(await org.add_person(role, role=role)))
        written = await rest.post(FRAMEWORKS, json=FRAMEWORK, headers=headers)
        answers[role] = (written.status_code, len((await rest.get(FRAMEWORKS, headers=headers)).json()["data"]))
    assert answers == {"enablement": (201, 1), "manager": (403, 1), "rep": (403, 1)}


async def test_what_a_person_is_rated_by(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    ann, bob = await org.add_person("Ann", job_role="AE"), await org.add_person("Bob", job_role="SDR")
    for _ in range(2):
        await rest.post(FRAMEWORKS, json=FRAMEWORK, headers=bearer(org.admin_key))
    versions = {}
    for person in (ann, bob):
        answer = await rest.get(FRAMEWORKS, params={"person_id": str(person.id)}, headers=bearer(org.admin_key))
        versions[person.name] = [row["version"] for row in answer.json()["data"]]
    assert versions == {"Ann": [2], "Bob": []}
    hidden = await rest.get(FRAMEWORKS, params={"person_id": str(bob.id)}, headers=bearer(await org.key_for(ann)))
    assert (hidden.status_code, hidden.json()["code"]) == (404, "person_not_found")
