"""What a review of topics raises, brings up to date and resolves."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.topics import (
    ALLOWED,
    BY_PEOPLE,
    REST,
    Ended,
    Kept,
    Proposal,
    TopicSource,
    TopicState,
    review,
    visible_from,
)

NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)
TODAY = date(2026, 3, 27)
ANN, BOB = UUID(int=1), UUID(int=2)
SLOW = {"stage": "discovery", "slips": 0}


def proposal(subject: str = "deal:7", rep_id: UUID = ANN, **evidence: Any) -> Proposal:
    return Proposal(
        rep_id,
        subject,
        TopicSource.DEAL,
        "A deal is slow",
        "It is",
        evidence or SLOW,
        Concern.PROCESS,
        Decimal("0.5"),
        Decimal(1),
        TODAY,
    )


def kept(subject: str = "deal:7", rep_id: UUID = ANN, source: TopicSource = TopicSource.DEAL) -> Kept:
    return Kept(UUID(int=9), rep_id, subject, source)


def ended(state: TopicState, days: int, **evidence: Any) -> Ended:
    return Ended(ANN, "deal:7", state, NOW - timedelta(days=days), evidence or SLOW)


def test_what_is_proposed_is_raised_once() -> None:
    assert review([], [], [proposal()], {ANN}, NOW).raised == [proposal()]
    again = review([kept()], [], [proposal()], {ANN}, NOW)
    assert (again.raised, again.updated, again.resolved) == ([], [(kept(), proposal())], [])


def test_the_same_about_two_reps_is_two_topics() -> None:
    both = [proposal(), proposal(rep_id=BOB)]
    changes = review([kept()], [], both, {ANN, BOB}, NOW)
    assert (changes.raised, changes.updated) == ([both[1]], [(kept(), both[0])])


@pytest.mark.parametrize("source", TopicSource)
def test_what_is_proposed_no_more_is_resolved_unless_people_raised_it(source: TopicSource) -> None:
    topic = kept(source=source)
    assert review([topic], [], [], {ANN}, NOW).resolved == ([] if source in BY_PEOPLE else [topic])


@pytest.mark.parametrize("source", TopicSource)
def test_with_who_has_left_nobody_talks(source: TopicSource) -> None:
    topic = kept(source=source)
    changes = review([topic], [], [proposal()], {BOB}, NOW)
    assert (changes.raised, changes.updated, changes.resolved) == ([], [], [topic])


@pytest.mark.parametrize(
    ("last", "comes_up"),
    [
        (ended(TopicState.DISMISSED, 1), False),
        (ended(TopicState.DISMISSED, 400), False),
        (ended(TopicState.DISMISSED, 1, stage="proposal", slips=0), True),
        (ended(TopicState.DISMISSED, 1, stage="discovery", slips=2), True),
        (ended(TopicState.DISCUSSED, 1), False),
        (ended(TopicState.DISCUSSED, 27), False),
        (ended(TopicState.DISCUSSED, 28), True),
        (ended(TopicState.DISCUSSED, 1, stage="proposal", slips=0), True),
    ],
)
def test_what_was_discussed_or_dismissed_comes_up_again_as_another_matter_or_rested(
    last: Ended, *, comes_up: bool
) -> None:
    assert review([], [last], [proposal()], {ANN}, NOW).raised == ([proposal()] if comes_up else [])


def test_a_commitment_that_was_put_off_is_another_matter() -> None:
    last = Ended(ANN, "commitment:7", TopicState.DISMISSED, NOW, {"due_on": "2026-03-01"})
    for due_on, comes_up in (("2026-03-01", False), ("2026-03-20", True)):
        overdue = proposal("commitment:7", due_on=due_on)
        assert bool(review([], [last], [overdue], {ANN}, NOW).raised) is comes_up


@pytest.mark.parametrize(
    ("current", "proposed", "shown"),
    [
        (TODAY, TODAY, TODAY),
        (TODAY - timedelta(days=3), TODAY, TODAY - timedelta(days=3)),
        (TODAY + timedelta(days=2), TODAY, TODAY),
        (TODAY, TODAY + timedelta(days=2), TODAY + timedelta(days=2)),
        (TODAY + timedelta(days=2), TODAY + timedelta(days=1), TODAY + timedelta(days=1)),
    ],
)
def test_from_when_others_see_it(current: date, proposed: date, shown: date) -> None:
    assert visible_from(current, proposed, TODAY) == shown


def test_what_people_may_make_of_it() -> None:
    assert set(ALLOWED) == set(TopicState)
    assert all(state not in allowed for state, allowed in ALLOWED.items())
    assert TopicState.DISCUSSED not in {wanted for allowed in ALLOWED.values() for wanted in allowed}


SUBJECTS = ["deal:1", "deal:2", "opportunity:3", "commitment:4", "asked:5"]
REPS = [ANN, BOB]
proposals = st.lists(
    st.builds(
        lambda rep, subject, stage: proposal(subject, rep, stage=stage, slips=0),
        st.sampled_from(REPS),
        st.sampled_from(SUBJECTS[:4]),
        st.sampled_from(["discovery", "proposal"]),
    ),
    unique_by=lambda one: one.key,
)
topics = st.lists(
    st.builds(
        lambda id_, rep, subject: Kept(
            id_, rep, subject, TopicSource.REP if subject.startswith("asked") else TopicSource.DEAL
        ),
        st.uuids(),
        st.sampled_from(REPS),
        st.sampled_from(SUBJECTS),
    ),
    unique_by=lambda one: (one.rep_id, one.subject),
)
endings = st.lists(
    st.builds(
        lambda rep, subject, state, days, stage: Ended(
            rep, subject, state, NOW - timedelta(days=days), {"stage": stage, "slips": 0}
        ),
        st.sampled_from(REPS),
        st.sampled_from(SUBJECTS),
        st.sampled_from([TopicState.DISCUSSED, TopicState.DISMISSED]),
        st.integers(0, 60),
        st.sampled_from(["discovery", "proposal"]),
    ),
    unique_by=lambda one: (one.rep_id, one.subject),
)


@given(topics, endings, proposals, st.sets(st.sampled_from(REPS)))
def test_a_second_review_changes_nothing(
    kept_: list[Kept], ended_: list[Ended], proposed: list[Proposal], present: set[UUID]
) -> None:
    changes = review(kept_, ended_, proposed, present, NOW)
    gone = {topic.id for topic in changes.resolved}
    raised = [Kept(UUID(int=100 + n), one.rep_id, one.subject, one.source) for n, one in enumerate(changes.raised)]
    now_open = [topic for topic in kept_ if topic.id not in gone] + raised
    keys = [(topic.rep_id, topic.subject) for topic in now_open]
    assert len(keys) == len(set(keys))
    assert {rep for rep, _ in keys} <= present
    again = review(now_open, ended_, proposed, present, NOW)
    assert (again.raised, again.resolved) == ([], [])
    assert {one.id for one, _ in again.updated} == {
        topic.id for topic in now_open if (topic.rep_id, topic.subject) in {one.key for one in proposed}
    }


@given(endings, proposals)
def test_what_was_dismissed_stays_so_however_long_it_lasts(ended_: list[Ended], proposed: list[Proposal]) -> None:
    dismissed = [replace(one, state=TopicState.DISMISSED) for one in ended_]
    marks = {(one.rep_id, one.subject): one.evidence["stage"] for one in dismissed}
    later = review([], dismissed, proposed, set(REPS), NOW + 10 * REST)
    assert all(marks.get(one.key) != one.evidence["stage"] for one in later.raised)
