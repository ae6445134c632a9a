"""Cadences: the series of one manager and one rep, which can change from a day on."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.programmes import CadenceFilter, ChangeSeries, CoachingCadenceDTO
from service.coaching_sessions.models import CoachingCadence
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import programmes as repository
from service.coaching_sessions.repository.cascading import lock_cascade
from service.coaching_sessions.repository.clock import want_cascade
from service.coaching_sessions.roster import DAY, CadenceEnd
from service.coaching_sessions.use_cases.access import visible_to
from service.coaching_sessions.use_cases.formats import resolve_format
from service.core.clock import utc_now
from service.core.errors import conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.use_cases.scope import local_today
from service.webhooks.outbox import EventType, emit


async def list_coaching_cadences(
    session: AsyncSession, principal: Principal, filters: CadenceFilter, page: PageRequest
) -> Page[CoachingCadenceDTO]:
    """Those of which the caller may see one of the two, a page of them."""
    require(principal, Permission.COACHING_PROGRAMMES_READ)
    people = await visible_to(session, principal)
    found = await repository.list_cadences(session, principal.org_id, people, filters, page)
    return found.with_items([CoachingCadenceDTO.model_validate(row) for row in found.items])


async def get_coaching_cadence(session: AsyncSession, principal: Principal, cadence_id: UUID) -> CoachingCadenceDTO:
    """One cadence; `not_found` where the caller sees neither of the two."""
    require(principal, Permission.COACHING_PROGRAMMES_READ)
    row = await repository.get_cadence(session, principal.org_id, await visible_to(session, principal), cadence_id)
    if row is None:
        raise not_found("coaching_cadence")
    return CoachingCadenceDTO.model_validate(row)


async def change_coaching_cadence(
    session: AsyncSession,
    principal: Principal,
    cadence_id: UUID,
    data: ChangeSeries,
    expected: Precondition = UNCONDITIONAL,
) -> CoachingCadenceDTO:
    """Let a series run otherwise from a day on: it ends the day before, and another of the same `series_id` begins.

    The worker replaces the sessions from that day on that nobody moved by hand. `invalid` for a day that is over or
    not one of the cadence's, `conflict` for a cadence that has ended.
    """
    require(principal, Permission.COACHING_PROGRAMMES_WRITE)
    await lock_cascade(session, principal.org_id)
    people = await visible_to(session, principal)
    row = await repository.get_cadence(session, principal.org_id, people, cadence_id, lock=True)
    if row is None:
        raise not_found("coaching_cadence")
    expected.check(CoachingCadenceDTO.model_validate(row))
    today, now = await local_today(session, principal.org_id), utc_now()
    if row.end_reason == CadenceEnd.CHANGED or (row.ends_on is not None and row.ends_on < today):
        raise conflict("coaching_cadence_ended", f"This cadence ends on {row.ends_on}: change the one that follows.")
    if data.from_on < today:
        raise invalid("/from_on", "must be today or later")
    if data.from_on < row.from_on or (row.ends_on is not None and data.from_on > row.ends_on):
        raise invalid("/from_on", "must be one of the days of the cadence")
    changes = data.model_dump(exclude={"from_on", "format_key"}, exclude_unset=True)
    if data.format_key is not None:
        changes["format_id"] = (await resolve_format(session, principal, data.format_key)).id
    fields = {**row.model_dump(), **changes, "id": new_id(), "created_at": now, "updated_at": now}
    # Every other week, and COUNT, are counted from here: it is another series.
    following = CoachingCadence(**{**fields, "starts_on": data.from_on, "from_on": data.from_on})
    row.ends_on, row.end_reason, row.updated_at = data.from_on - DAY, CadenceEnd.CHANGED.value, now
    await session.flush()
    session.add(following)
    await session.flush()
    await emit(session, principal.org_id, EventType.COACHING_PROGRAMME_CHANGED, {"programme_id": row.programme_id})
    await want_cascade(session, principal.org_id)
    return CoachingCadenceDTO.model_validate(following)
