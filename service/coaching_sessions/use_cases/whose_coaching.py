"""Who coaches a rep on a day: whom they report to, unless that was handed over."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.repository import standing_in
from service.coaching_sessions.roster import HandOver, Member, Roster
from service.core.principal import Principal, Role
from service.organizations.hierarchy import Line
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reporting_lines import manager_periods_of
from service.organizations.use_cases.scope import visible_people


async def coaches_of(session: AsyncSession, org_id: UUID, rep_ids: Collection[UUID], day: date) -> dict[UUID, UUID]:
    """By rep; without those whom nobody coaches then."""
    system = Principal.system(org_id)
    periods = await manager_periods_of(session, system, list(rep_ids))
    lines = [Line(id_, one.manager_id, one.start_on, one.end_on) for id_, several in periods.items() for one in several]
    hand_overs = [
        HandOver(one.from_manager_id, one.to_manager_id, frozenset(one.rep_ids), one.hands_over_on)
        for one in await standing_in.hand_overs_of(session, org_id, rep_ids)
    ]
    ids = {*rep_ids, *(one.manager_id for one in lines), *(one.to_manager_id for one in hand_overs)}
    members = {id_: Member(id_) for id_ in await get_people(session, system, ids)}
    roster = Roster(members, lines, hand_overs)
    found = {rep_id: roster.coach_of(rep_id, day) for rep_id in rep_ids}
    return {rep_id: coach_id for rep_id, coach_id in found.items() if coach_id is not None}


async def handed_over_to(session: AsyncSession, org_id: UUID, person_id: UUID, day: date) -> set[UUID]:
    """The reps whose coaching somebody has on a day because it was handed over to them."""
    hand_overs = await standing_in.hand_overs_of(session, org_id, [], person_id)
    reps = {rep_id for one in hand_overs for rep_id in one.rep_ids}
    coaches = await coaches_of(session, org_id, reps, day) if reps else {}
    return {rep_id for rep_id, coach_id in coaches.items() if coach_id == person_id}


async def arranged_by(
    session: AsyncSession, principal: Principal, coaches: dict[UUID, UUID], day: date
) -> frozenset[UUID] | None:
    """Whose sessions the caller arranges on a day: whom they see then, and whom they coach; None: everybody's.

    `coaches` are those of whom it may be about.
    """
    visible = await visible_people(session, principal, day)
    if visible is None or principal.role is Role.REP:
        return visible
    return visible | {rep_id for rep_id, coach_id in coaches.items() if coach_id == principal.person_id}
