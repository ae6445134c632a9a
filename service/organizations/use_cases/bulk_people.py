"""Bulk upsert of people by their id in another system; each item succeeds or fails on its own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.bulk_items import BulkItemResult, failed
from service.core.errors import ServiceError, invalid
from service.core.jobs import enqueue
from service.core.principal import Principal, require
from service.organizations.dto.people import (
    CreatePerson,
    ExternalIdentityInput,
    ManagerPeriodInput,
    UpdatePerson,
    UpsertPerson,
)
from service.organizations.models import Person
from service.organizations.permissions import Permission
from service.organizations.repository import organizations
from service.organizations.repository import people as repository
from service.organizations.use_cases.changes import follow_people, wake_snapshots
from service.organizations.use_cases.organizations import REDERIVE_ALL
from service.organizations.use_cases.people import (
    CLAIM_UNMAPPED,
    COUNTED,
    FOLLOWED,
    IDENTITIES,
    MOVES_FACTS,
    add_person,
    change_person,
    set_identity,
)
from service.organizations.use_cases.reporting_lines import MANAGER, link_manager
from service.organizations.use_cases.scope import local_today
from service.webhooks.outbox import EventType, emit_many

LINK_FIELDS = {"system", "external_id", "manager_external_id", "manager_from"}
CREATED = "created"
"""In place of what changed: everything."""


async def upsert_people(
    session: AsyncSession, principal: Principal, items: Sequence[dict[str, Any]]
) -> list[BulkItemResult]:
    """Create or update each person; a failed item does not stop the others.

    Managers are linked after all people exist, so that the order of the items does not matter. An item
    of which only the manager is wrong is `failed` and its person is stored.
    """
    require(principal, Permission.PEOPLE_WRITE)
    await organizations.lock_organization(session, principal.org_id)
    results: list[BulkItemResult] = []
    jobs: set[str] = set()
    changes: dict[UUID, set[str]] = {}
    linked: list[tuple[int, UUID, UpsertPerson]] = []
    for index, raw in enumerate(items):
        try:
            item = UpsertPerson.model_validate(raw)
            async with session.begin_nested():
                status, person_id, changed = await _upsert(session, principal, item)
        except (ValidationError, ServiceError) as error:
            results.append(failed(index, error))
        else:
            results.append(BulkItemResult(index=index, status=status, id=person_id))
            linked.append((index, person_id, item))
            changes.setdefault(person_id, set()).update(changed)
            jobs |= _jobs(changed)
    for index, person_id, item in linked:
        try:
            async with session.begin_nested():
                moved = await _link_manager(session, principal, person_id, item)
        except ServiceError as error:
            results[index] = failed(index, error)
        else:
            changes[person_id] |= moved
            if moved and results[index].status == "unchanged":
                results[index] = BulkItemResult(index=index, status="updated", id=person_id)
    for job_name in sorted(jobs):
        await enqueue(session, job_name, principal.org_id)
    await wake_snapshots(
        session, principal.org_id, [id_ for id_, changed in changes.items() if changed & {CREATED, *COUNTED}]
    )
    if any(changed & {CREATED, MANAGER, *FOLLOWED} for changed in changes.values()):
        await follow_people(session, principal.org_id)
    await emit_many(session, principal.org_id, _events(changes))
    return results


def _jobs(changed: set[str]) -> set[str]:
    """What has to be derived anew, now that an item is written."""
    jobs = {CLAIM_UNMAPPED} if changed & {CREATED, IDENTITIES} else set()
    return jobs | ({REDERIVE_ALL} if MOVES_FACTS in changed else set())


def _events(changes: Mapping[UUID, set[str]]) -> Iterator[tuple[EventType, dict[str, Any]]]:
    """One event per person, in the order of the items."""
    for person_id, changed in changes.items():
        if CREATED in changed:
            yield EventType.PERSON_CREATED, {"person_id": person_id}
        elif changed:
            yield EventType.PERSON_UPDATED, {"person_id": person_id, "changed": sorted(changed)}


async def _upsert(session: AsyncSession, principal: Principal, item: UpsertPerson) -> tuple[Any, UUID, set[str]]:
    """The item's status and person, and the names of what changed of them."""
    org_id = principal.org_id
    identity = ExternalIdentityInput(system=item.system, external_id=item.external_id)
    fields = item.model_dump(exclude=LINK_FIELDS, exclude_unset=True)
    known = await repository.get_identity(session, org_id, item.system, item.external_id)
    row = (
        await repository.get_person(session, org_id, known.person_id)
        if known
        else await repository.get_person_by_email(session, org_id, item.email)
    )
    if row is None:
        person = await add_person(session, principal, CreatePerson(**fields, external_identities=[identity]))
        return "created", person.id, {CREATED}
    changed = {IDENTITIES} if await set_identity(session, org_id, row.id, identity, "/external_id") else set()
    if _differs(row, fields):
        _, names = await change_person(session, principal, row.id, UpdatePerson(**fields))
        changed |= set(names)
    return "updated" if changed else "unchanged", row.id, changed


def _differs(row: Person, fields: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in fields.items())


async def _link_manager(session: AsyncSession, principal: Principal, person_id: UUID, item: UpsertPerson) -> set[str]:
    """What changed if the person reports to somebody new; the line that holds on the day already stays as it is."""
    if item.manager_external_id is None:
        return set()
    manager = await repository.get_identity(session, principal.org_id, item.system, item.manager_external_id)
    if manager is None:
        raise invalid("/manager_external_id", "is nobody known in this system")
    start_on = item.manager_from or item.hired_on or await local_today(session, principal.org_id)
    lines = await repository.list_manager_periods(session, principal.org_id, [person_id])
    holds = [line for line in lines if line.start_on <= start_on and (line.end_on is None or start_on < line.end_on)]
    if holds and holds[-1].manager_id == manager.person_id:
        return set()
    period = ManagerPeriodInput(manager_id=manager.person_id, start_on=start_on)
    await link_manager(session, principal, person_id, period)
    return {MANAGER}
