"""The demo's story: the same for the same seed, and its people's habits visible in it."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from service.demo.archetypes import REPS, Archetype
from service.demo.generator import generate
from service.demo.identifiers import record_id
from service.demo.monday import Standing, binomial_at_most, poisson_at_most, sentence, shown, working_day_share

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


def test_ids_are_distinct_per_system() -> None:
    data = generate(1, TODAY, NOW)
    ids = [(item.rep.team, record_id(item.rep, item.kind, item.number)) for item in data.work]
    ids += [(deal.rep.team, record_id(deal.rep, "deal", deal.number)) for deal in data.opportunities]
    assert len(set(ids)) == len(ids)
    assert {len(id_) for team, id_ in ids if team == 1} == {18}


def standing(**fields: object) -> Standing:
    values = {"kpi": "calls-made", "name": "Calls made", "level": "activity", "unit": "count", "n": 50}
    numbers = {"value": Decimal(57), "target": Decimal(170), "due": Decimal(121)}
    return Standing(**{**values, **numbers, **fields})  # type: ignore[arg-type]  # a case names its fields


@pytest.mark.parametrize(
    ("case", "behind"),
    [
        (standing(), True),
        (standing(value=Decimal(115)), False),
        (standing(value=Decimal(0), due=Decimal("0.9")), False),
        (standing(value=Decimal(1), due=Decimal("4.3")), True),
        (standing(unit="ratio", value=Decimal("0.1"), due=Decimal("0.35"), n=5), False),
        (standing(unit="ratio", value=Decimal("0.1"), due=Decimal("0.35"), n=60), True),
        (standing(unit="ratio", value=Decimal(0), due=Decimal("0.35"), n=0), False),
        (standing(unit="currency", value=Decimal(0), due=Decimal(9000)), False),
        (standing(due=None), False),
    ],
)
def test_nobody_is_behind_by_chance(case: Standing, *, behind: bool) -> None:
    assert case.is_behind is behind


def test_sentences_put_process_before_outcome() -> None:
    outcome = standing(kpi="deals-won", name="Deals won", level="result", value=Decimal(0), due=Decimal(6))
    assert "behind on calls made: 57 of 121" in sentence("Anna Keller", [outcome, standing()])
    assert "be patient" in sentence("Anna Keller", [outcome])
    assert "on pace" in sentence("Anna Keller", [standing(value=Decimal(120))])


def test_tails_equal_their_sums() -> None:
    assert poisson_at_most(2, 2.5) == pytest.approx(0.543813, abs=1e-6)
    assert binomial_at_most(3, 10, 0.5) == pytest.approx(0.171875)


def test_working_days() -> None:
    assert working_day_share(date(2026, 11, 1), date(2026, 11, 30), TODAY) == Decimal(15) / Decimal(21)
    assert shown(Decimal("0.354"), "ratio") == "35 %"
