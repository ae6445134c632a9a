"""Quadrants as an answer, with what they mean in sentences; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from service.kpi_snapshots.pace import to_decimal
from service.kpi_snapshots.quadrants.advising import DEAL_LESSONS, explain, prescription, what_settles
from service.kpi_snapshots.quadrants.classifying import (
    Classification,
    Probabilities,
    QuadrantVerdict,
    Settling,
    classify_deal,
)
from service.kpi_snapshots.quadrants.dto import PersonQuadrantDTO
from service.kpi_snapshots.quadrants.expecting import Expectation, Number
from service.kpi_snapshots.quadrants.process import ProcessScore
from service.success_models.frozen import DealProcess

METHOD = (
    "Process: beta-binomial shrinkage towards peers, items of one deal or KPI clustered. Outcome: wins against those "
    "expected from case mix, stage and age by Aalen-Johansen and penalised logistic shifts; open deals drawn. 90 % "
    "intervals"
)
DEAL_METHOD = "Share of the known criteria that were met, and on record, before the outcome"
MODEL_VERSION = "quadrants-1"
TITLES: Mapping[QuadrantVerdict, str] = {
    QuadrantVerdict.EARNED_SUCCESS: "Earned success",
    QuadrantVerdict.UNLUCKY: "Unlucky",
    QuadrantVerdict.LUCKY: "Lucky",
    QuadrantVerdict.EARNED_FAILURE: "Earned failure",
    QuadrantVerdict.TOO_EARLY: "Too early to tell",
    QuadrantVerdict.INSUFFICIENT_DATA: "Cannot tell",
}
PLACES = Decimal("0.0001")
HUNDREDTHS = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose quadrant it is, and under which model."""

    person_id: UUID
    name: str
    job_role: str | None
    success_model_id: UUID
    success_model_version: int


def present_person(
    subject: Subject, outcome: Expectation, process: ProcessScore, found: Classification, today: date
) -> PersonQuadrantDTO:
    """One person's line; days are counted from `today`."""
    settling = found.settling or Settling(None, None, None)
    settled_on = None if settling.in_days is None else today + timedelta(days=settling.in_days)
    return PersonQuadrantDTO(
        person_id=subject.person_id,
        name=subject.name,
        job_role=subject.job_role,
        success_model_id=subject.success_model_id,
        success_model_version=subject.success_model_version,
        verdict=found.verdict,
        cannot_tell=found.reason,
        explanation=_explained(outcome, process, found),
        prescription=prescription(found.verdict),
        settles=what_settles(found, settled_on),
        settles_decided=settling.more_decided,
        settles_items=settling.more_items,
        settles_on=settled_on,
        n=outcome.n,
        decided=outcome.decided,
        won=outcome.won,
        lost=outcome.lost,
        open=outcome.open,
        **_ends("expected", outcome.expected),
        **_ends("to_come", outcome.to_come),
        **_ends("residual", outcome.residual),
        outcome_probability=_share(outcome.good),
        own_left_out=outcome.own_left_out,
        process_standard=Decimal(repr(process.standard)).quantize(PLACES).normalize(),
        process_met=process.met,
        process_n=process.n,
        process_deals=process.deals,
        process_periods=process.kpi_periods,
        process_effective_n=Decimal(repr(process.effective_n)).quantize(HUNDREDTHS),
        process_share=_share(process.share),
        process_estimate=_share(process.estimate),
        process_low=_share(process.low),
        process_high=_share(process.high),
        process_probability=_share(process.good),
        **_probabilities(found.probabilities),
    )


def judge_deal(process: DealProcess, standard: Decimal | None, *, won: bool) -> dict[str, Any]:
    """What is said of the process of a decided deal; without a model (and its standard) nothing is known."""
    asked = 0.0 if standard is None else float(standard)
    verdict = classify_deal(won=won, met=process.met, known=process.known, standard=asked)
    return {
        "verdict": verdict,
        "lesson": DEAL_LESSONS[verdict],
        "asked": process.asked,
        "known": process.known,
        "met": process.met,
        "share": (Decimal(process.met) / process.known).quantize(PLACES) if process.known else None,
        "process_standard": standard,
        "method": DEAL_METHOD,
        "model_version": MODEL_VERSION,
    }


def _explained(outcome: Expectation, process: ProcessScore, found: Classification) -> str:
    sentences = [_process(process), _outcome(outcome)]
    if found.reason is None and found.probabilities is not None:
        chance = getattr(found.probabilities, found.verdict.value)
        sentences.append(f"The chance that this is {TITLES[found.verdict].lower()} is {_chance(chance)}.")
    elif found.reason is not None:
        sentences.append(f"Cannot tell: {explain(found.reason)}.")
    return " ".join(sentences)


def _outcome(outcome: Expectation) -> str:
    if not outcome.n:
        return "No deal was open in the period."
    counted = f"{outcome.won} won and {outcome.lost} lost, {outcome.open} open"
    if outcome.expected is None or outcome.residual is None or outcome.to_come is None:
        return f"{counted}."
    told = f"{counted}; {_number(outcome.expected)} wins were to be expected of these deals"
    if outcome.open:
        told += f", and the open ones will bring {_number(outcome.to_come)}"
    residual = outcome.residual
    return f"{told}. That is {residual.value:+.1f} in the end ({residual.low:+.1f} to {residual.high:+.1f})."


def _process(process: ProcessScore) -> str:
    if process.estimate is None or process.low is None or process.high is None:
        return "Nothing is known of the process."
    return (
        f"Of the process {process.met} of {process.n} criteria and targets were met; with chance taken out "
        f"{_percent(process.estimate)} ({_percent(process.low)} to {_percent(process.high)}), where "
        f"{_percent(process.standard)} is asked for."
    )


def _number(number: Number) -> str:
    return f"{number.value:.1f} ({number.low:.1f} to {number.high:.1f})"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _chance(share: float) -> str:
    """Nothing is certain."""
    if share > 0.99:
        return "over 99 %"
    return "under 1 %" if share < 0.01 else _percent(share)


def _share(number: float | None) -> Decimal | None:
    found = to_decimal(number)
    return None if found is None else found.quantize(PLACES)


def _ends(name: str, number: Number | None) -> dict[str, Any]:
    parts = (None, None, None) if number is None else (number.value, number.low, number.high)
    names = (name, f"{name}_low", f"{name}_high")
    return {
        key: None if part is None else Decimal(repr(part)).quantize(HUNDREDTHS)
        for key, part in zip(names, parts, strict=True)
    }


def _probabilities(found: Probabilities | None) -> dict[str, Any]:
    names = ("earned_success", "unlucky", "lucky", "earned_failure")
    return {name: None if found is None else _share(getattr(found, name)) for name in names}
