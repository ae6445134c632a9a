"""A customer's first import: deals and activities, each in a file, are one history, and what comes later is not."""

import httpx

from service.core.database import Database
from tests.factories.imports import carried_out
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.factories.success_models import process_document
from tests.fixtures.rest import bearer

DEAL_FIELDS = ("id", "owner", "name", "created_at", "closed_at", "stage", "modified_at", "attr:economic_buyer")
DEALS = """id,owner,name,created_at,closed_at,stage,modified_at,attr:economic_buyer
1,rita@example.com,Full,2026-03-02,2026-03-20,closed_won,2026-03-20,Ada
2,rita@example.com,Empty,2026-03-02,2026-03-20,closed_won,2026-03-20,
"""
ACTIVITY_FIELDS = ("id", "kind", "occurred_at", "outcome", "deal")
ACTIVITIES = """id,kind,occurred_at,outcome,deal
10,meeting,2026-03-10,completed,1
12,meeting,2026-03-12,completed,1
"""


def mapping(kind: str, fields: tuple[str, ...]) -> str:
    """Columns that are called as the fields are."""
    columns = "\n".join(f'"{field}" = "{field}"' for field in fields)
    return f'kind = "{kind}"\nsystem = "old"\n[columns]\n{columns}\n'


async def counted(rest: httpx.AsyncClient, org: SalesOrg) -> dict[str, tuple[str, int, int]]:
    answer = await rest.get("/v1/deal-verdicts", headers=bearer(org.admin_key))
    assert answer.status_code == 200, answer.text
    return {one["name"]: (one["verdict"], one["known"], one["met"]) for one in answer.json()["data"]}


async def test_a_first_import_is_one_history(rest: httpx.AsyncClient, database: Database) -> None:
    org = await make_sales_org(database)
    await org.activate(process_document(), build=False)
    await org.add_person("Rita")
    for kind, fields, file in (("deals", DEAL_FIELDS, DEALS), ("activities", ACTIVITY_FIELDS, ACTIVITIES)):
        done = await carried_out(rest, org, mapping=mapping(kind, fields), file=file)
        assert done["status"] == "succeeded", done
    told = {"Full": ("earned_win", 2, 2), "Empty": ("lucky_win", 2, 0)}
    assert await counted(rest, org) == told
    late = [
        {
            "external_id": str(day),
            "kind": "meeting",
            "occurred_at": f"2026-03-{day}",
            "outcome": "completed",
            "deal": "2",
        }
        for day in (11, 13)
    ]
    pushed = await rest.post(
        "/v1/activities", json={"system": "old", "activities": late}, headers=bearer(org.admin_key)
    )
    assert [one["status"] for one in pushed.json()["data"]] == ["created", "created"], pushed.text
    assert await counted(rest, org) == told
