"""What is true of a year of coaching, counted story by story: each is told again up to an instant."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.factories.coaching_year import GRACE, ZONE, Gap, Pair, Story, Year

Chosen = Callable[[UUID, UUID, date], bool]
"""Whether what a manager and a rep were to do on a day counts."""
ASKED = 6
"""Three questions and three outcomes."""


@dataclass
class Told:
    """A session as it stood after all that had happened by then."""

    state: str
    start: datetime
    planned: datetime
    moved: bool = False
    started: datetime | None = None
    minutes: int = 0
    side: str = ""


def tell(story: Story, as_of: datetime) -> Told:
    told = Told("scheduled", story.due_at, story.due_at)
    for happening in story.happenings:
        if happening.at > as_of:
            break
        if happening.kind == "moved":
            assert happening.start is not None
            told.start = happening.start
            if happening.side != "system":
                told.moved = True
            elif not told.moved:
                told.planned = happening.start
        elif happening.kind == "started":
            told.state, told.started = "started", happening.at
        else:
            told.state, told.side, told.minutes = happening.kind, happening.side, happening.minutes
    if told.state in {"scheduled", "started"}:
        if told.start + story.length + GRACE > as_of:
            told.state = "ahead"
        elif told.state == "scheduled":
            told.state = "missed"
    return told


def count(year: Year, as_of: datetime, days: tuple[date, date], chosen: Chosen) -> dict[str, Any]:
    """Every number of an account of a span of days, both ends included."""
    n: Counter[str] = Counter()
    disputed = []
    for story in year.stories:
        _count_promises(story, as_of, days, chosen, n)
        is_chosen = days[0] <= story.day <= days[1] and chosen(story.manager, story.rep, story.day)
        if is_chosen and story.created_at <= as_of and _count_story(story, as_of, n):
            disputed.append(story.id)
    for gap in year.gaps:
        _count_gap(gap, as_of, days, chosen, n)
    return {**+n, "disputed": sorted(disputed)}


def _count_story(story: Story, as_of: datetime, n: Counter[str]) -> bool:
    """Whether the two sides dispute it."""
    told = tell(story, as_of)
    if told.state in {"given_up", "ahead"}:
        n["not_due_yet"] += told.state == "ahead"
        return False
    n["owed"] += 1
    n["rescheduled"] += told.moved
    said = [one for one in story.said if one.at <= as_of]
    if told.state == "completed":
        _count_held(story, told, as_of, n)
        n["attested"] += len(said) == 2
    elif told.state == "cancelled":
        n["cancelled"] += 1
        n["by_" + (told.side if told.side in {"manager", "rep"} else "other")] += 1
    else:
        n["missed" if told.state == "missed" else "unfinished"] += 1
    before = n.total()
    n["held_denied"] += told.state == "completed" and any(not one.held for one in said)
    n["missed_claimed"] += told.state == "missed" and any(one.held for one in said)
    if len(said) == 2:
        (one, other) = said
        if one.minutes is not None and other.minutes is not None:
            n["minutes_apart"] += abs(one.minutes - other.minutes) > 10
        n["on_topic"] += {one.on_topic, other.on_topic} == {True, False}
    return n.total() > before


def _count_held(story: Story, told: Told, as_of: datetime, n: Counter[str]) -> None:
    assert told.started is not None
    n["held"] += 1
    n["minutes"] += told.minutes
    n["on_time"] += abs(told.started - told.planned) <= timedelta(minutes=10)
    talks = [talk for talk in story.talks if talk.at <= as_of]
    kinds = {talk.kind for talk in talks}
    n["asked"] += ASKED
    n["fulfilled"] += story.answered + len(kinds) + story.noted
    n["outcomes"] += bool(talks)
    for talk in talks:
        n["process"] += talk.concerns == "process"
        n["concerned"] += talk.concerns in {"process", "outcome"}


def _count_promises(story: Story, as_of: datetime, days: tuple[date, date], chosen: Chosen, n: Counter[str]) -> None:
    for talk in story.talks:
        if talk.kind == "commitment" and talk.settled is not None and days[0] <= talk.due_on <= days[1]:
            how, at = talk.settled
            if how in {"done", "missed"} and at <= as_of and chosen(story.manager, story.rep, talk.due_on):
                n["settled"] += 1
                n["kept"] += how == "done"


def _count_gap(gap: Gap, as_of: datetime, days: tuple[date, date], chosen: Chosen, n: Counter[str]) -> None:
    day = gap.due_at.astimezone(ZONE).date()
    if not (days[0] <= day <= days[1] and chosen(gap.manager, gap.rep, day)) or (gap.since and gap.since > as_of):
        return
    is_due = gap.due_at + gap.length + GRACE <= as_of
    if gap.owed:
        n["owed" if is_due else "not_due_yet"] += 1
        n["unscheduled"] += is_due
    else:
        n["skipped"] += is_due


def below(year: Year, top: UUID, person: UUID, day: date) -> bool:
    """Whether somebody was the top's, or below them, on a day: climbed step by step."""
    while person != top:
        above: list[Pair] = [
            pair
            for pair in year.pairs
            if pair.rep == person and pair.start_on <= day and (pair.end_on is None or day < pair.end_on)
        ]
        if not above:
            return False
        person = above[0].manager
    return True


def flat(numbers: Any) -> dict[str, Any]:
    """An account's numbers, by the names that the truth has for them; zeros left out."""
    pairs = {
        "owed": numbers.owed,
        "held": numbers.held.numerator,
        "on_time": numbers.on_time.numerator,
        "rescheduled": numbers.rescheduled.numerator,
        "cancelled": numbers.cancelled.numerator,
        "by_manager": numbers.cancelled_by.manager,
        "by_rep": numbers.cancelled_by.rep,
        "by_other": numbers.cancelled_by.other,
        "missed": numbers.missed.numerator,
        "unfinished": numbers.unfinished,
        "unscheduled": numbers.unscheduled,
        "minutes": numbers.minutes,
        "asked": numbers.format_completeness.denominator,
        "fulfilled": numbers.format_completeness.numerator,
        "outcomes": numbers.outcomes_recorded.numerator,
        "settled": numbers.commitments_kept.denominator,
        "kept": numbers.commitments_kept.numerator,
        "process": numbers.process_share.numerator,
        "concerned": numbers.process_share.denominator,
        "attested": numbers.attested.numerator,
        "held_denied": numbers.disputes.held_denied,
        "missed_claimed": numbers.disputes.missed_claimed,
        "minutes_apart": numbers.disputes.minutes,
        "on_topic": numbers.disputes.on_topic,
        "not_due_yet": numbers.not_due_yet,
        "skipped": numbers.skipped,
    }
    return {name: value for name, value in pairs.items() if value} | {"disputed": sorted(numbers.disputes.session_ids)}
