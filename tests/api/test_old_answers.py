"""A new version, an item and a skill that are gone, a renamed level: old answers are read as they were given."""

from copy import deepcopy
from typing import Any

import httpx

from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import ANYWAY, bearer

FRAMEWORKS, TEMPLATES, ASSESSMENTS = "/v1/competency-frameworks", "/v1/assessment-templates", "/v1/skill-assessments"


def skill(key: str) -> dict[str, Any]:
    """With an anchor of each of two levels."""
    anchors = [{"level": level, "text": f"{key} at {level}"} for level in (1, 2)]
    return {"key": key, "name": key.title(), "anchors": anchors}


FRAMEWORK: dict[str, Any] = {
    "key": "ours",
    "name": "Ours",
    "document": {
        "levels": [{"number": 1, "name": "New"}, {"number": 2, "name": "Able"}],
        "skills": [skill("asking"), skill("closing")],
        "requirements": [{"job_role": "AE", "levels": {"asking": 2}}],
    },
}
ITEMS: list[dict[str, Any]] = [
    {"key": "asks", "kind": "rating", "skill": "asking", "prompt": "How are questions asked?"},
    {"key": "closes", "kind": "rating", "skill": "closing", "prompt": "How are deals closed?"},
    {"key": "seen", "kind": "yes_no", "skill": "closing", "prompt": "Did you see one closed?"},
]
TEMPLATE: dict[str, Any] = {"key": "ours", "name": "Ours", "framework_key": "ours", "document": {"items": ITEMS}}
RATINGS = {
    "scorer": "Quiz",
    "ratings": [
        {
            "external_id": "1",
            "person": "ann@example.com",
            "framework_key": "ours",
            "assessed_on": "2026-03-02",
            "skills": [{"skill": "closing", "score": "7", "scale": {"cuts": ["5"]}}],
        }
    ],
}


async def test_old_answers_stay_as_they_were_given(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    boss = await org.add_person("Boss", role="manager")
    ann = await org.add_person("Ann", job_role="AE", manager_id=boss.id, hired_on="2026-01-01")
    admin, manager = bearer(org.admin_key), bearer(await org.key_for(boss)) | ANYWAY

    async def done(method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        answer = await rest.request(method, path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    await done("POST", FRAMEWORKS, FRAMEWORK, admin)
    await done("POST", TEMPLATES, TEMPLATE, admin)
    asked = {"person_id": str(ann.id), "template_key": "ours"}
    one = f"{ASSESSMENTS}/{(await done('POST', ASSESSMENTS, asked, manager))['id']}"
    answers = [{"item": "asks", "level": 1}, {"item": "closes", "level": 2}, {"item": "seen", "yes": True}]
    await done("PUT", f"{one}/answers", {"answers": answers}, manager)
    await done("POST", f"{one}/submit", {}, manager)
    (pushed,) = (await done("POST", "/v1/skill-ratings", RATINGS, admin))["data"]
    both = (one, f"{ASSESSMENTS}/{pushed['id']}")
    mine = bearer(await org.key_for(ann))
    before = [(await rest.get(path, headers=mine)).json() for path in both]
    said = [(a["prompt"], a["skill_name"], a["level_name"], a["anchor"], a["yes"]) for a in before[0]["answers"]]
    assert said == [
        ("How are questions asked?", "Asking", "New", "asking at 1", None),
        ("How are deals closed?", "Closing", "Able", "closing at 2", None),
        ("Did you see one closed?", "Closing", None, None, True),
    ]

    newer = deepcopy(FRAMEWORK)
    newer["name"] = "Ours, anew"
    newer["document"]["levels"] = [{"number": n, "name": name} for n, name in ((1, "Green"), (2, "Ripe"), (3, "Old"))]
    newer["document"]["skills"] = [skill("asking")]
    newer["document"]["skills"][0] |= {
        "name": "Questions",
        "anchors": [{"level": n, "text": f"Otherwise {n}"} for n in (1, 2, 3)],
    }
    assert (await done("POST", FRAMEWORKS, newer, admin))["version"] == 2
    fewer = TEMPLATE | {"document": {"items": [ITEMS[0] | {"prompt": "Which questions?"}]}}
    assert (await done("POST", TEMPLATES, fewer, admin))["version"] == 2
    assert [(await rest.get(path, headers=mine)).json() for path in both] == before
