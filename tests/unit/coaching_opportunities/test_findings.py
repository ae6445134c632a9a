"""What is a finding, what is well, and what nothing is told about; with the words a manager reads."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.coaching_opportunities.findings import (
    Finding,
    Judgements,
    OpportunityKind,
    Subject,
    judge_deals,
    judge_pace,
    missing_share,
    percent,
    plain,
)
from service.kpi_snapshots.dto import KpiSnapshotDTO
from service.kpi_snapshots.pace import Method, Status
from service.success_models.dto.evidence import DealHealthDTO, HealthFactorDTO, OpenDealHealth
from service.success_models.evidence import CriterionStatus
from service.success_models.kpis import KpiLevel, Polarity
from service.success_models.measures import Unit
from service.success_models.targets import PeriodKind

ANN = UUID(int=1)
DEAL = UUID(int=7)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MET, UNMET, UNKNOWN = CriterionStatus.MET, CriterionStatus.UNMET, CriterionStatus.UNKNOWN


def snapshot(**fields: Any) -> KpiSnapshotDTO:
    """Four calls of ten, where six were due."""
    whole: dict[str, Any] = {
        "id": f"{ANN}.calls.month.2026-03-01",
        "person_id": ANN,
        "kpi": "calls",
        "name": "Calls",
        "level": KpiLevel.ACTIVITY,
        "unit": Unit.COUNT,
        "polarity": Polarity.HIGHER,
        "period": PeriodKind.MONTH,
        "period_start": date(2026, 3, 1),
        "period_end": date(2026, 3, 31),
        "as_of": NOON,
        "value": Decimal(4),
        "numerator": None,
        "denominator": None,
        "n": 4,
        "undecided": 0,
        "target": Decimal(10),
        "target_reason": "The organization's target.",
        "expected": Decimal(6),
        "attainment": Decimal("0.4"),
        "status": Status.BEHIND,
        "probability": Decimal("0.083"),
        "interval_low": Decimal(5),
        "interval_high": Decimal(9),
        "method": Method.GAMMA_POISSON,
        "model_version": 1,
    }
    return KpiSnapshotDTO.model_validate(whole | fields)


def only(judged: Judgements) -> Finding:
    (found,) = judged.found.values()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("status", "found", "told"),
    [
        (Status.BEHIND, True, True),
        (Status.AT_RISK, False, False),
        (Status.CANNOT_TELL, False, False),
        (None, False, False),
        (Status.ON_TRACK, False, True),
        (Status.AHEAD, False, True),
    ],
)
def test_only_behind_is_found_and_wavering_changes_nothing(status: Status | None, found: bool, told: bool) -> None:
    judged = Judgements()
    judge_pace([snapshot(status=status)], judged)
    subject = Subject(ANN, "pace:calls:month")
    assert (judged.found.get(subject) is not None, subject in judged.found) == (found, told)
    assert (subject in judged.untold) == (not told)


def test_without_a_target_nothing_is_asked() -> None:
    judged = Judgements()
    judge_pace([snapshot(target=None, status=None)], judged)
    assert (judged.found, judged.untold) == ({}, set())


def test_behind_says_how_far_and_how_likely() -> None:
    judged = Judgements()
    judge_pace([snapshot()], judged)
    finding = only(judged)
    assert finding.reason == (
        "Calls: 4 of 10 for the month, where 6 were due by now. The chance of still reaching it is 8 %."
    )
    assert (finding.kind, finding.kpi, finding.size) == (OpportunityKind.BEHIND_TARGET, "calls", Decimal("0.3"))
    assert finding.evidence == {
        "snapshot_id": f"{ANN}.calls.month.2026-03-01",
        "as_of": NOON.isoformat(),
        "value": "4",
        "target": "10",
        "expected": "6",
        "probability": "0.083",
        "interval": ["5", "9"],
        "n": 4,
        "method": Method.GAMMA_POISSON.value,
    }


def test_without_chance_and_interval_the_value_itself_counts() -> None:
    judged = Judgements()
    judge_pace([snapshot(probability=None, interval_low=None, interval_high=None, expected=None, method=None)], judged)
    assert (only(judged).reason, only(judged).size) == ("Calls: 4 of 10 for the month.", Decimal("0.6"))


def factor(
    status: CriterionStatus, key: str = "buyer", *, due: bool = True, adds: str | None = "25"
) -> HealthFactorDTO:
    return HealthFactorDTO(
        kind="criterion",
        key=key,
        name=key.title(),
        weight=10,
        status=status,
        due=due,
        contribution=Decimal(0),
        would_add=None if adds is None else Decimal(adds),
    )


def health(*factors: HealthFactorDTO, score: str | None = "60") -> DealHealthDTO:
    return DealHealthDTO(
        deal_id=DEAL,
        as_of=NOON,
        model_version=1,
        score=None if score is None else Decimal(score),
        completeness=Decimal(1),
        stage="proposal",
        days_in_stage=Decimal(3),
        benchmark_days=None,
        slips=0,
        factors=list(factors),
    )


@pytest.mark.parametrize(
    ("factors", "score", "found", "told"),
    [
        ((factor(UNMET),), "0", True, True),
        ((factor(UNMET, due=False), factor(MET, "plan")), "60", False, True),
        ((factor(UNKNOWN), factor(MET, "plan")), "100", False, True),
        ((factor(UNKNOWN),), None, False, False),
        ((factor(UNMET, due=False),), None, False, False),
        ((factor(MET),), "100", False, True),
    ],
)
def test_what_is_due_and_known_to_be_missing_breaks_the_standard(
    factors: tuple[HealthFactorDTO, ...], score: str | None, found: bool, told: bool
) -> None:
    judged = Judgements()
    judge_deals([OpenDealHealth(ANN, None, Decimal("0.5"), health(*factors, score=score))], judged)
    subject = Subject(ANN, f"deal:{DEAL}")
    assert (judged.found.get(subject) is not None, subject in judged.found) == (found, told)
    assert (subject in judged.untold) == (not told)


def test_a_broken_deal_names_what_would_add_most_and_weighs_its_share() -> None:
    broken = health(factor(UNMET, adds="8"), factor(UNMET, "champion", adds="32"), factor(MET, "plan", adds=None))
    judged = Judgements()
    judge_deals([OpenDealHealth(ANN, "Bluewave", Decimal("0.25"), broken)], judged)
    finding = only(judged)
    assert finding.reason == (
        "Missing in Bluewave: Champion. It would lift the deal's health of 60 by 32. "
        "1 more of what a good deal has by now is missing."
    )
    assert (finding.size, finding.deal_id) == (Decimal("0.1"), DEAL)
    assert [one["key"] for one in finding.evidence["missing"]] == ["buyer", "champion"]


@given(st.decimals("-1e6", "1e6", places=3), st.decimals("-1e6", "1e6", places=3))
def test_a_missing_share_is_a_share(wanted: Decimal, likely: Decimal) -> None:
    assert 0 <= missing_share(wanted, likely) <= 1


@pytest.mark.parametrize(
    ("share", "words"), [("0", "below 1 %"), ("0.01", "1 %"), ("0.5", "50 %"), ("0.99", "99 %"), ("1", "above 99 %")]
)
def test_nothing_is_called_impossible_or_certain(share: str, words: str) -> None:
    assert percent(Decimal(share)) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("1200000.00", "1,200,000"),
        ("0.5", "0.5"),
        ("100", "100"),
        ("-3.456", "-3.46"),
        ("132.76", "133"),
        ("12.34", "12.3"),
    ],
)
def test_numbers_are_written_as_people_do(number: str, words: str) -> None:
    assert plain(Decimal(number)) == words
