"""Accounts of generated years equal the truth, to the session: per manager, per month, and whole, at any time."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from service.coaching_sessions.cadence_adherence import AdherenceNumbers, tally
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.ledger import (
    LedgerGap,
    LedgerPromise,
    LedgerSession,
    Moment,
    Record,
    RecordedMove,
    Statement,
    Yield,
    as_it_was,
)
from service.coaching_sessions.lifecycle import Side
from tests.factories.coaching_truth import ASKED, count, flat
from tests.factories.coaching_year import YEAR, ZONE, Generator, Story, Year

WHOLE = date(YEAR, 1, 1), date(YEAR, 12, 31)
MONTHS = [
    (date(YEAR, month, 1), date(YEAR + month // 12, month % 12 + 1, 1) - timedelta(days=1)) for month in range(1, 13)
]
END, MIDDLE = datetime(YEAR + 1, 12, 1, tzinfo=UTC), datetime(YEAR, 7, 17, 15, 3, tzinfo=UTC)
EARLY, LATE = datetime(YEAR, 2, 29, 23, 59, tzinfo=UTC), datetime(YEAR, 12, 31, 12, tzinfo=UTC)


def kept(story: Story) -> tuple[Record, list[RecordedMove]]:
    """A story as it is stored when all is over."""
    ends = {one.kind: one for one in story.happenings}
    start, moves = story.due_at, []
    for one in story.happenings:
        if one.kind == "moved" and one.start is not None:
            moves.append(RecordedMove(one.at, Side(one.side), start, start + story.length, one.start))
            start = one.start
    cancelled = ends.get("cancelled") or ends.get("given_up")
    record = Record(
        id=story.id,
        manager_id=story.manager,
        rep_id=story.rep,
        due_at=story.due_at,
        starts_at=start,
        ends_at=start + story.length,
        owed="given_up" not in ends,
        started_at=ends["started"].at if "started" in ends else None,
        completed_at=ends["completed"].at if "completed" in ends else None,
        minutes_held=ends["completed"].minutes if "completed" in ends else None,
        cancelled_at=None if cancelled is None else cancelled.at,
        cancelled_side=None if cancelled is None else Side(cancelled.side),
        missed_at=ends["missed"].at if "missed" in ends else None,
    )
    return record, moves


def seen(story: Story, moment: Moment) -> LedgerSession:
    """A story as an account of a moment takes it."""
    said = {
        Side(one.side): [Statement(one.held, one.minutes, one.on_topic)]
        for one in story.said
        if moment.has_come(one.at)
    }
    talks = [talk for talk in story.talks if moment.has_come(talk.at)]
    fulfilled = story.answered + len({talk.kind for talk in talks}) + story.noted
    outcome = Yield(fulfilled, ASKED, tuple(Concern(talk.concerns) for talk in talks))
    return as_it_was(*kept(story), said, outcome, moment)


def ledger(year: Year, moment: Moment) -> tuple[list[LedgerSession], list[LedgerGap], list[LedgerPromise]]:
    sessions = [seen(story, moment) for story in year.stories if moment.has_come(story.created_at)]
    gaps = [
        LedgerGap(
            gap.manager,
            gap.rep,
            gap.due_at,
            moment.day_of(gap.due_at),
            gap.reason,
            owed=gap.owed,
            is_due=moment.is_over(gap.due_at + gap.length),
        )
        for gap in year.gaps
        if gap.since is None or moment.has_come(gap.since)
    ]
    promises = [
        LedgerPromise(story.manager, talk.due_on, kept=talk.settled[0] == "done")
        for story in year.stories
        for talk in story.talks
        if talk.kind == "commitment" and talk.settled is not None and talk.settled[0] != "dropped"
        if moment.has_come(talk.settled[1])
    ]
    return sessions, gaps, promises


@pytest.mark.parametrize("seed", range(30))
def test_every_number_is_true(seed: int) -> None:
    year = Generator(seed).build()
    for as_of in (END, (EARLY, MIDDLE, LATE)[seed % 3]):
        compare(year, as_of)


def compare(year: Year, as_of: datetime) -> None:
    moment = Moment(as_of, 24, ZONE)
    parts = ledger(year, moment)

    def account(days: tuple[date, date], whose: set[UUID]) -> AdherenceNumbers:
        def own(row: LedgerSession | LedgerGap | LedgerPromise) -> bool:
            return days[0] <= row.due_on <= days[1] and row.manager_id in whose

        sessions, gaps, promises = parts
        return tally(
            [one for one in sessions if own(one)],
            [one for one in gaps if own(one)],
            [one for one in promises if own(one)],
        )

    everyone = {*year.tops, *year.managers}
    for days in (WHOLE, *MONTHS):
        for whose in (everyone, *({one} for one in everyone)):
            numbers = account(days, whose)

            def chosen(manager: UUID, _rep: UUID, _day: date, whose: set[UUID] = whose) -> bool:
                return manager in whose

            assert flat(numbers) == count(year, as_of, days, chosen)
            ends = (numbers.held, numbers.cancelled, numbers.missed)
            rest = numbers.unfinished + numbers.unscheduled
            assert numbers.owed == sum(one.numerator for one in ends) + rest


def test_the_years_hold_what_they_are_to_prove() -> None:
    """Otherwise the test above would prove little."""
    years = [Generator(seed).build() for seed in range(30)]
    truths = [count(year, END, WHOLE, lambda *_: True) for year in years]
    names = {*truths[0]}
    assert all(names <= set(truth) for truth in truths[1:]) or len(names) > 20
    for name in (
        "by_manager",
        "by_rep",
        "by_other",
        "unfinished",
        "unscheduled",
        "held_denied",
        "missed_claimed",
        "skipped",
    ):
        assert sum(truth.get(name, 0) for truth in truths) > 30, name
    moved = [
        (story.due_at.astimezone(ZONE), one.start.astimezone(ZONE))
        for year in years
        for story in year.stories
        for one in story.happenings
        if one.start is not None
    ]
    assert sum(due.month != start.month for due, start in moved) > 300
    assert sum(due.year != start.year for due, start in moved) > 30
    assert sum(one.kind == "given_up" for year in years for story in year.stories for one in story.happenings) > 300
    assert sum(story.cadence is None for year in years for story in year.stories) > 300
    assert {count(year, MIDDLE, WHOLE, lambda *_: True)["not_due_yet"] > 50 for year in years} == {True}
