"""Commitments: taken on in or between sessions, changed while they are open, settled by people or by the data."""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.commitments import (
    CommitmentDTO,
    CommitmentFilter,
    CreateCommitment,
    SettleCommitment,
    SettlementVerdict,
    UpdateCommitment,
)
from service.coaching_sessions.lifecycle import SessionState
from service.coaching_sessions.models import CoachingCommitment
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import agenda as repository
from service.coaching_sessions.repository.sessions import get_session
from service.coaching_sessions.settling import CommitmentState
from service.coaching_sessions.use_cases.access import coached_or_visible, planned_for, visible_to
from service.coaching_sessions.use_cases.linking import check_links, no_person, require_rep
from service.coaching_sessions.use_cases.settlement import settle_due, settled_event
from service.coaching_sessions.use_cases.topic_hints import hint_topics
from service.coaching_sessions.use_cases.whose_coaching import coaches_of
from service.core.clock import utc_now
from service.core.errors import conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.scope import local_today
from service.webhooks.outbox import EventType, emit

__all__ = [
    "create_commitment",
    "get_commitment",
    "list_commitments",
    "open_commitments_of",
    "settle_commitment",
    "settle_due",
    "update_commitment",
]

LONGEST = timedelta(days=366)
NOT_HELD = frozenset({SessionState.CANCELLED, SessionState.MISSED})


async def list_commitments(
    session: AsyncSession, principal: Principal, filters: CommitmentFilter, page: PageRequest
) -> Page[CommitmentDTO]:
    """A page of those in the coaching of whom the caller sees, or taken on by them."""
    require(principal, Permission.COMMITMENTS_READ)
    people = await coached_or_visible(session, principal)
    found = await repository.list_commitments(session, principal.org_id, people, filters, page)
    return found.with_items([CommitmentDTO.model_validate(row) for row in found.items])


async def open_commitments_of(
    session: AsyncSession, principal: Principal, rep_ids: Collection[UUID]
) -> dict[UUID, list[CommitmentDTO]]:
    """What is open in the coaching of those reps whom the caller sees, the earliest due first; the batch of loaders."""
    require(principal, Permission.COMMITMENTS_READ)
    people = await coached_or_visible(session, principal)
    wanted = set(rep_ids) if people is None else set(rep_ids) & people
    found: dict[UUID, list[CommitmentDTO]] = {}
    for row in await repository.list_open_commitments(session, principal.org_id, wanted):
        found.setdefault(row.rep_id, []).append(CommitmentDTO.model_validate(row))
    return found


async def get_commitment(session: AsyncSession, principal: Principal, commitment_id: UUID) -> CommitmentDTO:
    """One; `not_found` where the caller sees neither the rep nor the owner."""
    require(principal, Permission.COMMITMENTS_READ)
    return CommitmentDTO.model_validate(await _find(session, principal, commitment_id))


