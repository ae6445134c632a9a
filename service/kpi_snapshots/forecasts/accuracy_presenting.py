"""Scores of forecasters as an answer; pure."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from service.kpi_snapshots.forecasts.accuracy_dto import (
    DealForecastScoreDTO,
    QuarterForecastScoreDTO,
    ReliabilityBinDTO,
)
from service.kpi_snapshots.forecasts.accuracy_sentences import explain_deals, explain_quarters
from service.kpi_snapshots.forecasts.kinds import ForecasterKind, ForecastMeasure
from service.kpi_snapshots.forecasts.quarters import QuarterScore
from service.kpi_snapshots.forecasts.scoring import LEAST_SCORED, DealScore
from service.statistics.brier import Bias, Bins, Estimate, Slope
from service.statistics.intervals import ClusteredMean

METHOD = (
    "Brier score with its decomposition in tenths (Murphy; Stephenson, Coelho & Jolliffe); bias by Wilson's interval "
    "and a score test; slope by least squares with robust variance; skill by the jackknife; quarters by calendar "
    "quarter as clusters; Benjamini-Hochberg"
)
MODEL_VERSION = "forecast-accuracy-1"
PLACES, CENTS = Decimal("0.000001"), Decimal("0.01")


PARTS = {
    "reliability": "reliability",
    "reliability_by_chance": "by_chance",
    "resolution": "resolution",
    "uncertainty": "uncertainty",
    "within_variance": "within_variance",
    "within_covariance": "within_covariance",
}
"""Fields of the answer, and the parts of the score that they tell."""


@dataclass(frozen=True, slots=True)
class Forecaster:
    """Whose line it is; without a person the model's, or that of all in the capacity together."""

    kind: ForecasterKind
    person_id: UUID | None = None
    name: str | None = None


def present_deal_score(who: Forecaster, score: DealScore) -> DealForecastScoreDTO:
    """One line of the answer."""
    return DealForecastScoreDTO(
        forecaster=who.kind,
        person_id=who.person_id,
        name=who.name,
        n=score.n,
        won=score.won,
        undecided=score.undecided,
        too_late=score.too_late,
        cannot_tell=score.cannot_tell,
        deals_needed=max(LEAST_SCORED - score.n, 0),
        mean_forecast=_number(score.mean_said),
        share_won=_number(score.won / score.n) if score.n else None,
        bias_adjusted_p=_number(score.adjusted_p),
        slope_adjusted_p=_number(score.slope_adjusted_p),
        sureness=score.sureness,
        verdict=score.verdict,
        bins=[] if score.bins is None else _bins(score.bins),
        explanation=explain_deals(score),
        dated=score.dated,
        days_off=None if score.days_off is None else _hundredths(score.days_off),
        **_interval("days_late", score.days_late, CENTS),
        **_interval("bias", score.bias, PLACES),
        **_interval("slope", score.slope, PLACES),
        **_interval("brier", score.brier, PLACES),
        **_interval("skill", score.skill, PLACES),
        **{name: None if score.parts is None else _exact(getattr(score.parts, part)) for name, part in PARTS.items()},
    )


def present_quarter_score(who: Forecaster, measure: ForecastMeasure, score: QuarterScore) -> QuarterForecastScoreDTO:
    """One line of the answer."""
    held, low, high = score.coverage or (None, None, None)
    return QuarterForecastScoreDTO(
        forecaster=who.kind,
        person_id=who.person_id,
        name=who.name,
        measure=measure,
        n=score.n,
        undecided=score.undecided,
        too_late=score.too_late,
        n_excluded=score.excluded,
        cannot_tell=score.cannot_tell,
        quarters_needed=score.needed,
        expected=_hundredths(score.expected),
        actual=_hundredths(score.actual),
        adjusted_p=_number(score.adjusted_p),
        verdict=score.verdict,
        mean_absolute_error=None if score.absolute is None else _hundredths(score.absolute),
        coverage=_number(held),
        coverage_low=_number(low),
        coverage_high=_number(high),
        explanation=explain_quarters(score, measure),
        **_interval("mean_error", score.error, CENTS),
    )


def _bins(bins: Bins) -> list[ReliabilityBinDTO]:
    columns = (bins.place, bins.n, bins.forecast, bins.outcome, bins.low, bins.high)
    return [
        ReliabilityBinDTO(
            said_from=Decimal(place) / 10,
            said_to=Decimal(place + 1) / 10,
            n=n,
            mean_forecast=_exact(forecast),
            share_won=_exact(outcome),
            low=_exact(low),
            high=_exact(high),
        )
        for place, n, forecast, outcome, low, high in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _interval(
    name: str, found: Bias | Slope | Estimate | ClusteredMean | None, places: Decimal
) -> dict[str, Decimal | None]:
    ends = {name: "value", f"{name}_low": "low", f"{name}_high": "high"}
    if found is None:
        return dict.fromkeys(ends)
    return {field: Decimal(repr(float(getattr(found, end)))).quantize(places) for field, end in ends.items()}


def _exact(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(PLACES)


def _number(number: float | None) -> Decimal | None:
    return None if number is None else _exact(float(number))


def _hundredths(number: float) -> Decimal:
    return Decimal(repr(float(number))).quantize(CENTS)
