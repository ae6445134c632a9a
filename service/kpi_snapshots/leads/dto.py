"""Lead indicators: the question and its answer."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from service.core.dto import InputDTO, Instant, Key, OutputDTO
from service.kpi_snapshots.leads.grading import LeadGrade, LeadUnproven
from service.success_models.kpis import KpiLevel, Polarity
from service.success_models.measures import Unit


class LagSource(StrEnum):
    """Where the weeks between a KPI and its outcome come from."""

    MEDIAN = "median"
    SHORTEST = "shortest"
    LONGEST = "longest"
    ASSUMED = "assumed"


class LeadIndicatorsQuery(InputDTO):
    """Of which model and KPI; by default all process KPIs of all active models, as they are graded today."""

    success_model_id: UUID | None = None
    kpi: Key | None = None
    as_of: Instant | None = None


class LeadFiguresDTO(OutputDTO):
    """What the grade rests on; intervals are of 90 %."""

    n: int
    """Weeks of people that were looked at, of the last 52."""
    people: int
    """Whose weeks they are."""
    weeks: int
    """In which anybody was there."""
    within_effect: Decimal | None
    """What one more unit in a person's own week goes with, in units of the outcome, a lag later."""
    within_low: Decimal | None
    within_high: Decimal | None
    between_effect: Decimal | None
    """What people who do one more unit a week have more of; what else is different about them is in it."""
    between_low: Decimal | None
    between_high: Decimal | None
    lift: Decimal | None
    """How many times the base rate came after weeks at or above one's own middle, judged in the last third."""
    lift_low: Decimal | None
    lift_high: Decimal | None
    lift_n: int
    """Weeks of people that the lift is judged by."""
    adjusted_p: Decimal | None
    """How likely so strong a lead is by chance, all KPIs of the model counted (Benjamini-Hochberg)."""
    change: Decimal | None
    """How many times as much of the KPI there is in the last 13 weeks as in the 39 before."""
    change_low: Decimal | None
    change_high: Decimal | None
    yield_change: Decimal | None
    """The same of what came of each unit; of a KPI that should be low, of what came per week."""
    yield_low: Decimal | None
    yield_high: Decimal | None
    earlier_effect: Decimal | None
    """The effect in the year before the last half year."""
    recent_effect: Decimal | None
    """The effect in the last half year."""
    recent_low: Decimal | None
    recent_high: Decimal | None


class LeadIndicatorDTO(OutputDTO):
    """Whether one process KPI leads."""

    kpi: str
    """Its key in the model."""
    name: str
    """Its name there."""
    level: KpiLevel
    """Activity or objective."""
    unit: Unit
    """What the value is counted in."""
    polarity: Polarity
    """Whether more or less of it is better."""
    success_model_id: UUID
    """The version of the model that defines it."""
    model_version: int
    """Which version of the model it follows."""
    grade: LeadGrade
    """Predictive, gamed, expired, or unproven."""
    since: date
    """The first day from which on it has had this grade, in this version of the model."""
    outcome_kpi: str | None
    """The next KPI up the funnel, which it is to lead to; null: the model names none."""
    outcome_name: str | None
    """Its name."""
    lag_weeks: int | None
    """Weeks between the two."""
    lag_days: Decimal | None
    """The median time between them in the data; null: no deal has both."""
    lag_n: int
    """Cases that the median rests on."""
    lag_source: LagSource | None
    """The median; or the shortest or longest lag that is looked at; or assumed, as the data have no median."""
    figures: LeadFiguresDTO | None
    """Null where nothing can be told."""
    cannot_tell: LeadUnproven | None
    """Why it is unproven."""
    weeks_needed: int | None
    """More weeks of as many people until such an effect, if it is one, is likely found; null: no such time is near."""
    explanation: str
    """The same in plain sentences."""
    method: str
    """How it was come by."""
    graded_on: date
    """The organization's day of the grade."""
    as_of: AwareDatetime
    """Nothing later counts."""


class LeadIndicatorsDTO(OutputDTO):
    """Which process KPIs lead; no person is in it."""

    as_of: AwareDatetime
    """Nothing later counts."""
    interval_level: Decimal
    """Of the intervals."""
    false_discoveries: Decimal
    """The share of the predictive ones that chance alone may have made, at most."""
    indicators: list[LeadIndicatorDTO]
    """By model and in its order."""
