"""What becomes of a development plan: its states, the moves between them, and which sides may make each; pure.

Rep and manager agree on what is to be worked on, so that whatever changes it before the start takes the other's
agreement back. Once it has started, what was agreed stays, and only the work on it goes on.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.core.moves import Rule, illegal_move, moves_from, require_side

MOST_FOCUSES = 2
"""How many skills a person works on at a time."""


class PlanState(StrEnum):
    """Where a plan is."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    ACTIVE = "active"
    EXTENDED = "extended"
    CLOSED = "closed"
    DROPPED = "dropped"


UNDER_WAY = frozenset({PlanState.ACTIVE, PlanState.EXTENDED})
ENDED = frozenset({PlanState.CLOSED, PlanState.DROPPED})


class PlanSide(StrEnum):
    """Who acts, as seen from a plan."""

    REP = "rep"
    """Whose plan it is, whatever their role."""
    MANAGER = "manager"
    """Anybody above them in the reporting line."""
    LEAD = "lead"
    """An enablement lead or an administrator."""
    KEY = "key"
    """A key of the organization, or the organization itself."""


class PlanMove(StrEnum):
    """What can be done to a plan."""

    AGREE = "agree"
    CHANGE = "change"
    ARRANGE = "arrange"
    START = "start"
    WORK = "work"
    EXTEND = "extend"
    CLOSE = "close"
    DROP = "drop"
    LIFT = "lift"


_S, _THE_TWO, _ALL = PlanState, frozenset({PlanSide.REP, PlanSide.MANAGER}), frozenset(PlanSide)
_BEFORE = frozenset({_S.PROPOSED, _S.AGREED})
_LEADS = frozenset({PlanSide.MANAGER, PlanSide.LEAD})
RULES: Mapping[PlanMove, Rule[PlanState, PlanSide]] = {
    PlanMove.AGREE: Rule(frozenset({_S.PROPOSED}), None, _THE_TWO),
    PlanMove.CHANGE: Rule(_BEFORE, _S.PROPOSED, _ALL),
    PlanMove.ARRANGE: Rule(_BEFORE | UNDER_WAY, None, _ALL),
    PlanMove.START: Rule(frozenset({_S.AGREED}), _S.ACTIVE, _THE_TWO),
    PlanMove.WORK: Rule(UNDER_WAY, None, _ALL),
    PlanMove.EXTEND: Rule(UNDER_WAY, _S.EXTENDED, _LEADS),
    PlanMove.CLOSE: Rule(UNDER_WAY, _S.CLOSED, _LEADS),
    PlanMove.DROP: Rule(_BEFORE | UNDER_WAY, _S.DROPPED, _ALL),
    PlanMove.LIFT: Rule(_BEFORE, None, frozenset({PlanSide.LEAD})),
}
"""The whole state machine, but for who has agreed already.

Changing is of focuses, reason and target day; arranging of steps and review days; working is to finish a step and to
hold a review.
"""


def sides_of(*, is_rep: bool, is_above: bool, is_lead: bool, is_person: bool) -> frozenset[PlanSide]:
    """As which sides somebody acts; whose plan it is acts as nothing else: nobody lifts their own limit."""
    if is_rep:
        return frozenset({PlanSide.REP})
    if not is_person:
        return frozenset({PlanSide.KEY})
    sides = {PlanSide.MANAGER} if is_above else set()
    return frozenset(sides | ({PlanSide.LEAD} if is_lead else set()))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a plan is, and since when each side agrees to it."""

    state: PlanState
    rep_agreed_at: datetime | None = None
    manager_agreed_at: datetime | None = None

    def lacks(self, sides: Collection[PlanSide]) -> bool:
        """Whether the agreement of one of these sides is missing."""
        return (PlanSide.REP in sides and self.rep_agreed_at is None) or (
            PlanSide.MANAGER in sides and self.manager_agreed_at is None
        )


def allowed_moves(standing: Standing, sides: Collection[PlanSide]) -> tuple[PlanMove, ...]:
    """What somebody may do now."""
    moves = moves_from(RULES, standing.state, sides)
    return tuple(move for move in moves if move is not PlanMove.AGREE or standing.lacks(sides))


def require_move(standing: Standing, sides: Collection[PlanSide], move: PlanMove) -> None:
    """`forbidden` for who may never make a move, `conflict` with what may be done where it cannot be made now."""
    require_side("plan", move, RULES[move], sides)
    allowed = allowed_moves(standing, sides)
    if move not in allowed:
        raise illegal_move("plan", standing.state, allowed, move)


def propose(sides: Collection[PlanSide], now: datetime) -> Standing:
    """A plan as somebody writes it: who is one of the two agrees to their own words, and nobody else does."""
    return Standing(
        PlanState.PROPOSED,
        now if PlanSide.REP in sides else None,
        now if PlanSide.MANAGER in sides else None,
    )


def agree(standing: Standing, sides: Collection[PlanSide], now: datetime) -> Standing:
    """One of the two agrees; what the other said stays, and once both do it is agreed."""
    rep_at = standing.rep_agreed_at or (now if PlanSide.REP in sides else None)
    manager_at = standing.manager_agreed_at or (now if PlanSide.MANAGER in sides else None)
    state = PlanState.PROPOSED if rep_at is None or manager_at is None else PlanState.AGREED
    return replace(standing, state=state, rep_agreed_at=rep_at, manager_agreed_at=manager_at)


def rewrite(standing: Standing, sides: Collection[PlanSide], now: datetime) -> Standing:
    """Somebody changes what is in a plan: before it starts it is a new proposal, under way it stays as it is."""
    return standing if standing.state in UNDER_WAY else propose(sides, now)
