"""A grade with its numbers as it is answered and kept; pure."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import exp, isfinite
from uuid import UUID

from service.kpi_snapshots.leads.dto import LagSource, LeadFiguresDTO, LeadIndicatorDTO
from service.kpi_snapshots.leads.evidence import Evidence
from service.kpi_snapshots.leads.grading import LEVEL, TELLS_NOTHING, Graded
from service.kpi_snapshots.leads.outcomes import Link
from service.kpi_snapshots.leads.sentences import explain_lead
from service.statistics.lead_effects import Estimate

METHOD = (
    "Within- and between-person effects (Mundlak), errors clustered by person; lift out of time over the base rate; "
    "Benjamini-Hochberg over the model's KPIs"
)
FIGURES, SHARE, DAYS = 6, Decimal("0.0001"), Decimal("0.1")
"""Digits of effects, whose size may be any; places of shares and of days."""


@dataclass(frozen=True, slots=True)
class Lag:
    """Weeks between a KPI and its outcome, the median of days in the data (None: there is none) and how many cases."""

    weeks: int
    days: float | None
    n: int
    source: LagSource


def present_lead(
    link: Link,
    lag: Lag | None,
    graded: Graded,
    found: Evidence | None,
    model: tuple[UUID, int],
    at: tuple[datetime, date],
) -> LeadIndicatorDTO:
    """`model` is its id and version, `at` the instant that nothing later than counts, and its local day."""
    kpi, outcome = link.kpi, link.outcome
    figures = None
    if found is not None and graded.place is not None and graded.unproven not in TELLS_NOTHING:
        figures = _figures(found, graded.place, graded.p)
    return LeadIndicatorDTO(
        kpi=kpi.key,
        name=kpi.name,
        level=kpi.level,
        unit=kpi.unit,
        polarity=kpi.polarity,
        success_model_id=model[0],
        model_version=model[1],
        grade=graded.grade,
        since=at[1],
        outcome_kpi=None if outcome is None else outcome.key,
        outcome_name=None if outcome is None else outcome.name,
        lag_weeks=None if lag is None else lag.weeks,
        lag_days=None if lag is None or lag.days is None else Decimal(repr(lag.days)).quantize(DAYS),
        lag_n=0 if lag is None else lag.n,
        lag_source=None if lag is None else lag.source,
        figures=figures,
        cannot_tell=graded.unproven,
        weeks_needed=graded.weeks_needed,
        explanation=explain_lead(link, None if lag is None else lag.weeks, graded, figures),
        method=METHOD,
        graded_on=at[1],
        as_of=at[0],
    )


def _figures(found: Evidence, place: int, p: float | None) -> LeadFiguresDTO:
    now = found.now
    within, within_low, within_high = _effect(now.effect.within, place)
    between, between_low, between_high = _effect(now.effect.between, place)
    late, late_low, late_high = _effect(found.of_late.within, place)
    lift, lift_low, lift_high = (_share(number) for number in _ends(now.lift, place))
    change, change_low, change_high = _times(found.change, place)
    yields, yield_low, yield_high = _times(found.yield_change, place)
    return LeadFiguresDTO(
        n=round(now.effect.n[place]),
        people=round(now.effect.units[place]),
        weeks=round(found.weeks[place]),
        within_effect=within,
        within_low=within_low,
        within_high=within_high,
        between_effect=between,
        between_low=between_low,
        between_high=between_high,
        lift=lift,
        lift_low=None if lift_low is None else max(lift_low, Decimal(0)),
        lift_high=lift_high,
        lift_n=round(now.judged[place]),
        adjusted_p=None if p is None else _share(p),
        change=change,
        change_low=change_low,
        change_high=change_high,
        yield_change=yields,
        yield_low=yield_low,
        yield_high=yield_high,
        earlier_effect=_effect(found.earlier.effect.within, place)[0],
        recent_effect=late,
        recent_low=late_low,
        recent_high=late_high,
    )


def _ends(estimate: Estimate, place: int) -> tuple[float, float, float]:
    low, high = estimate.interval(LEVEL)
    return float(estimate.value[place]), float(low[place]), float(high[place])


def _effect(estimate: Estimate, place: int) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    value, low, high = (
        Decimal(f"{number:.{FIGURES}g}") if isfinite(number) else None for number in _ends(estimate, place)
    )
    return value, low, high


def _times(estimate: Estimate, place: int) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """From logs to how many times."""
    value, low, high = (_share(exp(min(number, 20.0))) for number in _ends(estimate, place))
    return value, low, high


def _share(number: float) -> Decimal | None:
    return Decimal(repr(float(number))).quantize(SHARE) if isfinite(number) else None
