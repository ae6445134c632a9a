"""`/v1/skill-ratings`: what a tool found becomes an assessment, once; another value is the next revision."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from service.core.clock import utc_now
from service.core.ids import new_id
from tests.factories.deals import push_deal
from tests.factories.events import emitted
from tests.factories.sales_org import SalesOrg
from tests.fixtures.rest import bearer

PATH = "/v1/skill-ratings"
ITEM: dict[str, Any] = {
    "external_id": "call-1",
    "person": "ann@example.com",
    "framework_key": "b2b-seller",
    "assessed_on": "2026-03-02",
    "skills": [
        {"skill": "discovery", "level": "3.5", "words": "Three questions deep"},
        {"skill": "closing", "score": "62", "scale": {"low": 0, "high": 100}},
        {"skill": "value", "score": 7, "scale": {"cuts": [2, 4, 6, 8]}},
    ],
}
TOMORROW = str((utc_now() + timedelta(days=2)).date())


async def push(rest: httpx.AsyncClient, org: SalesOrg, *items: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    body = {"scorer": "Call review", "ratings": list(items), **more}
    answer = await rest.post(PATH, json=body, headers=bearer(org.admin_key))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def assessments(rest: httpx.AsyncClient, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await rest.get("/v1/skill-assessments", headers=bearer(key))).json()["data"]
    return found


async def test_what_a_tool_found_is_read_by_the_person(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    deal = str(await push_deal(org, "d1", None, [(org.local(2026, 3, 2), "discovery")]))
    (made,) = await push(rest, org, ITEM | {"deal_id": deal, "link": "https://calls.example.com/1"})
    assert made["status"] == "created"
    (found,) = await assessments(rest, await org.key_for(ann))
    assert (found["id"], found["person_id"], found["revision"]) == (made["id"], str(ann.id), 1)
    assert (found["rater_kind"], found["rater_id"], found["scorer"]) == ("external", None, "Call review")
    assert (found["status"], found["external_id"], found["assessed_on"]) == ("submitted", "call-1", "2026-03-02")
    assert "acknowledge" in found["allowed_moves"]
    answers = {one["item"]: one for one in found["answers"]}
    assert {key: (one["level"], one["given"], one["words"]) for key, one in answers.items()} == {
        "discovery": ("3.5", None, "Three questions deep"),
        "closing": ("3.48", "62", None),
        "value": ("4", "7", None),
        "evidence:deal": (None, None, None),
        "evidence:link": (None, None, "https://calls.example.com/1"),
    }
    assert (answers["evidence:deal"]["deal_id"], answers["value"]["level_name"]) == (deal, "Advanced")
    told = [data for type_, data in await emitted(org) if type_ == "skill_assessment.submitted"]
    assert told == [{"assessment_id": made["id"], "person_id": str(ann.id), "rater_kind": "external"}]


async def test_the_same_twice_is_one_and_another_value_a_revision(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    (first,) = await push(rest, org, ITEM)
    again = ITEM | {"skills": list(reversed(ITEM["skills"])), "person": "ANN@example.com"}
    assert await push(rest, org, again) == [first | {"status": "unchanged"}]
    (second,) = await push(rest, org, ITEM | {"skills": [{"skill": "discovery", "level": 4}]})
    assert (second["status"], second["id"] != first["id"]) == ("updated", True)
    (third,) = await push(rest, org, ITEM)
    assert third["status"] == "updated"
    (other,) = await push(rest, org, ITEM, scorer="Another tool")
    assert other["status"] == "created"
    found = {one["id"]: one for one in await assessments(rest, await org.key_for(ann))}
    chain = [(found[one["id"]]["revision"], found[one["id"]]["status"]) for one in (first, second, third)]
    assert chain == [(1, "superseded"), (2, "superseded"), (3, "submitted")]
    assert [found[one["id"]]["revised_by_id"] for one in (first, second)] == [second["id"], third["id"]]


async def test_sent_at_once_it_is_one(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Ann")
    both = await asyncio.gather(*(push(rest, org, ITEM) for _ in range(3)))
    assert sorted(one["status"] for (one,) in both) == ["created", "unchanged", "unchanged"]
    assert len({one["id"] for (one,) in both}) == 1


async def test_a_new_version_of_the_framework_makes_no_revision(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Ann")
    (first,) = await push(rest, org, ITEM)
    shipped = (await rest.get("/v1/competency-framework-templates/b2b-seller", headers=bearer(org.admin_key))).json()
    copy = {name: shipped[name] for name in ("key", "name", "document")}
    answer = await rest.post("/v1/competency-frameworks", json=copy, headers=bearer(org.admin_key))
    assert answer.json()["version"] == 2
    assert await push(rest, org, ITEM) == [first | {"status": "unchanged"}]


async def test_people_are_named_by_id_address_or_system(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    ann = await org.add_person("Ann", external_identities=[{"system": "hubspot", "external_id": "71"}])
    named: list[dict[str, Any]] = [
        {"person": "71"},
        {"person": "ann@example.com"},
        {"person": None, "person_id": str(ann.id)},
    ]
    items = [{**ITEM, **one, "external_id": f"call-{index}"} for index, one in enumerate(named)]
    assert [one["status"] for one in await push(rest, org, *items, system="hubspot")] == ["created"] * 3
    assert [one["status"] for one in await push(rest, org, *items)] == ["failed", "unchanged", "unchanged"]


@pytest.mark.parametrize(
    ("fields", "pointers"),
    [
        ({"person": "eve@example.com"}, ["/person"]),
        ({"person": None, "person_id": str(new_id())}, ["/person_id"]),
        ({"person": None}, [""]),
        ({"person_id": str(new_id())}, [""]),
        ({"framework_key": "unheard-of"}, ["/framework_key"]),
        ({"assessed_on": TOMORROW}, ["/assessed_on"]),
        ({"external_id": ""}, ["/external_id"]),
        ({"skills": []}, ["/skills"]),
        (
            {"skills": [{"skill": "discovery", "level": 6}, {"skill": "golf", "level": 1}]},
            ["/skills/0/level", "/skills/1/skill"],
        ),
        ({"skills": [{"skill": "discovery", "score": 6}]}, ["/skills/0"]),
        ({"skills": [{"skill": "value", "score": 6, "scale": {"cuts": [1]}}]}, ["/skills/0/scale/cuts"]),
        ({"skills": [{"skill": "value", "score": 6, "scale": {"low": 1, "high": 5}}]}, ["/skills/0/score"]),
        ({"deal_id": str(new_id()), "activity_id": str(new_id())}, ["/deal_id", "/activity_id"]),
        ({"link": "http://calls.example.com"}, ["/link"]),
        ({"rater": "ann@example.com"}, ["/rater"]),
    ],
)
async def test_what_is_refused_and_stops_no_other(
    rest: httpx.AsyncClient, org: SalesOrg, fields: dict[str, Any], pointers: list[str]
) -> None:
    await org.add_person("Ann")
    refused, made = await push(rest, org, ITEM | fields, ITEM | {"external_id": "call-2"})
    assert (refused["status"], made["status"]) == ("failed", "created")
    assert [error["pointer"] for error in refused["errors"]] == pointers


async def test_an_id_belongs_to_one_person_and_stands_once(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Ann")
    await org.add_person("Bob")
    first, twice = await push(rest, org, ITEM, ITEM | {"assessed_on": "2026-03-03"})
    assert (first["status"], twice["errors"][0]["pointer"]) == ("created", "/external_id")
    (taken,) = await push(rest, org, ITEM | {"person": "bob@example.com"})
    assert (taken["status"], taken["errors"][0]["pointer"]) == ("failed", "/external_id")


async def test_nobody_rates_as_a_tool_without_the_permission(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    statuses = {}
    for role in ("enablement", "manager", "rep"):
        key = await org.key_for(await org.add_person(role, role=role))
        body = {"scorer": "Me", "ratings": [ITEM]}
        statuses[role] = (await rest.post(PATH, json=body, headers=bearer(key))).status_code
    assert statuses == {"enablement": 403, "manager": 403, "rep": 403}
