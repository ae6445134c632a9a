"""The state machine's own rules: what ends, who never judges themself, and when to remind."""

from datetime import date
from itertools import product

import pytest

from service.skill_assessments.lifecycle import (
    AssessmentMove,
    AssessmentState,
    RaterKind,
    Side,
    Situation,
    allowed_moves,
    next_reminder,
)

SUBMITTED, CONTESTED = AssessmentState.SUBMITTED, AssessmentState.CONTESTED


def test_what_is_superseded_stays_as_it_is() -> None:
    for kind, side in product(RaterKind, Side):
        assert allowed_moves(Situation(AssessmentState.SUPERSEDED, kind), {side}) == ()


def test_answers_are_given_to_drafts_by_the_rater_alone() -> None:
    for state, kind, side in product(AssessmentState, RaterKind, Side):
        may = {AssessmentMove.ANSWER, AssessmentMove.SUBMIT} <= set(allowed_moves(Situation(state, kind), {side}))
        assert may == (state is AssessmentState.DRAFT and side is Side.RATER)


@pytest.mark.parametrize("kind", [RaterKind.SELF, RaterKind.PEER])
def test_own_ratings_and_those_of_peers_are_not_reviewed(kind: RaterKind) -> None:
    reviews = {AssessmentMove.ACKNOWLEDGE, AssessmentMove.CONTEST, AssessmentMove.RESOLVE}
    for state in AssessmentState:
        assert reviews.isdisjoint(allowed_moves(Situation(state, kind), set(Side)))


@pytest.mark.parametrize(
    ("sides", "may"),
    [
        ({Side.MANAGER}, True),
        ({Side.LEAD}, True),
        ({Side.KEY}, True),
        ({Side.MANAGER, Side.RATER}, False),
        ({Side.LEAD, Side.ASSESSED}, False),
        ({Side.REQUESTER}, False),
    ],
)
def test_nobody_resolves_a_contest_of_their_own(sides: set[Side], may: bool) -> None:
    assert (AssessmentMove.RESOLVE in allowed_moves(Situation(CONTESTED, RaterKind.MANAGER), sides)) is may


def test_a_contest_is_resolved_once() -> None:
    assert allowed_moves(Situation(CONTESTED, RaterKind.MANAGER, is_resolved=True), {Side.LEAD}) == ()


def test_one_revision_at_a_time_and_none_by_a_tool() -> None:
    assert allowed_moves(Situation(SUBMITTED, RaterKind.PEER), {Side.RATER}) == (AssessmentMove.REVISE,)
    assert allowed_moves(Situation(SUBMITTED, RaterKind.PEER, is_being_revised=True), {Side.RATER}) == ()
    assert allowed_moves(Situation(SUBMITTED, RaterKind.EXTERNAL), {Side.RATER}) == ()


DUE = date(2030, 3, 20)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (date(2030, 3, 1), date(2030, 3, 13)),
        (date(2030, 3, 13), date(2030, 3, 19)),
        (date(2030, 3, 19), date(2030, 3, 21)),
        (date(2030, 3, 21), date(2030, 3, 28)),
        (date(2030, 3, 28), date(2030, 4, 4)),
        (date(2030, 4, 4), None),
    ],
)
def test_reminders_before_the_due_day_and_behind_it(after: date, expected: date | None) -> None:
    assert next_reminder(DUE, [7, 1, 7], after) == expected
    assert next_reminder(None, [7], after) is None
