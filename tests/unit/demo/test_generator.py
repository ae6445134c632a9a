"""The demo's story: the same for the same seed, and its people's habits visible in it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from service.demo.archetypes import REPS, Archetype
from service.demo.generator import generate
from service.demo.identifiers import record_id

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_same_seed_tells_the_same_story_and_a_later_run_only_adds() -> None:
    first, again = generate(3, TODAY, NOW), generate(3, TODAY, NOW)
    assert first == again
    later = generate(3, TODAY, NOW + timedelta(days=4))
    assert set(first.work) < set(later.work)
    assert set(first.opportunities) <= set(later.opportunities)
    assert generate(4, TODAY, NOW).work != first.work


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_habits_show(seed: int) -> None:
    data = generate(seed, TODAY, NOW)
    calls = Counter(item.rep.index for item in data.work if item.kind == "call")
    recent = Counter(item.rep.index for item in data.work if item.kind == "call" and item.at > NOW - timedelta(days=30))
    won = Counter(deal.rep.index for deal in data.opportunities if deal.moves[-1][1] == "closed_won")
    opened = Counter(deal.rep.index for deal in data.opportunities)
    by_habit = {habit: [rep.index for rep in REPS if rep.archetype is habit] for habit in Archetype}
    steady = min(calls[index] for index in by_habit[Archetype.STEADY])
    (lucky,), (unlucky,) = by_habit[Archetype.LUCKY], by_habit[Archetype.UNLUCKY]
    assert calls[lucky] < steady * 0.6
    assert won[lucky] / opened[lucky] > won[unlucky] / opened[unlucky] + 0.2
    assert calls[unlucky] > steady
    for index in by_habit[Archetype.SLIPPING]:
        assert recent[index] * 12 < calls[index] * 0.75
    for index in by_habit[Archetype.RAMPING]:
        assert calls[index] < steady * 0.5


def test_work_is_about_open_deals_of_the_same_rep() -> None:
    """Nearly every meeting, half of the conversations, no attempt that reached nobody."""
    data = generate(3, TODAY, NOW)
    deals = {(deal.rep.index, deal.number): deal for deal in data.opportunities}
    linked: Counter[tuple[str, str | None]] = Counter()
    for item in data.work:
        if item.deal is not None:
            assert deals[item.rep.index, item.deal].is_open(item.at)
            linked[item.kind, item.outcome] += 1
    done = Counter((item.kind, item.outcome) for item in data.work)
    assert linked.keys() == {("meeting", "completed"), ("meeting", "no_show"), ("call", "connected"), ("email", None)}
    assert 0.75 < linked["meeting", "completed"] / done["meeting", "completed"] < 0.95
    assert 0.4 < linked["call", "connected"] / done["call", "connected"] < 0.55
    held = Counter(
        (item.rep.index, item.deal) for item in data.work if item.deal is not None and item.outcome == "completed"
    )
    assert 0.5 < len(held) / len(deals) < 1


def test_ids_are_distinct_per_system() -> None:
    data = generate(1, TODAY, NOW)
    ids = [(item.rep.team, record_id(item.rep, item.kind, item.number)) for item in data.work]
    ids += [(deal.rep.team, record_id(deal.rep, "deal", deal.number)) for deal in data.opportunities]
    assert len(set(ids)) == len(ids)
    assert {len(id_) for team, id_ in ids if team == 1} == {18}
