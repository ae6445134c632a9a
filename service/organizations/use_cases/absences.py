"""Absences: written by whoever may see the person, a rep for themself; no two of a person share a day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.dto.absences import AbsenceDTO, AbsenceFilter, CreateAbsence, UpdateAbsence
from service.organizations.models import Absence
from service.organizations.permissions import Permission
from service.organizations.repository import absences as repository
from service.organizations.repository import people
from service.organizations.repository.history import supersede
from service.organizations.use_cases.changes import follow_people, wake_snapshots
from service.organizations.use_cases.scope import local_today, visible_people
from service.webhooks.outbox import EventType, emit


async def list_absences(
    session: AsyncSession, principal: Principal, filters: AbsenceFilter, page: PageRequest
) -> Page[AbsenceDTO]:
    """The absences of those the caller may see, a page of them."""
    require(principal, Permission.ABSENCES_READ)
    visible = await _visible(session, principal)
    found = await repository.list_absences(session, principal.org_id, visible, filters, page)
    return found.with_items([AbsenceDTO.model_validate(row) for row in found.items])


async def absences_of(
    session: AsyncSession, principal: Principal, person_ids: Sequence[UUID]
) -> dict[UUID, list[AbsenceDTO]]:
    """The absences of those people whom the caller may see, by start; the batch behind loaders."""
    require(principal, Permission.ABSENCES_READ)
    visible = await _visible(session, principal)
    wanted = set(person_ids) if visible is None else set(person_ids) & visible
    found: dict[UUID, list[AbsenceDTO]] = {}
    for row in await repository.list_absences_of(session, principal.org_id, wanted):
        found.setdefault(row.person_id, []).append(AbsenceDTO.model_validate(row))
    return found


async def get_absence(session: AsyncSession, principal: Principal, absence_id: UUID) -> AbsenceDTO:
    """One absence; `not_found` for that of somebody the caller may not see."""
    require(principal, Permission.ABSENCES_READ)
    return AbsenceDTO.model_validate(await _find(session, principal, absence_id))


async def create_absence(session: AsyncSession, principal: Principal, data: CreateAbsence) -> AbsenceDTO:
    """Add an absence; `invalid` for a person whom the caller may not see, `conflict` for days that are taken."""
    require(principal, Permission.ABSENCES_WRITE)
    visible = await _visible(session, principal)
    is_hidden = visible is not None and data.person_id not in visible
    if is_hidden or not await people.lock_person(session, principal.org_id, data.person_id):
        raise invalid("/person_id", "is not a person of this organization whom you may see")
    await _require_free(session, principal, data.person_id, data.start_on, data.end_on)
    now = utc_now()
    row = Absence(
        org_id=principal.org_id,
        id=new_id(),
        known_from=now,
        created_at=now,
        updated_at=now,
        person_id=data.person_id,
        start_on=data.start_on,
        end_on=data.end_on,
        kind=data.kind.value,
        share=data.share,
    )
    session.add(row)
    await session.flush()
    await _tell(session, row, EventType.ABSENCE_CREATED)
    return AbsenceDTO.model_validate(row)


async def update_absence(
    session: AsyncSession,
    principal: Principal,
    absence_id: UUID,
    data: UpdateAbsence,
    expected: Precondition = UNCONDITIONAL,
) -> AbsenceDTO:
    """Move an absence, or say otherwise why or how much of the day."""
    require(principal, Permission.ABSENCES_WRITE)
    row = await _get_for_write(session, principal, absence_id, expected)
    changes = data.model_dump(exclude_unset=True)
    start_on, end_on = changes.get("start_on", row.start_on), changes.get("end_on", row.end_on)
    if end_on < start_on:
        raise invalid("/end_on" if "end_on" in changes else "/start_on", "end_on must not be before start_on")
    await _require_free(session, principal, row.person_id, start_on, end_on, besides=row.id)
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    if changed:
        supersede(session, row)
        for name in changed:
            setattr(row, name, changes[name])
        row.updated_at = utc_now()
        await session.flush()
        await _tell(session, row, EventType.ABSENCE_UPDATED, changed=changed)
    return AbsenceDTO.model_validate(row)


async def delete_absence(
    session: AsyncSession, principal: Principal, absence_id: UUID, expected: Precondition = UNCONDITIONAL
) -> None:
    """Remove an absence; what was known of it before stays known for the past."""
    require(principal, Permission.ABSENCES_WRITE)
    row = await _get_for_write(session, principal, absence_id, expected)
    supersede(session, row)
    await session.delete(row)
    await session.flush()
    await _tell(session, row, EventType.ABSENCE_DELETED)


async def _visible(session: AsyncSession, principal: Principal) -> frozenset[UUID] | None:
    return await visible_people(session, principal, await local_today(session, principal.org_id))


async def _find(session: AsyncSession, principal: Principal, absence_id: UUID, *, lock: bool = False) -> Absence:
    row = await repository.get_absence(session, principal.org_id, absence_id, lock=lock)
    visible = await _visible(session, principal)
    if row is None or (visible is not None and row.person_id not in visible):
        raise not_found("absence")
    return row


async def _get_for_write(
    session: AsyncSession, principal: Principal, absence_id: UUID, expected: Precondition
) -> Absence:
    """The absence; writers of one person take turns, as the rule about days spans all of their absences."""
    person_id = await repository.get_person_id(session, principal.org_id, absence_id)
    if person_id is not None:
        await people.lock_person(session, principal.org_id, person_id)
    row = await _find(session, principal, absence_id, lock=True)
    expected.check(AbsenceDTO.model_validate(row))
    return row


async def _require_free(
    session: AsyncSession,
    principal: Principal,
    person_id: UUID,
    start_on: date,
    end_on: date,
    besides: UUID | None = None,
) -> None:
    taken = await repository.find_overlap(session, principal.org_id, person_id, start_on, end_on, besides)
    if taken is not None:
        message = f"The person is away from {taken.start_on} until {taken.end_on} already."
        raise conflict("absence_overlaps", message, "/start_on")


async def _tell(session: AsyncSession, row: Absence, event: EventType, **apart: list[str]) -> None:
    await emit(session, row.org_id, event, {"absence_id": row.id, "person_id": row.person_id, **apart})
    await wake_snapshots(session, row.org_id, [row.person_id])
    await follow_people(session, row.org_id)
