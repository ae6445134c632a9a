"""Bulk upserts: each item on its own, any order, the same again changes nothing."""

from collections import Counter
from typing import Any

import pytest

from service.core.bulk_items import BulkItemResult
from service.core.principal import Principal
from service.organizations.use_cases.bulk_people import upsert_people
from service.organizations.use_cases.people import get_people, get_person
from tests.factories.sales_org import SalesOrg
from tests.fixtures.jobs import waiting_jobs


def item(number: int, **fields: Any) -> dict[str, Any]:
    """A person of the system `hr`."""
    return {
        "system": "hr",
        "external_id": str(number),
        "email": f"p{number}@example.com",
        "name": f"Person {number}",
        **fields,
    }


async def upsert(org: SalesOrg, *items: dict[str, Any], principal: Principal | None = None) -> list[BulkItemResult]:
    async with org.database.tenant(org.id) as session:
        return await upsert_people(session, principal or org.system, list(items))


async def test_created_then_unchanged_then_updated(org: SalesOrg) -> None:
    team = [item(1, manager_external_id="2", hired_on="2026-01-05"), item(2, role="manager")]
    first = await upsert(org, *team)
    assert [result.status for result in first] == ["created", "created"]
    again = await upsert(org, *team)
    assert [(result.status, result.id) for result in again] == [("unchanged", result.id) for result in first]
    changed = await upsert(org, item(1, job_role="AE"), item(2, email="boss@example.com"))
    assert [result.status for result in changed] == ["updated", "updated"]
    ids = [result.id for result in first if result.id]
    async with org.database.tenant(org.id) as session:
        people = await get_people(session, org.system, ids)
    assert (people[ids[0]].manager_id, people[ids[0]].job_role) == (ids[1], "AE")
    assert people[ids[1]].email == "boss@example.com"


async def test_jobs_are_written_once_however_many_items(org: SalesOrg) -> None:
    await upsert(org, *(item(number) for number in range(30)))
    assert await waiting_jobs(org.database, org.id) == ["cascade_programmes", "claim_unmapped", "refresh_snapshots"]
    await upsert(org, *(item(number, email=f"new{number}@example.com") for number in range(30)))
    assert Counter(await waiting_jobs(org.database, org.id)) == {
        "cascade_programmes": 1,
        "claim_unmapped": 1,
        "rederive_all": 1,
        "refresh_snapshots": 2,
    }
    await upsert(org, *(item(number, email=f"new{number}@example.com") for number in range(30)))
    assert len(await waiting_jobs(org.database, org.id)) == 5


async def test_a_failed_item_does_not_stop_the_others(org: SalesOrg) -> None:
    taken = await org.add_person("Taken")
    results = await upsert(
        org,
        item(1),
        {"system": "hr", "external_id": "2", "email": "nobody", "shoe_size": 45},
        item(3, manager_external_id="99"),
        item(4, email="p1@example.com", name="Same address"),
        item(5, email=taken.email),
        item(6, hired_on="2026-02-02", left_on="2026-02-01"),
        item(7),
    )
    found = [(result.status, result.code, sorted(error["pointer"] for error in result.errors)) for result in results]
    assert found == [
        ("created", None, []),
        ("failed", "invalid_input", ["/email", "/name", "/shoe_size"]),
        ("failed", "invalid_input", ["/manager_external_id"]),
        # Found by address: the same person under a second id.
        ("updated", None, []),
        ("updated", None, []),
        ("failed", "invalid_input", ["/left_on"]),
        ("created", None, []),
    ]
    assert results[3].id == results[0].id
    assert results[4].id == taken.id


async def test_a_new_identity_of_a_known_person_claims_facts(org: SalesOrg) -> None:
    ann = await org.add_person("Ann", email="p1@example.com")
    before = await waiting_jobs(org.database, org.id)
    (result,) = await upsert(org, item(1, name="Ann"))
    assert (result.status, result.id) == ("updated", ann.id)
    assert await waiting_jobs(org.database, org.id) == sorted([*before, "claim_unmapped"])


async def test_salesforce_ids_in_either_form(org: SalesOrg) -> None:
    short, long = "005A0000006Vm9r", "005A0000006Vm9rIAC"
    boss = item(1, system="salesforce", external_id=short)
    (first,) = await upsert(org, boss)
    results = await upsert(
        org, boss | {"external_id": long}, item(2, system="salesforce", external_id="x", manager_external_id=short)
    )
    assert [result.status for result in results] == ["unchanged", "created"]
    assert results[0].id == first.id
    assert results[1].id is not None
    async with org.database.tenant(org.id) as session:
        assert (await get_person(session, org.system, results[1].id)).manager_id == first.id


async def test_a_circle_of_managers_fails_where_it_closes(org: SalesOrg) -> None:
    results = await upsert(
        org,
        *(
            item(number, manager_external_id=str(manager), manager_from="2026-01-01")
            for number, manager in ((1, 2), (2, 3), (3, 1))
        ),
    )
    assert [(result.status, result.code) for result in results] == [
        ("created", None),
        ("created", None),
        ("failed", "manager_cycle"),
    ]


@pytest.mark.parametrize(("role", "status"), [("rep", "created"), ("manager", "created"), ("admin", "failed")])
async def test_a_narrow_key_makes_no_administrators(org: SalesOrg, role: str, status: str) -> None:
    narrow = Principal(org.id, frozenset({"people:write"}))
    (result,) = await upsert(org, item(1, role=role), principal=narrow)
    assert result.status == status
