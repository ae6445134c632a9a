"""Absences: who may see and write whose, no two on one day, and what follows from a change."""

import asyncio
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.organizations.dto.absences import AbsenceDTO, AbsenceFilter, AbsenceKind, CreateAbsence, UpdateAbsence
from service.organizations.dto.people import PersonDTO
from service.organizations.permissions import Permission
from service.organizations.use_cases.absences import (
    absences_of,
    create_absence,
    delete_absence,
    get_absence,
    list_absences,
    update_absence,
)
from service.organizations.use_cases.people import delete_person
from service.permissions import ROLES
from tests.factories.events import emitted
from tests.factories.sales_org import SalesOrg, make_sales_org
from tests.fixtures.jobs import waiting_jobs

MONDAY, FRIDAY = date(2026, 8, 3), date(2026, 8, 7)

Refusal = tuple[ErrorKind, str, list[str]]


async def away(
    org: SalesOrg, person_id: UUID, start: date = MONDAY, end: date = FRIDAY, by: Principal | None = None, **fields: Any
) -> AbsenceDTO:
    data = CreateAbsence(person_id=person_id, start_on=start, end_on=end, **{"kind": "vacation", **fields})
    async with org.database.tenant(org.id) as session:
        return await create_absence(session, by or org.system, data)


async def seen(org: SalesOrg, by: Principal, **filters: Any) -> list[UUID]:
    async with org.database.tenant(org.id) as session:
        page = await list_absences(session, by, AbsenceFilter(**filters), PageRequest())
    return [one.person_id for one in page.items]


async def refusal(org: SalesOrg, call: Any, *arguments: Any) -> Refusal:
    with pytest.raises(ServiceError) as caught:
        async with org.database.tenant(org.id) as session:
            await call(session, *arguments)
    return caught.value.kind, caught.value.code, [field.pointer for field in caught.value.fields]


@pytest.fixture
async def staff(org: SalesOrg) -> dict[str, PersonDTO]:
    """Top over Lead over Rita; Olaf reports to nobody."""
    top = await org.add_person("Top", role="manager")
    lead = await org.add_person("Lead", role="manager", manager_id=top.id)
    rita = await org.add_person("Rita", manager_id=lead.id)
    others = [await org.add_person(name, role=role) for name, role in (("Olaf", "rep"), ("Edda", "enablement"))]
    return {person.name: person for person in (top, lead, rita, *others)}


WHOSE = {
    "Rita": {"Rita"},
    "Olaf": {"Olaf"},
    "Lead": {"Lead", "Rita"},
    "Top": {"Top", "Lead", "Rita"},
    "Edda": {"Top", "Lead", "Rita", "Olaf", "Edda"},
}


@pytest.mark.parametrize("name", WHOSE)
async def test_each_role_reads_and_writes_those_whom_it_sees(
    org: SalesOrg, staff: dict[str, PersonDTO], name: str
) -> None:
    caller = org.acting_as(staff[name])
    absences = {other: await away(org, person.id) for other, person in staff.items()}
    assert set(await seen(org, caller)) == {staff[other].id for other in WHOSE[name]}
    async with org.database.tenant(org.id) as session:
        batch = await absences_of(session, caller, [person.id for person in staff.values()])
    assert batch == {staff[other].id: [absences[other]] for other in WHOSE[name]}
    for other, absence in absences.items():
        person = staff[other]
        if other in WHOSE[name]:
            made = await away(org, person.id, date(2026, 9, 1), date(2026, 9, 1), caller)
            async with org.database.tenant(org.id) as session:
                changed = await update_absence(session, caller, made.id, UpdateAbsence(kind=AbsenceKind.SICK))
                assert (await get_absence(session, caller, made.id)) == changed
                await delete_absence(session, caller, made.id)
            continue
        hidden: Refusal = (ErrorKind.NOT_FOUND, "absence_not_found", [])
        assert await refusal(org, get_absence, caller, absence.id) == hidden
        assert await refusal(org, update_absence, caller, absence.id, UpdateAbsence()) == hidden
        assert await refusal(org, delete_absence, caller, absence.id) == hidden
        assert await seen(org, caller, person_id=person.id) == []
        data = CreateAbsence(person_id=person.id, start_on=MONDAY, end_on=MONDAY, kind=AbsenceKind.OTHER)
        assert await refusal(org, create_absence, caller, data) == (ErrorKind.INVALID, "invalid_input", ["/person_id"])


async def test_another_organizations_are_nobodys(org: SalesOrg, database: Database) -> None:
    other = await make_sales_org(database)
    theirs = await away(other, (await other.add_person("Zoe")).id)
    admin = Principal(org_id=org.id, permissions=ROLES["admin"], key_id=new_id())  # type: ignore[index]
    for call, rest in ((get_absence, ()), (update_absence, (UpdateAbsence(),)), (delete_absence, ())):
        assert (await refusal(org, call, admin, theirs.id, *rest))[1] == "absence_not_found"
    data = CreateAbsence(person_id=theirs.person_id, start_on=MONDAY, end_on=MONDAY, kind=AbsenceKind.OTHER)
    assert (await refusal(org, create_absence, admin, data))[2] == ["/person_id"]
    assert await seen(org, admin) == []


