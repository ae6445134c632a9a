"""Who sees a session, as which side a caller acts, and how a session is shown to them.

Whoever may see one of the two sees that there is a session; what the two wrote is theirs and of those they granted it.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.sessions import CoachingSessionDTO, SessionAttestationDTO
from service.coaching_sessions.lifecycle import RULES, Move, Participants, SessionState, Side, allowed_moves
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.repository import sessions as repository
from service.core.errors import ErrorKind, ServiceError, conflict, not_found
from service.core.principal import Principal
from service.organizations.use_cases.scope import local_today, visible_people


async def visible_to(session: AsyncSession, principal: Principal) -> frozenset[UUID] | None:
    """Those of whom the caller sees sessions today; None: everybody."""
    return await visible_people(session, principal, await local_today(session, principal.org_id))


def participants(row: CoachingSession) -> Participants:
    """Between whom it is."""
    return Participants(row.manager_id, row.rep_id)


def side_of(principal: Principal, row: CoachingSession) -> Side:
    """As which side the caller acts."""
    return Side.SYSTEM if principal.is_system else participants(row).side_of(principal.person_id)


async def find_session(
    session: AsyncSession, principal: Principal, session_id: UUID, *, lock: bool = False
) -> CoachingSession:
    """One session; `not_found` where the caller sees neither of the two."""
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
    if side not in rule.sides:
        whose = " or the ".join(sorted(one.value for one in rule.sides if one is not Side.SYSTEM)) or "clock"
        raise ServiceError(
            ErrorKind.FORBIDDEN, "not_your_move", f"Only the {whose} of the session may {move.value} it."
        )
    if state not in rule.froms:
        allowed = ", ".join(allowed_moves(state, side)) or "nothing"
        raise conflict("illegal_transition", f"This session is {state.value}: allowed are {allowed}, not {move.value}.")
    return side


async def present(
    session: AsyncSession, principal: Principal, rows: Sequence[CoachingSession]
) -> list[CoachingSessionDTO]:
    """Rows as the caller may see them, in a constant number of statements."""
    ids = [row.id for row in rows]
    by_session: dict[UUID, list[SessionAttestationDTO]] = {}
    between = {row.id: participants(row) for row in rows}
    for one in await repository.list_attestations(session, principal.org_id, ids):
        side = between[one.session_id].side_of(one.person_id)
        shown = SessionAttestationDTO.model_validate({**one.model_dump(), "side": side})
        by_session.setdefault(one.session_id, []).append(shown)
    granted = {
        grant.session_id
        for grant in await repository.list_grants(session, principal.org_id, ids)
        if grant.person_id == principal.person_id
    }
    return [_present(principal, row, by_session.get(row.id, []), is_granted=row.id in granted) for row in rows]


def _present(
    principal: Principal, row: CoachingSession, attestations: list[SessionAttestationDTO], *, is_granted: bool
) -> CoachingSessionDTO:
    side = side_of(principal, row)
    reads_notes = is_granted or side in {Side.MANAGER, Side.REP}
    fields = row.model_dump()
    if not reads_notes:
        fields |= {"shared_notes": None, "answers": None}
        attestations = [one.model_copy(update={"comment": None}) for one in attestations]
    return CoachingSessionDTO.model_validate(
        {**fields, "allowed_moves": allowed_moves(SessionState(row.status), side), "attestations": attestations}
    )
