"""`/v1/imports`: a file, the operation that imports it, and what became of each row."""

import asyncio
from uuid import UUID

import httpx

from service.crm.use_cases.imports import run_imports
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.use_cases.api_keys import create_api_key
from service.permissions import ROLES
from tests.factories.events import emitted
from tests.factories.imports import BROKEN, FILE, MAPPING, carried_out, chunks_left, get, post
from tests.factories.sales_org import SalesOrg
from tests.fixtures.jobs import waiting_jobs


async def test_a_file_becomes_deals(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Ann")
    accepted = await post(rest, org)
    assert accepted.status_code == 202
    operation = accepted.json()
    assert accepted.headers["location"] == f"/v1/operations/{operation['id']}"
    assert (operation["kind"], operation["status"], operation["counts"]) == ("import", "queued", {})
    assert "run_imports" in await waiting_jobs(org.database, org.id)
    assert await get(rest, org, accepted.headers["location"]) == operation
    await run_imports(org.database, org.id, operation["id"])
    done = await get(rest, org, accepted.headers["location"])
    assert (done["status"], done["done"], done["total"]) == ("succeeded", 6, 6)
    assert done["counts"] == {"rows": 3, "created": 3, "updated": 0, "unchanged": 0, "faults": 0}
    shown = await get(rest, org, f"/v1/imports/{operation['id']}")
    assert shown == {
        "id": operation["id"],
        "kind": "deals",
        "system": "pipes",
        "file_name": "deals.csv",
        "size_bytes": len(FILE),
        "dry_run": False,
        "created_at": shown["created_at"],
        "operation": done,
    }
    rows = (await get(rest, org, f"/v1/imports/{operation['id']}/rows"))["data"]
    assert [(row["line"], row["external_id"], row["status"], row["faults"]) for row in rows] == [
        (2, "1", "created", []),
        (3, "2", "created", []),
        (4, "3", "created", []),
    ]
    deals = (await get(rest, org, "/v1/deals"))["data"]
    assert {(deal["external_id"], deal["name"], deal["amount"]) for deal in deals} == {
        ("1", "One", "10"), ("2", "Two", "20"), ("3", "Three", None),
    }  # fmt: skip
    told = [event for event in await emitted(org) if event[0].startswith("operation")]
    completed = {"operation_id": operation["id"], "kind": "import", "status": "succeeded"}
    assert told == [("operation.completed", completed)]
    assert await chunks_left(org) == 0
    assert [one["id"] for one in (await get(rest, org, "/v1/imports"))["data"]] == [operation["id"]]
    # The job that comes once more, after a kill between commit and its own end, finds nothing to do.
    await run_imports(org.database, org.id, operation["id"])
    assert await get(rest, org, accepted.headers["location"]) == done


async def test_imports_are_done_in_the_order_they_came(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    """Whichever of their jobs a worker takes up first, and however many at once."""
    people = 'kind = "people"\nsystem = "pipes"\n[columns]\nid = "Id"\nname = "Name"\nemail = "Mail"\n'
    first = (await post(rest, org, "Id,Name,Mail\n1,Ann,ann@example.com\n", people)).json()["id"]
    second, third = [(await post(rest, org)).json()["id"] for _ in range(2)]
    await asyncio.gather(*(run_imports(org.database, org.id, UUID(id_)) for id_ in (second, first)))
    statuses = [(await get(rest, org, f"/v1/operations/{id_}"))["status"] for id_ in (first, second, third)]
    assert statuses == ["succeeded", "succeeded", "queued"]
    assert await chunks_left(org) == 1
    await run_imports(org.database, org.id, UUID(third))
    assert (await get(rest, org, f"/v1/operations/{third}"))["counts"]["unchanged"] == 3
    assert await chunks_left(org) == 0


async def test_a_second_import_changes_what_changed(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Ann")
    await carried_out(rest, org)
    later = MAPPING.replace("2026-03-01", "2026-04-01")
    done = await carried_out(rest, org, file=FILE.replace("20", "25") + "4,Four,40,\n", mapping=later)
    assert done["counts"] == {"rows": 4, "created": 1, "updated": 3, "unchanged": 0, "faults": 0}
    again = await carried_out(rest, org, file=FILE.replace("20", "25") + "4,Four,40,\n", mapping=later)
    assert again["counts"] == {"rows": 4, "created": 0, "updated": 0, "unchanged": 4, "faults": 0}
    path = f"/v1/imports/{done['id']}/rows"
    assert [row["line"] for row in (await get(rest, org, path, status="created"))["data"]] == [5]


async def test_with_one_fault_nothing_is_written(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Ann")
    done = await carried_out(rest, org, file=BROKEN)
    assert (done["status"], done["error_code"]) == ("failed", "import_has_faults")
    assert done["error_message"] == "3 faults in 4 rows: nothing was imported."
    assert done["counts"] == {"rows": 4, "created": 0, "updated": 0, "unchanged": 0, "faults": 3}
    rows = (await get(rest, org, f"/v1/imports/{done['id']}/rows"))["data"]
    assert [(row["line"], row["status"], [fault["column"] for fault in row["faults"]]) for row in rows] == [
        (2, "failed", ["Worth"]),
        (3, "failed", ["Owner"]),
        (5, "failed", ["Worth"]),
    ]
    assert (await get(rest, org, "/v1/deals"))["data"] == []
    told = [data["status"] for type_, data in await emitted(org) if type_ == "operation.completed"]
    assert told == ["failed"]


async def test_a_dry_run_reports_and_writes_nothing(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    await org.add_person("Ann")
    done = await carried_out(rest, org, dry_run=(None, "true"))
    assert (done["status"], done["counts"]["created"]) == ("succeeded", 3)
    assert len((await get(rest, org, f"/v1/imports/{done['id']}/rows"))["data"]) == 3
    assert (await get(rest, org, "/v1/deals"))["data"] == []


async def key_with(org: SalesOrg, *scopes: str) -> str:
    async with org.database.tenant(org.id) as session:
        return (await create_api_key(session, org.system, CreateApiKey(name="K", scopes=list(scopes)), ROLES)).key


async def test_people_are_imported_by_who_may(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    mapping = 'kind = "people"\nsystem = "pipes"\n[columns]\nid = "Id"\nname = "Name"\nemail = "Mail"\nrole = "Role"\n'
    file = "Id,Name,Mail,Role\n1,Eve,eve@example.com,admin\n"

    for scopes, needed in (
        (("imports:write",), "people:write"),
        (("imports:write", "people:write"), "roles:write"),
    ):
        refused = await post(rest, org, file, mapping, key=await key_with(org, *scopes))
        assert (refused.status_code, refused.json()["detail"]) == (403, f"This needs the permission {needed}.")
    plain = mapping.replace('role = "Role"\n', "")
    assert (
        await post(rest, org, file, plain, key=await key_with(org, "imports:write", "people:write"))
    ).status_code == 202
    done = await carried_out(rest, org, file=file, mapping=mapping)
    assert done["counts"]["updated"] == 1  # the import before it made her
    people = (await get(rest, org, "/v1/people", role="admin"))["data"]
    assert "eve@example.com" in {person["email"] for person in people}


async def test_skills_are_imported_by_who_may(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    mapping = """
kind = "skills"
system = "pipes"
columns = {id = "Who", "skill:discovery" = "Discovery"}
constants = {framework = "b2b-seller", assessed_on = "2026-03-02"}
"""
    await org.add_person("Ann")
    file = "Who,Discovery\nann@example.com,3\n"
    refused = await post(rest, org, file, mapping, key=await key_with(org, "imports:write"))
    assert (refused.status_code, refused.json()["detail"]) == (403, "This needs the permission skill_ratings:write.")
    allowed = await key_with(org, "imports:write", "skill_ratings:write")
    assert (await post(rest, org, file, mapping, key=allowed)).status_code == 202
    done = await carried_out(rest, org, file=file.replace("3", "9"), mapping=mapping)
    assert (done["status"], done["error_code"]) == ("failed", "import_has_faults")
    (row,) = (await get(rest, org, f"/v1/imports/{done['id']}/rows"))["data"]
    assert (row["line"], row["faults"]) == (2, [{"column": "Discovery", "message": "the scale ends at 5"}])
    (found,) = (await get(rest, org, "/v1/skill-assessments"))["data"]
    assert (found["scorer"], found["answers"][0]["level"], found["rater_kind"]) == ("pipes", "3", "external")
    unfit = mapping.replace("skill:discovery", "skill:golf")
    done = await carried_out(rest, org, file=file, mapping=unfit)
    assert (done["status"], done["error_code"]) == ("failed", "invalid_mapping")


async def test_people_are_imported_with_their_working_time(rest: httpx.AsyncClient, org: SalesOrg) -> None:
    mapping = """kind = "people"\nsystem = "pipes"
[columns]\nid = "Id"\nname = "Name"\nemail = "Mail"\nhired_on = "Since"\nholiday_calendar = "Holidays"\n"""
    file = "Id,Name,Mail,Since,Holidays\n1,Eve,e@x.example,2026-03-02,DE-BY\n2,Ida,i@x.example,2026-03-02,DE-XX\n"
    refused = await carried_out(rest, org, file=file, mapping=mapping)
    (row,) = (await get(rest, org, f"/v1/imports/{refused['id']}/rows"))["data"]
    assert (row["line"], [fault["column"] for fault in row["faults"]]) == (3, ["Holidays"])
    await carried_out(rest, org, file=file.replace("DE-XX", "US-CA"), mapping=mapping)
    (eve,) = (await get(rest, org, "/v1/people", email="e@x.example"))["data"]
    assert (eve["hired_on"], eve["holiday_calendar"]) == ("2026-03-02", "DE-BY")
