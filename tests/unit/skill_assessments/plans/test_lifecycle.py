"""The state machine of plans: who agrees, what takes an agreement back, and what is said to others."""

from datetime import UTC, datetime

import pytest

from service.core.errors import ErrorKind, ServiceError
from service.skill_assessments.plans.lifecycle import (
    ENDED,
    RULES,
    PlanMove,
    PlanSide,
    PlanState,
    Standing,
    agree,
    allowed_moves,
    propose,
    require_move,
    rewrite,
    sides_of,
)

NOW, LATER = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 3, 9, tzinfo=UTC)
REP, MANAGER, LEAD, KEY = (frozenset({side}) for side in PlanSide)
S = PlanState


def test_what_has_ended_stays_so() -> None:
    for state in ENDED:
        assert all(allowed_moves(Standing(state, NOW, NOW), {side}) == () for side in PlanSide)


def test_the_two_agree_in_either_order() -> None:
    for first, second in ((REP, MANAGER), (MANAGER, REP)):
        half = agree(Standing(S.PROPOSED), first, NOW)
        assert half.state is S.PROPOSED
        assert PlanMove.AGREE not in allowed_moves(half, first)
        assert PlanMove.AGREE in allowed_moves(half, second)
        both = agree(half, second, LATER)
        assert both.state is S.AGREED
        assert {both.rep_agreed_at, both.manager_agreed_at} == {NOW, LATER}


def test_who_writes_it_agrees_to_it_and_the_other_no_more() -> None:
    assert propose(REP, NOW) == Standing(S.PROPOSED, NOW, None)
    assert propose(MANAGER | LEAD, NOW) == Standing(S.PROPOSED, None, NOW)
    assert propose(LEAD, NOW) == propose(KEY, NOW) == Standing(S.PROPOSED)
    agreed = Standing(S.AGREED, NOW, NOW)
    assert rewrite(agreed, REP, LATER) == Standing(S.PROPOSED, LATER, None)
    assert rewrite(agreed, KEY, LATER) == Standing(S.PROPOSED)


@pytest.mark.parametrize("state", [S.ACTIVE, S.EXTENDED])
def test_under_way_what_was_agreed_stays(state: PlanState) -> None:
    standing = Standing(state, NOW, NOW)
    assert rewrite(standing, REP, LATER) is standing
    assert not any(PlanMove.CHANGE in allowed_moves(standing, {side}) for side in PlanSide)


def test_sides() -> None:
    assert sides_of(is_rep=True, is_above=True, is_lead=True, is_person=True) == REP
    assert sides_of(is_rep=False, is_above=True, is_lead=True, is_person=True) == MANAGER | LEAD
    assert sides_of(is_rep=False, is_above=False, is_lead=False, is_person=False) == KEY
    assert sides_of(is_rep=False, is_above=False, is_lead=False, is_person=True) == frozenset()


def test_a_refusal_says_what_may_be_done() -> None:
    with pytest.raises(ServiceError) as refused:
        require_move(Standing(S.PROPOSED, NOW, None), REP, PlanMove.AGREE)
    assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "illegal_transition")
    assert refused.value.message == "This plan is proposed: allowed are change, arrange, drop, not agree."
    with pytest.raises(ServiceError) as refused:
        require_move(Standing(S.ACTIVE, NOW, NOW), REP, PlanMove.LIFT)
    assert (refused.value.kind, refused.value.message) == (
        ErrorKind.FORBIDDEN,
        "Only the lead of the plan may lift it.",
    )


def test_every_move_has_a_rule() -> None:
    assert set(RULES) == set(PlanMove)
