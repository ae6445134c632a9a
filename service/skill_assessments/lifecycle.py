"""What becomes of an assessment: its states, the moves between them, and who may make each; pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class AssessmentState(StrEnum):
    """Where an assessment is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ACKNOWLEDGED = "acknowledged"
    CONTESTED = "contested"
    SUPERSEDED = "superseded"
    """A later revision of it was submitted."""


class RaterKind(StrEnum):
    """As what somebody rates a person."""

    SELF = "self"
    MANAGER = "manager"
    PEER = "peer"
    ENABLEMENT = "enablement"
    EXTERNAL = "external"
    """A tool or a file, not a person."""


class Resolution(StrEnum):
    """How a contest ended."""

    UPHELD = "upheld"
    TO_BE_REVISED = "to_be_revised"


class Side(StrEnum):
    """As what a caller acts; one may be several of these at once."""

    ASSESSED = "assessed"
    """Whose skills they are."""
    RATER = "rater"
    """Who rates."""
    REQUESTER = "requester"
    """Who asked for it."""
    MANAGER = "manager"
    """Above the assessed person."""
    LEAD = "lead"
    """Enablement or an administrator."""
    KEY = "key"
    """A key of the organization, or the organization itself."""


class AssessmentMove(StrEnum):
    """What can be done to an assessment."""

    ANSWER = "answer"
    SUBMIT = "submit"
    RESCHEDULE = "reschedule"
    DISCARD = "discard"
    ACKNOWLEDGE = "acknowledge"
    CONTEST = "contest"
    RESOLVE = "resolve"
    REVISE = "revise"


@dataclass(frozen=True, slots=True)
class Rule:
    """From which states a move may start, which sides may make it, of what kinds of rater, and whom it is kept from."""

    froms: frozenset[AssessmentState]
    sides: frozenset[Side]
    kinds: frozenset[RaterKind] = frozenset(RaterKind)
    never: frozenset[Side] = frozenset()


_S, _K = AssessmentState, RaterKind
_DRAFT = frozenset({_S.DRAFT})
_REVIEWED = frozenset({_K.MANAGER, _K.ENABLEMENT, _K.EXTERNAL})
RULES: Mapping[AssessmentMove, Rule] = {
    AssessmentMove.ANSWER: Rule(_DRAFT, frozenset({Side.RATER})),
    AssessmentMove.SUBMIT: Rule(_DRAFT, frozenset({Side.RATER})),
    AssessmentMove.RESCHEDULE: Rule(_DRAFT, frozenset({Side.REQUESTER, Side.MANAGER, Side.LEAD, Side.KEY})),
    AssessmentMove.DISCARD: Rule(_DRAFT, frozenset({Side.RATER, Side.REQUESTER})),
    AssessmentMove.ACKNOWLEDGE: Rule(frozenset({_S.SUBMITTED, _S.CONTESTED}), frozenset({Side.ASSESSED}), _REVIEWED),
    AssessmentMove.CONTEST: Rule(frozenset({_S.SUBMITTED}), frozenset({Side.ASSESSED}), _REVIEWED),
    AssessmentMove.RESOLVE: Rule(
        frozenset({_S.CONTESTED}),
        frozenset({Side.MANAGER, Side.LEAD, Side.KEY}),
        _REVIEWED,
        # Nobody judges whether what they wrote themself stands, nor what is said of themself.
        frozenset({Side.RATER, Side.ASSESSED}),
    ),
    AssessmentMove.REVISE: Rule(
        frozenset({_S.SUBMITTED, _S.ACKNOWLEDGED, _S.CONTESTED}),
        frozenset({Side.RATER}),
        frozenset(RaterKind) - {_K.EXTERNAL},
    ),
}
"""The whole state machine. One's own ratings and a peer's, which nobody reads singly, are not reviewed."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides which moves there are, besides who asks."""

    state: AssessmentState
    kind: RaterKind
    is_resolved: bool = False
    """A contest of it has ended."""
    is_being_revised: bool = False
    """There is a draft of its next revision."""


def may_ever(move: AssessmentMove, sides: Collection[Side]) -> bool:
    """Whether somebody on these sides makes this move in any state."""
    rule = RULES[move]
    return not rule.sides.isdisjoint(sides) and rule.never.isdisjoint(sides)


_WORDS: Mapping[Side, str] = {
    Side.ASSESSED: "the assessed person",
    Side.RATER: "the rater",
    Side.REQUESTER: "who asked for it",
    Side.MANAGER: "a manager above the person",
    Side.LEAD: "enablement",
    Side.KEY: "a key of the organization",
}


def whose_move(move: AssessmentMove) -> str:
    """Who may make a move of an assessment, and who never, in words."""
    rule = RULES[move]
    never = f", but neither {' nor '.join(_said(rule.never))}" if rule.never else ""
    return f"An assessment is for {' or '.join(_said(rule.sides))} to {move.value}{never}"


def _said(sides: Collection[Side]) -> list[str]:
    return [words for side, words in _WORDS.items() if side in sides]


def is_possible(move: AssessmentMove, situation: Situation) -> bool:
    """Whether anybody makes this move now."""
    rule = RULES[move]
    if situation.state not in rule.froms or situation.kind not in rule.kinds:
        return False
    if move is AssessmentMove.RESOLVE:
        return not situation.is_resolved
    return not (move is AssessmentMove.REVISE and situation.is_being_revised)


def allowed_moves(situation: Situation, sides: Collection[Side]) -> tuple[AssessmentMove, ...]:
    """What somebody on these sides may do now, in the order of the state machine."""
    return tuple(move for move in RULES if may_ever(move, sides) and is_possible(move, situation))


OVERDUE_DAYS = (1, 8, 15)
"""Days after the due day on which a draft is told of as overdue; then it is left alone."""


def next_reminder(due_on: date | None, reminder_days: Collection[int], after: date) -> date | None:
    """The next day on which to remind, strictly after a day; None: there is none left, or nothing is due.

    `reminder_days` lie before the due day, those of `OVERDUE_DAYS` behind it.
    """
    if due_on is None:
        return None
    days = {due_on - timedelta(days=one) for one in reminder_days} | {
        due_on + timedelta(days=one) for one in OVERDUE_DAYS
    }
    return min((day for day in days if day > after), default=None)