async def create_commitment(session: AsyncSession, principal: Principal, data: CreateCommitment) -> CommitmentDTO:
    """Take something on: the rep's own, or that of somebody above them, who coaches them, or a coach of the session.

    `invalid`, naming the field, for people and sessions outside the caller's scope, a session that is another rep's or
    did not take place, a day that is over or more than a year away, and for links that there are not.
    """
    require(principal, Permission.COMMITMENTS_WRITE)
    await require_rep(session, principal, data.rep_id)
    today = await local_today(session, principal.org_id)
    _require_day(data.due_on, today)
    coaches = await _coaches_in(session, principal, data)
    owner_id = data.owner_id or data.rep_id
    if owner_id not in (data.rep_id, *coaches) and not await _is_responsible(session, principal, owner_id, data.rep_id):
        raise invalid("/owner_id", "is neither the rep nor somebody above them")
    concerns = await check_links(session, principal, owner_id, data)
    now = utc_now()
    row = CoachingCommitment(
        org_id=principal.org_id,
        id=new_id(),
        rep_id=data.rep_id,
        session_id=data.session_id,
        owner_id=owner_id,
        description=data.description,
        due_on=data.due_on,
        concerns=concerns.value,
        kpi=data.kpi,
        deal_id=data.deal_id,
        criterion=data.criterion,
        skill=data.skill,
        goal_period=None if data.goal is None else data.goal.period.value,
        goal_value=None if data.goal is None else data.goal.value,
        status=CommitmentState.OPEN.value,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    told = {"commitment_id": row.id, "rep_id": row.rep_id, "owner_id": row.owner_id, "due_on": row.due_on}
    await emit(session, principal.org_id, EventType.COMMITMENT_CREATED, told)
    await hint_topics(session, principal.org_id, [row.rep_id])
    return CommitmentDTO.model_validate(row)


async def update_commitment(
    session: AsyncSession,
    principal: Principal,
    commitment_id: UUID,
    data: UpdateCommitment,
    expected: Precondition = UNCONDITIONAL,
) -> CommitmentDTO:
    """Word it better or put it off; `conflict` once it is settled."""
    row = await _get_for_write(session, principal, commitment_id, expected)
    changes = {
        name: value for name, value in data.model_dump(exclude_unset=True).items() if getattr(row, name) != value
    }
    if "due_on" in changes:
        _require_day(changes["due_on"], await local_today(session, principal.org_id))
        changes["settlement"] = None
    if not changes:
        return CommitmentDTO.model_validate(row)
    for name, value in changes.items():
        setattr(row, name, value)
    return await _written(session, row)


async def settle_commitment(
    session: AsyncSession,
    principal: Principal,
    commitment_id: UUID,
    data: SettleCommitment,
    expected: Precondition = UNCONDITIONAL,
) -> CommitmentDTO:
    """Say what came of it; `conflict` once it is settled, and for one with a goal unless it is dropped."""
    row = await _get_for_write(session, principal, commitment_id, expected)
    if row.goal_value is not None and data.verdict is not SettlementVerdict.DROPPED:
        raise conflict("settled_by_data", "It has a goal, so the data settle it; people can only drop it.")
    row.status, row.settled_at, row.settled_by = data.verdict.value, utc_now(), principal.person_id
    row.settlement = data.reason
    written = await _written(session, row)
    await emit(session, principal.org_id, *settled_event(row, by_data=False))
    return written


def _require_day(due_on: date, today: date) -> None:
    if not today <= due_on <= today + LONGEST:
        raise invalid("/due_on", f"must be today ({today}) or later, and within a year")


async def _coaches_in(session: AsyncSession, principal: Principal, data: CreateCommitment) -> tuple[UUID, ...]:
    """Who coaches in the session in which it was agreed; nobody: it was agreed between two sessions."""
    if data.session_id is None:
        return ()
    people = await visible_to(session, principal)
    found = await get_session(session, principal.org_id, people, data.session_id)
    if found is None or data.rep_id not in planned_for(found).reps:
        raise invalid("/session_id", "is no session of this rep that you may see")
    if found.status in NOT_HELD:
        raise invalid("/session_id", f"is a session that was {found.status}")
    return planned_for(found).coaches


async def _is_responsible(session: AsyncSession, principal: Principal, owner_id: UUID, rep_id: UUID) -> bool:
    """Whether the rep is in somebody's tree today or is coached by them; `invalid` at `/owner_id` for nobody."""
    system = principal.as_system()
    if not await get_people(session, system, [owner_id]):
        raise no_person("/owner_id")
    today = await local_today(session, principal.org_id)
    if (await coaches_of(session, principal.org_id, [rep_id], today)).get(rep_id) == owner_id:
        return True
    return rep_id in {person.id for person in await everyone_below(session, system, owner_id, today)}


async def _find(
    session: AsyncSession, principal: Principal, commitment_id: UUID, *, lock: bool = False
) -> CoachingCommitment:
    people = await coached_or_visible(session, principal)
    row = await repository.get_commitment(session, principal.org_id, people, commitment_id, lock=lock)
    if row is None:
        raise not_found("commitment")
    return row


async def _get_for_write(
    session: AsyncSession, principal: Principal, commitment_id: UUID, expected: Precondition
) -> CoachingCommitment:
    require(principal, Permission.COMMITMENTS_WRITE)
    row = await _find(session, principal, commitment_id, lock=True)
    expected.check(CommitmentDTO.model_validate(row))
    if row.status != CommitmentState.OPEN:
        raise conflict("already_settled", f"This commitment is {row.status}.")
    return row


async def _written(session: AsyncSession, row: CoachingCommitment) -> CommitmentDTO:
    row.updated_at = utc_now()
    await session.flush()
    await hint_topics(session, row.org_id, [row.rep_id])
    return CommitmentDTO.model_validate(row)
