"""Coaching programmes: who coaches whom, how often and how; the cascade carries out what is written here."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.programmes import (
    ChangeSeries,
    CoachingProgrammeDTO,
    CreateCoachingProgramme,
    EndProgramme,
    ProgrammeFilter,
    StaggeredStart,
    UpdateCoachingProgramme,
)
from service.coaching_sessions.models import CoachingProgramme
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import programmes as repository
from service.coaching_sessions.repository.clock import want_cascade
from service.coaching_sessions.staggering import draw_waves, first_days
from service.coaching_sessions.use_cases.formats import resolve_format
from service.coaching_sessions.use_cases.surveying import audience_of, drawn_days, load_roster
from service.core.clock import utc_now
from service.core.errors import FieldError, ServiceError, conflict, invalid, invalid_fields, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.use_cases.people import get_person
from service.organizations.use_cases.scope import local_today
from service.organizations.use_cases.teams import get_team
from service.organizations.use_cases.working_time import staff_as_known
from service.webhooks.outbox import EventType, emit


async def list_coaching_programmes(
    session: AsyncSession, principal: Principal, filters: ProgrammeFilter, page: PageRequest
) -> Page[CoachingProgrammeDTO]:
    """A page of the organization's programmes, ended ones too."""
    require(principal, Permission.COACHING_PROGRAMMES_READ)
    found = await repository.list_programmes(session, principal.org_id, filters, page)
    return found.with_items([CoachingProgrammeDTO.model_validate(row) for row in found.items])


async def get_coaching_programme(
    session: AsyncSession, principal: Principal, programme_id: UUID
) -> CoachingProgrammeDTO:
    """One programme."""
    require(principal, Permission.COACHING_PROGRAMMES_READ)
    row = await repository.get_programme(session, principal.org_id, programme_id)
    if row is None:
        raise not_found("coaching_programme")
    return CoachingProgrammeDTO.model_validate(row)


async def create_coaching_programme(
    session: AsyncSession, principal: Principal, data: CreateCoachingProgramme
) -> CoachingProgrammeDTO:
    """Add a programme; the worker lays its sessions down.

    `invalid` for a manager, team or format that there is not, `conflict` for a name that is taken.
    """
    require(principal, Permission.COACHING_PROGRAMMES_WRITE)
    await _require_audience(session, principal, data)
    await _require_free(session, principal, data.name)
    await resolve_format(session, principal, data.format_key)
    now = utc_now()
    row = CoachingProgramme(org_id=principal.org_id, id=new_id(), created_at=now, updated_at=now, **data.model_dump())
    if data.staggered_start is not None:
        row.drawn_starts = await _draw(session, principal, row, data.staggered_start)
    session.add(row)
    await session.flush()
    return await _tell(session, principal, row, EventType.COACHING_PROGRAMME_CREATED)


async def drawn_starts(session: AsyncSession, principal: Principal, programme_id: UUID) -> dict[UUID, date]:
    """By rep the first day that was drawn for them; `conflict` for a programme that began with all at once."""
    require(principal, Permission.COACHING_PROGRAMMES_READ)
    row = await repository.get_programme(session, principal.org_id, programme_id)
    if row is None:
        raise not_found("coaching_programme")
    if row.staggered_start is None:
        raise conflict("not_staggered", "This programme began with everybody at once: nothing was drawn.")
    return drawn_days(row)


