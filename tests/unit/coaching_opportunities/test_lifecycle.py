"""What a review makes of what is open, and what people may make of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from service.coaching_opportunities.findings import Finding, Judgements, OpportunityKind, Subject
from service.coaching_opportunities.lifecycle import ALLOWED, ClosedBecause, Closing, Kept, OpportunityState, review
from service.kpi_snapshots.leads.grading import LeadGrade

ANN = UUID(int=1)
TODAY = date(2026, 3, 4)
SUBJECT = Subject(ANN, "pace:calls:month")
FINDING = Finding(OpportunityKind.BEHIND_TARGET, Decimal("0.5"), "behind", {}, kpi="calls")


def kept(state: OpportunityState = OpportunityState.OPEN, sees: date = TODAY, until: date | None = None) -> Kept:
    return Kept(UUID(int=7), SUBJECT, state, sees, until)


def judged(finding: Finding | None) -> Judgements:
    return Judgements({SUBJECT: finding})


def test_a_new_finding_is_raised_once() -> None:
    changes = review([], judged(FINDING), TODAY)
    assert changes.raised == [(SUBJECT, FINDING)]
    again = review([kept()], judged(FINDING), TODAY)
    assert (again.raised, again.updated) == ([], [(kept(), FINDING)])


@pytest.mark.parametrize("state", [OpportunityState.ACCEPTED, OpportunityState.DISMISSED, OpportunityState.SNOOZED])
def test_what_was_decided_is_not_raised_again_while_the_gap_lasts(state: OpportunityState) -> None:
    one = kept(state, until=date(2026, 4, 1))
    changes = review([one], judged(FINDING), TODAY)
    assert (changes.raised, changes.closed, changes.woken) == ([], [], [])


@pytest.mark.parametrize(
    ("state", "sees", "alone"),
    [
        (OpportunityState.OPEN, date(2026, 3, 5), True),
        (OpportunityState.OPEN, TODAY, False),
        (OpportunityState.OPEN, date(2026, 3, 1), False),
        (OpportunityState.SNOOZED, date(2026, 3, 5), True),
        (OpportunityState.ACCEPTED, date(2026, 3, 5), False),
        (OpportunityState.DISMISSED, date(2026, 3, 5), False),
    ],
)
def test_a_gap_that_closes_is_self_corrected_until_the_manager_sees_it(
    state: OpportunityState, sees: date, alone: bool
) -> None:
    one = kept(state, sees, date(2026, 4, 1))
    assert review([one], judged(None), TODAY).closed == [Closing(one, ClosedBecause.GAP_CLOSED, alone)]


def test_what_cannot_be_told_neither_raises_nor_closes() -> None:
    untold = Judgements(untold={SUBJECT})
    changes = review([kept()], untold, TODAY)
    assert (changes.raised, changes.updated, changes.closed) == ([], [], [])
    assert review([], untold, TODAY).raised == []


def test_what_nobody_asks_for_any_more_is_closed_and_nobodys_merit() -> None:
    one = kept(sees=date(2026, 3, 9))
    assert review([one], Judgements(), TODAY).closed == [Closing(one, ClosedBecause.NO_LONGER_JUDGED)]


@pytest.mark.parametrize(
    ("grade", "because"),
    [(LeadGrade.GAMED, ClosedBecause.KPI_GAMED), (LeadGrade.EXPIRED, ClosedBecause.KPI_EXPIRED)],
)
@pytest.mark.parametrize("told", [True, False])
def test_what_is_about_a_kpi_that_is_gamed_or_expired_is_withdrawn(
    grade: LeadGrade, because: ClosedBecause, told: bool
) -> None:
    subjects = [Subject(SUBJECT.person_id, name) for name in ("pace:calls:month", "benchmark:calls")]
    deal = Subject(SUBJECT.person_id, "deal:7")
    found = Judgements({subjects[0]: FINDING if told else None, deal: FINDING}, {subjects[1]})
    found.withdraw(lambda _, kpi: grade if kpi == "calls" else LeadGrade.UNPROVEN)
    rows = [replace(kept(sees=date(2026, 3, 9)), subject=subject) for subject in subjects]
    changes = review(rows, found, TODAY)
    assert changes.closed == [Closing(row, because) for row in rows]
    assert [subject for subject, _ in changes.raised] == [deal]


@pytest.mark.parametrize("grade", [LeadGrade.UNPROVEN, LeadGrade.PREDICTIVE, None])
def test_what_is_unproven_is_raised_all_the_same(grade: LeadGrade | None) -> None:
    found = Judgements({Subject(SUBJECT.person_id, "pace:calls:month"): FINDING})
    found.withdraw(lambda _person, _kpi: grade)
    assert len(review([], found, TODAY).raised) == 1


@pytest.mark.parametrize(("until", "woken"), [(date(2026, 3, 5), False), (TODAY, True), (date(2026, 3, 1), True)])
def test_a_snoozed_one_wakes_on_its_day(until: date, woken: bool) -> None:
    one = kept(OpportunityState.SNOOZED, until=until)
    assert review([one], judged(FINDING), TODAY).woken == ([one] if woken else [])


def test_what_is_closed_stays_closed_and_nothing_becomes_itself() -> None:
    assert ALLOWED[OpportunityState.CLOSED] == ()
    assert set(ALLOWED) == set(OpportunityState)
    assert all(state not in allowed and OpportunityState.CLOSED not in allowed for state, allowed in ALLOWED.items())