@pytest.mark.parametrize("permission", [Permission.ABSENCES_READ, Permission.ABSENCES_WRITE])
async def test_a_key_needs_the_permission(org: SalesOrg, permission: Permission) -> None:
    ann = await org.add_person("Ann")
    absence = await away(org, ann.id)
    key = Principal(org_id=org.id, permissions=frozenset({permission.value}), key_id=new_id())
    data = CreateAbsence(person_id=ann.id, start_on=MONDAY, end_on=MONDAY, kind=AbsenceKind.OTHER)
    calls: dict[Permission, list[tuple[Any, ...]]] = {
        Permission.ABSENCES_READ: [
            (get_absence, absence.id),
            (list_absences, AbsenceFilter(), PageRequest()),
            (absences_of, [ann.id]),
        ],
        Permission.ABSENCES_WRITE: [
            (create_absence, data),
            (update_absence, absence.id, UpdateAbsence()),
            (delete_absence, absence.id),
        ],
    }
    for call, *arguments in calls[(set(calls) - {permission}).pop()]:
        assert (await refusal(org, call, key, *arguments))[1] == "permission_denied"


@pytest.mark.parametrize(
    ("start", "end", "is_free"),
    [
        (date(2026, 7, 31), date(2026, 8, 2), True),
        (date(2026, 7, 31), MONDAY, False),
        (date(2026, 8, 4), date(2026, 8, 4), False),
        (date(2026, 8, 1), date(2026, 8, 31), False),
        (FRIDAY, date(2026, 8, 14), False),
        (date(2026, 8, 8), date(2026, 8, 14), True),
    ],
)
async def test_no_day_is_taken_twice(org: SalesOrg, start: date, end: date, *, is_free: bool) -> None:
    ann, bob = await org.add_person("Ann"), await org.add_person("Bob")
    first = await away(org, ann.id)
    await away(org, bob.id)
    if is_free:
        await away(org, ann.id, start, end, share="0.5")
        return
    taken = (ErrorKind.CONFLICT, "absence_overlaps", ["/start_on"])
    data = CreateAbsence(person_id=ann.id, start_on=start, end_on=end, kind=AbsenceKind.OTHER, share=Decimal("0.5"))
    assert await refusal(org, create_absence, org.system, data) == taken
    second = await away(org, ann.id, date(2026, 10, 1), date(2026, 10, 2))
    moved = UpdateAbsence(start_on=start, end_on=end)
    assert await refusal(org, update_absence, org.system, second.id, moved) == taken
    async with org.database.tenant(org.id) as session:
        assert (await update_absence(session, org.system, first.id, moved)).start_on == start


async def test_of_those_who_take_the_same_day_at_once_one_gets_it(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    answers = await asyncio.gather(*(away(org, ann.id) for _ in range(6)), return_exceptions=True)
    refused = [one.code for one in answers if isinstance(one, ServiceError)]
    assert refused == ["absence_overlaps"] * 5
    assert len(await seen(org, org.system, person_id=ann.id)) == 1


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"end_on": date(2026, 8, 2)}, "/end_on"),
        ({"start_on": date(2026, 8, 8)}, "/start_on"),
        ({"start_on": date(2026, 8, 9), "end_on": date(2026, 8, 8)}, "/end_on"),
    ],
)
async def test_an_absence_does_not_end_before_it_starts(org: SalesOrg, changes: dict[str, date], pointer: str) -> None:
    absence = await away(org, (await org.add_person("Ann")).id)
    found = await refusal(org, update_absence, org.system, absence.id, UpdateAbsence(**changes))
    assert found == (ErrorKind.INVALID, "invalid_input", [pointer])


@pytest.mark.parametrize(
    ("filters", "starts"),
    [
        ({}, [1, 10, 20]),
        ({"since": date(2026, 6, 12)}, [10, 20]),
        ({"since": date(2026, 6, 13)}, [20]),
        ({"until": date(2026, 6, 10)}, [1]),
        ({"until": date(2026, 6, 11)}, [1, 10]),
        ({"since": date(2026, 6, 4), "until": date(2026, 6, 10)}, []),
        ({"kind": "sick"}, [10]),
    ],
)
async def test_lists_by_span_and_kind(org: SalesOrg, filters: dict[str, Any], starts: list[int]) -> None:
    ann = await org.add_person("Ann")
    for day, kind in ((20, "other"), (1, "vacation"), (10, "sick")):
        await away(org, ann.id, date(2026, 6, day), date(2026, 6, day + 2), kind=kind)
    async with org.database.tenant(org.id) as session:
        page = await list_absences(session, org.system, AbsenceFilter(**filters), PageRequest())
    assert [one.start_on.day for one in page.items] == starts


async def test_a_change_is_told_and_wakes_the_persons_snapshots(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    before = await waiting_jobs(org.database, org.id)
    absence = await away(org, ann.id)
    same = UpdateAbsence(start_on=MONDAY, kind=AbsenceKind.VACATION)
    for changes in (same, UpdateAbsence(start_on=MONDAY, share=Decimal("0.5"), kind=AbsenceKind.PARENTAL)):
        async with org.database.tenant(org.id) as session:
            await update_absence(session, org.system, absence.id, changes)
    async with org.database.tenant(org.id) as session:
        await delete_absence(session, org.system, absence.id)
    told = {"absence_id": str(absence.id), "person_id": str(ann.id)}
    assert [one for one in await emitted(org) if one[0].startswith("absence.")] == [
        ("absence.created", told),
        ("absence.updated", {**told, "changed": ["kind", "share"]}),
        ("absence.deleted", told),
    ]
    assert await waiting_jobs(org.database, org.id) == sorted(
        [*before, *["cascade_programmes", "refresh_snapshots"] * 3]
    )


async def test_absences_go_with_their_person(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    absence = await away(org, ann.id)
    async with org.database.tenant(org.id) as session:
        await update_absence(session, org.system, absence.id, UpdateAbsence(kind=AbsenceKind.SICK))
        await delete_person(session, org.system, ann.id)
    assert await seen(org, org.system) == []