async def update_coaching_programme(
    session: AsyncSession,
    principal: Principal,
    programme_id: UUID,
    data: UpdateCoachingProgramme,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingProgrammeDTO:
    """Rename or describe a programme."""
    require(principal, Permission.COACHING_PROGRAMMES_WRITE)
    row = await _get_for_write(session, principal, programme_id, expected)
    changes = data.model_dump(exclude_unset=True)
    if changes.get("name", row.name) != row.name:
        await _require_free(session, principal, changes["name"])
    await _change(session, row, changes)
    await emit(session, row.org_id, EventType.COACHING_PROGRAMME_CHANGED, {"programme_id": row.id})
    return CoachingProgrammeDTO.model_validate(row)


async def change_coaching_programme(
    session: AsyncSession,
    principal: Principal,
    programme_id: UUID,
    data: ChangeSeries,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingProgrammeDTO:
    """Let a programme and all of its cadences run otherwise from a day on; until then they run as they did.

    `invalid` for a day that is over or after its end, `conflict` for a programme that has ended.
    """
    require(principal, Permission.COACHING_PROGRAMMES_WRITE)
    row = await _get_for_write(session, principal, programme_id, expected)
    await _require_running(session, principal, row, data.from_on, "/from_on")
    if row.ends_on is not None and data.from_on > row.ends_on:
        raise invalid("/from_on", "must not be after the end of the programme")
    changes = data.model_dump(exclude={"from_on"}, exclude_unset=True)
    if "format_key" in changes:
        await resolve_format(session, principal, changes["format_key"])
    # Every other week, and COUNT, are counted from here: it is another series.
    await _change(session, row, {**changes, "starts_on": data.from_on})
    return await _tell(session, principal, row, EventType.COACHING_PROGRAMME_CHANGED)


async def end_coaching_programme(
    session: AsyncSession,
    principal: Principal,
    programme_id: UUID,
    data: EndProgramme,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingProgrammeDTO:
    """Let a programme have a last day; `invalid` for one that is over, `conflict` for a programme that has ended."""
    require(principal, Permission.COACHING_PROGRAMMES_WRITE)
    row = await _get_for_write(session, principal, programme_id, expected)
    await _require_running(session, principal, row, data.ends_on, "/ends_on")
    await _change(session, row, {"ends_on": data.ends_on, "ended_at": utc_now()})
    return await _tell(session, principal, row, EventType.COACHING_PROGRAMME_ENDED)


async def _draw(
    session: AsyncSession, principal: Principal, row: CoachingProgramme, start: StaggeredStart
) -> dict[str, str]:
    """The first day of everybody whom it covers when it starts, as far as that is known."""
    system = principal.as_system()
    staff = await staff_as_known(session, system, None, (row.starts_on, row.starts_on))
    roster = await load_roster(session, system, staff)
    pairs = roster.find_pairs(audience_of(row), row.starts_on, row.starts_on)
    days = first_days(draw_waves(pairs, start.waves, start.seed), row.starts_on, start.every_weeks)
    return {str(rep_id): day.isoformat() for rep_id, day in days.items()}


async def _get_for_write(
    session: AsyncSession, principal: Principal, programme_id: UUID, expected: Precondition
) -> CoachingProgramme:
    row = await repository.get_programme(session, principal.org_id, programme_id, lock=True)
    if row is None:
        raise not_found("coaching_programme")
    expected.check(CoachingProgrammeDTO.model_validate(row))
    return row


async def _change(session: AsyncSession, row: CoachingProgramme, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    row.updated_at = utc_now()
    await session.flush()


async def _require_audience(session: AsyncSession, principal: Principal, data: CreateCoachingProgramme) -> None:
    faults = []
    for name, wanted, find in (("manager_id", data.manager_id, get_person), ("team_id", data.team_id, get_team)):
        if wanted is None:
            continue
        try:
            await find(session, principal.as_system(), wanted)
        except ServiceError:
            what = "a person" if name == "manager_id" else "a team"
            faults.append(FieldError(f"/{name}", f"is not {what} of this organization"))
    if faults:
        raise invalid_fields(faults)


async def _require_free(session: AsyncSession, principal: Principal, name: str) -> None:
    if await repository.programme_by_name(session, principal.org_id, name):
        raise conflict("coaching_programme_name_taken", "A programme of this name exists.", "/name")


async def _require_running(
    session: AsyncSession, principal: Principal, row: CoachingProgramme, day: date, pointer: str
) -> None:
    today = await local_today(session, principal.org_id)
    if row.ends_on is not None and row.ends_on < today:
        raise conflict("coaching_programme_ended", f"This programme ended on {row.ends_on}.")
    if day < today:
        raise invalid(pointer, "must be today or later")


async def _tell(
    session: AsyncSession, principal: Principal, row: CoachingProgramme, event: EventType
) -> CoachingProgrammeDTO:
    await emit(session, principal.org_id, event, {"programme_id": row.id})
    await want_cascade(session, principal.org_id)
    return CoachingProgrammeDTO.model_validate(row)
