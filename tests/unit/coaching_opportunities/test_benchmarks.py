"""Comparisons beyond chance: nobody is found on noise, whoever is really worse is, and the words say with what."""

from decimal import Decimal
from uuid import UUID

import numpy as np
import pytest

from service.coaching_opportunities.benchmarks import (
    Case,
    Comparison,
    StayCase,
    benchmark_subject,
    compare_shares,
    compare_stays,
    judge_benchmarks,
)
from service.coaching_opportunities.findings import Judgements
from service.success_models.kpis import Kpi

WON, CLOSED = {"source": "deals_won"}, {"source": "deals_closed"}


def rate(**fields: object) -> Kpi:
    base = {"key": "win-rate", "name": "Win rate", "kind": "ratio", "level": "result", "unit": "ratio"}
    return Kpi.model_validate({**base, "numerator": WON, "denominator": CLOSED, **fields})


def stay(**fields: object) -> Kpi:
    base = {"key": "days", "name": "Days in demo", "kind": "duration", "level": "objective", "unit": "days"}
    duration = {"from_stage": "demo", "to_stage": "won"}
    return Kpi.model_validate({**base, "polarity": "lower", "duration": duration, **fields})


def judge(tests: list[Comparison], cases: list[Case]) -> Judgements:
    judged = Judgements()
    judge_benchmarks(tests, [benchmark_subject(case.person_id, rate()) for case in cases], judged)
    return judged


def found(judged: Judgements) -> set[UUID]:
    return {subject.person_id for subject, finding in judged.found.items() if finding is not None}


def team(rates: list[float], n: int, rng: np.random.Generator) -> list[Case]:
    return [Case(UUID(int=place), float(rng.binomial(n, one)), n) for place, one in enumerate(rates)]


@pytest.mark.parametrize("size", [5, 12, 60])
def test_of_equals_hardly_any_team_has_somebody_found(size: int) -> None:
    rng = np.random.default_rng(4)
    teams = [team([0.6] * size, 80, rng) for _ in range(300)]
    alarms = sum(bool(found(judge(compare_shares(rate(), cases, None, is_share=True), cases))) for cases in teams)
    assert alarms <= 0.05 * 300


def test_whoever_wins_half_as_often_is_found_and_nobody_else() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(100):
        cases = team([0.3] + [0.6] * 11, 120, rng)
        who = found(judge(compare_shares(rate(), cases, None, is_share=True), cases))
        hits += UUID(int=0) in who
    assert hits >= 99


def test_of_those_without_cases_nothing_is_told() -> None:
    cases = [Case(UUID(int=0), 0, 0), Case(UUID(int=1), 60, 100), Case(UUID(int=2), 62, 100)]
    judged = judge(compare_shares(rate(), cases, None, is_share=True), cases)
    assert {subject.person_id for subject in judged.found} == {UUID(int=1), UUID(int=2)}
    assert benchmark_subject(UUID(int=0), rate()) in judged.untold


def test_a_target_is_a_benchmark_too() -> None:
    cases = [Case(UUID(int=0), 20, 100), Case(UUID(int=1), 38, 100)]
    judged = judge(compare_shares(rate(), cases, Decimal("0.4"), is_share=True), cases)
    assert found(judged) == {UUID(int=0)}
    finding = judged.found[benchmark_subject(UUID(int=0), rate())]
    assert finding is not None
    assert finding.reason.startswith("Win rate: 20.0 % of 100, where the target is 40.0 %.")
    assert (finding.size, finding.evidence["against"]) == (Decimal("0.5"), "target")


def test_where_less_is_better_more_is_found() -> None:
    cases = [Case(UUID(int=place), 20.0 if place else 60.0, 100) for place in range(6)]
    assert found(judge(compare_shares(rate(polarity="lower"), cases, None, is_share=True), cases)) == {UUID(int=0)}
    assert UUID(int=0) not in found(judge(compare_shares(rate(), cases, None, is_share=True), cases))


def test_rates_that_exceed_one_are_compared_as_rates() -> None:
    cases = [Case(UUID(int=place), 250.0 if place else 90.0, 100) for place in range(6)]
    assert found(judge(compare_shares(rate(), cases, None, is_share=False), cases)) == {UUID(int=0)}


def test_whoever_takes_longer_is_found_and_stays_that_go_on_count() -> None:
    rng = np.random.default_rng(6)
    cases = [
        StayCase(UUID(int=place), rng.exponential(60 if place == 0 else 20, 80).tolist(), [True] * 70 + [False] * 10)
        for place in range(8)
    ]
    judged = Judgements()
    judge_benchmarks(compare_stays(stay(), cases, 0.5), [], judged)
    assert found(judged) == {UUID(int=0)}
    assert compare_stays(stay(), cases[:1], 0.5) == []
