"""From what a CRM pushes and what people say to adherence and health, over REST alone."""

from typing import Any

import httpx

from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import process_document
from tests.fixtures.rest import bearer

MARCH = "2026-03-{:02}T15:00:00Z"


def written(external_id: str, day: int, **fields: Any) -> dict[str, Any]:
    """A write to a deal on a day of March."""
    at = MARCH.format(day)
    return {"external_id": external_id, "owner": "rita@example.com", "created_at": at, "modified_at": at, **fields}


async def test_from_pushed_facts_to_adherence_and_health(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    admin = bearer(org.admin_key)

    async def send(path: str, body: dict[str, Any], headers: dict[str, Any] = admin) -> Any:
        answer = await rest.post(f"/v1/{path}", json=body, headers=headers)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    model = await send("success-models", process_document())
    await send(f"success-models/{model['id']}/activate", {})
    lead = await org.add_person("Lead", role="manager")
    rita = await org.add_person("Rita", manager_id=lead.id, manager_from="2026-01-01")
    manager, rep = bearer(await org.key_for(lead)), bearer(await org.key_for(rita))

    buyer = {"attributes": {"economic_buyer": "Dana"}}
    deals = [
        written("neat", 2, stage="qualification", closed_at="2026-04-01", **buyer),
        written("hasty", 2, stage="qualification"),
    ]
    pushed = await send("deals", {"system": "pipes", "deals": deals})
    neat, hasty = (one["id"] for one in pushed["data"])
    meetings = [
        {
            "external_id": f"m{day}",
            "kind": "meeting",
            "occurred_at": MARCH.format(day),
            "deal": "neat",
            "outcome": "completed",
        }
        for day in (3, 5)
    ]
    await send("activities", {"system": "pipes", "activities": meetings})
    # One goes step by step and then slips twice; the other jumps over discovery.
    moves = [
        written("neat", 9, stage="discovery"),
        written("neat", 10, closed_at="2026-05-01"),
        written("neat", 12, closed_at="2026-06-01"),
        written("hasty", 9, stage="proposal"),
    ]
    for item in moves:
        del item["created_at"]
    await send("deals", {"system": "pipes", "deals": moves})

    query = {"manager_id": str(lead.id), "from": "2026-03-01", "until": "2026-04-01"}
    found = (await rest.get("/v1/process-adherence", params=query, headers=manager)).json()
    assert found["team"] == {
        "moves": 2,
        "decidable": 2,
        "adherent": 1,
        "adherence": "0.5000",
        "adherence_low": "0.1209",
        "adherence_high": "0.8791",
        "skipping": 1,
        "stages_skipped": 1,
        "moves_back": 0,
        "criteria": 8,
        "criteria_known": 4,
        "criteria_unmapped": 1,
        "evidence_completeness": "0.5000",
    }
    assert {one["stage"]: (one["entered"], one["undecided"]) for one in found["stages"]} == {
        "qualification": (2, 0),
        "discovery": (1, 1),
        "proposal": (1, 1),
    }

    async def health() -> Any:
        return (await rest.get(f"/v1/deals/{neat}/health", headers=rep)).json()

    before = await health()
    would_add = {one["key"]: one["would_add"] for one in before["factors"]}
    assert (before["slips"], before["score"], would_add["champion"]) == (2, "66.7", "11.1")
    # The manager finds no champion, the rep disagrees, and the manager looks again.
    for noun, verdict, key, score in (
        ("inspections", "unmet", manager, "44.4"),
        ("confirmations", "met", rep, "44.4"),
        ("inspections", "met", manager, "77.8"),
    ):
        await send(f"deals/{neat}/{noun}", {"criterion": "champion", "verdict": verdict}, key)
        assert (await health())["score"] == score
    # What is said today changes nothing about the moves of March.
    again = (await rest.get("/v1/process-adherence", params=query, headers=manager)).json()
    assert again["team"] == found["team"]
    evidence = (await rest.get(f"/v1/deals/{hasty}/evidence", headers=rep)).json()["data"]
    assert {one["criterion"]: one["status"] for one in evidence if not one["criterion"].startswith("text_")} == {
        "economic_buyer": "unmet",
        "met_in_person": "unmet",
        "champion": "unknown",
        "plan": "unknown",
    }


async def test_another_organizations_model_and_facts_play_no_part(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    other = await make_sales_org(org.database)
    await other.activate(process_document(), build=False)
    item = written("d1", 2, stage="discovery")
    del item["owner"]
    answer = await rest.post("/v1/deals", json={"system": "pipes", "deals": [item]}, headers=bearer(org.admin_key))
    deal_id = answer.json()["data"][0]["id"]
    found = (await rest.get(f"/v1/deals/{deal_id}/evidence", headers=bearer(org.admin_key))).json()
    assert found["data"] == []
