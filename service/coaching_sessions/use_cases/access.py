"""Who sees a session, as which side a caller acts, and how a session is shown to them.

Whoever may see one who takes part sees that there is a session; what they wrote is theirs and of those they granted it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import CoachingSessionDTO, SessionAttestationDTO, invitation_to
from service.coaching_sessions.lifecycle import RULES, Move, Participants, SessionState, Side, allowed_moves
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import notes
from service.coaching_sessions.repository import sessions as repository
from service.coaching_sessions.use_cases.whose_coaching import handed_over_to
from service.core import audit
from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.etags import Precondition
from service.core.moves import illegal_move, require_side
from service.core.principal import Principal, require
from service.organizations.use_cases.scope import local_today, visible_people

READ_NOTES = "readSharedNotes"
"""How the audit log names that somebody read what they were granted."""


async def visible_to(session: AsyncSession, principal: Principal) -> frozenset[UUID] | None:
    """Those of whom the caller sees sessions today; None: everybody."""
    return await visible_people(session, principal, await local_today(session, principal.org_id))


async def coached_or_visible(session: AsyncSession, principal: Principal) -> frozenset[UUID] | None:
    """Whom the caller sees today or coaches, from another tree too: what is open with them belongs to it."""
    today = await local_today(session, principal.org_id)
    people = await visible_people(session, principal, today)
    if people is None or principal.person_id is None:
        return people
    people |= await handed_over_to(session, principal.org_id, principal.person_id, today)
    return people | await repository.reps_coached_by(session, principal.org_id, principal.person_id, utc_now())


def participants(row: CoachingSession) -> Participants:
    """Who takes part now, and on which side: the one definition for rows, as `repository.attending` is for queries.

    A substitute does so for as long as the substitution lasts.
    """
    return participants_at(row, utc_now())


def participants_at(row: CoachingSession, at: datetime) -> Participants:
    """The same at an instant."""
    planned = planned_for(row)
    begins_at, ends_at = row.substituted_from, row.substituted_until
    lasts = begins_at is not None and ends_at is not None and begins_at <= at < ends_at
    return planned if lasts else replace(planned, substitute_id=None)


def planned_for(row: CoachingSession) -> Participants:
    """Everybody for whom it is planned, a substitute too whose time has not come or is over."""
    return Participants(row.manager_id, row.rep_id, tuple(row.coach_ids), tuple(row.rep_ids), row.substitute_id)


def side_of(principal: Principal, row: CoachingSession) -> Side:
    """As which side the caller acts."""
    return Side.SYSTEM if principal.is_system else participants(row).side_of(principal.person_id)


async def find_readable(session: AsyncSession, principal: Principal, session_id: UUID) -> CoachingSession:
    """One session that the caller sees, or whose notes they were granted; `not_found` otherwise."""
    people = await visible_to(session, principal)
    row = await repository.get_session(session, principal.org_id, people, session_id, reader=principal.person_id)
    if row is None:
        raise not_found("coaching_session")
    return row


async def find_session(
    session: AsyncSession, principal: Principal, session_id: UUID, *, lock: bool = False
) -> CoachingSession:
    """One session; `not_found` where the caller sees nobody who takes part."""
    people = await visible_to(session, principal)
    row = await repository.get_session(session, principal.org_id, people, session_id, lock=lock)
    if row is None:
        raise not_found("coaching_session")
    return row


def require_move(principal: Principal, row: CoachingSession, move: Move) -> Side:
    """The side as which the caller makes a move.

    `forbidden` where this side may never make it, `conflict`, with what may be done instead, where not in this state.
    """
    side, rule, state = side_of(principal, row), RULES[move], SessionState(row.status)
    require_side("session", move, rule, {side})
    if state not in rule.froms:
        raise illegal_move("session", state, allowed_moves(state, side), move)
    return side


async def get_for_move(
    session: AsyncSession, principal: Principal, session_id: UUID, expected: Precondition, move: Move
) -> tuple[CoachingSession, Side]:
    """A session under its lock, and the side as which the caller may make this move of it now.

    `precondition_failed` where it is not what the caller read, else as `require_move`.
    """
    require(principal, Permission.COACHING_SESSIONS_WRITE)
    row = await find_session(session, principal, session_id, lock=True)
    if expected.tags is not None:
        expected.check((await present(session, principal, [row], audited=False))[0])
    return row, require_move(principal, row, move)


async def present(
    session: AsyncSession, principal: Principal, rows: Sequence[CoachingSession], *, audited: bool = True
) -> list[CoachingSessionDTO]:
    """Rows as the caller may see them, in a constant number of statements.

    That somebody reads what was written because they were granted it, or as a substitute, is in the audit log.
    """
    ids = [row.id for row in rows]
    by_session: dict[UUID, list[SessionAttestationDTO]] = {}
    between = {row.id: planned_for(row) for row in rows}
    for one in await repository.list_attestations(session, principal.org_id, ids):
        side = between[one.session_id].side_of(one.person_id)
        shown = SessionAttestationDTO.model_validate({**one.model_dump(), "side": side})
        by_session.setdefault(one.session_id, []).append(shown)
    granted = {
        grant.session_id
        for grant in await notes.list_grants(session, principal.org_id, ids)
        if grant.person_id == principal.person_id
    }
    if audited:
        for id_ in sorted(granted | {row.id for row in rows if substitutes(principal, row)}):
            audit.record_read(session, principal, READ_NOTES, id_)
    people = await visible_to(session, principal) if granted else None
    return [
        _present(
            principal,
            row,
            by_session.get(row.id, []),
            is_granted=row.id in granted,
            is_seen=people is None or not people.isdisjoint(planned_for(row).everybody),
        )
        for row in rows
    ]


def substitutes(principal: Principal, row: CoachingSession) -> bool:
    """Whether the caller acts as the substitute of somebody now."""
    is_substitute = principal.person_id is not None and row.substitute_id == principal.person_id
    return is_substitute and participants(row).substitute_id is not None


def _present(
    principal: Principal,
    row: CoachingSession,
    attestations: list[SessionAttestationDTO],
    *,
    is_granted: bool,
    is_seen: bool,
) -> CoachingSessionDTO:
    side = side_of(principal, row)
    fields = row.model_dump()
    if not is_granted and side not in {Side.MANAGER, Side.REP}:
        fields |= {"shared_notes": None, "answers": None}
        attestations = [one.model_copy(update={"comment": None}) for one in attestations]
    moves = allowed_moves(SessionState(row.status), side) if is_seen else ()
    shown = {"allowed_moves": moves, "attestations": attestations, "invitation": invitation_to(row.id)}
    return CoachingSessionDTO.model_validate({**fields, **shown})
