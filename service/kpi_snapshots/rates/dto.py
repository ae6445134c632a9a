"""Inputs and outputs of comparisons of rates."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from service.core.dto import InputDTO, IsoDay, IsoInstant, Key, OutputDTO
from service.kpi_snapshots.leads.grading import LeadGrade
from service.kpi_snapshots.pace import Method
from service.kpi_snapshots.rates.comparing import CannotTell, Control
from service.success_models.kpis import KpiLevel, Polarity
from service.success_models.measures import Unit
from service.success_models.targets import PeriodKind

MOST_KPIS = 20


class RateComparisonsQuery(InputDTO):
    """Whose rates: of the tree below a manager, or of a team; by default of the caller's own team.

    That is the tree below a manager, the people of a rep's manager, and everybody for those who see everybody. Without
    KPIs all ratios that divide counts are compared.
    """

    kpi: Annotated[tuple[Key, ...], Field(max_length=MOST_KPIS)] = ()
    manager_id: UUID | None = None
    team_id: UUID | None = None
    period: PeriodKind = PeriodKind.QUARTER
    period_start: IsoDay | None = None
    as_of: IsoInstant | None = None
    known_at: IsoInstant | None = None


class FunnelLimitsDTO(OutputDTO):
    """Where a rate lies by chance alone, as wide as the spread between people makes chance."""

    n: int
    """On so many cases."""
    warning_low: Decimal
    """In 95 % between this …"""
    warning_high: Decimal
    """… and this."""
    control_low: Decimal
    """In 99.8 % between this …"""
    control_high: Decimal
    """… and this."""


class PersonRateDTO(OutputDTO):
    """One person's rate, as far as the caller may see that person."""

    person_id: UUID
    name: str
    """The person's."""
    numerator: int
    """What came of the cases."""
    n: int
    """Cases: what the rate divides by; of a cohort those that are decided."""
    undecided: int
    """Of a cohort: deals that may still become part of the rate."""
    rate: Decimal | None
    """As counted; null without cases."""
    estimate: Decimal | None
    """With chance taken out: drawn towards the others' as far as so few cases call for."""
    interval_low: Decimal | None
    """Of 90 %: where the true rate lies, the uncertainty about the others counted in."""
    interval_high: Decimal | None
    """Its other end."""
    limits: FunnelLimitsDTO | None
    """Where a rate on so many cases lies by chance alone."""
    adjusted_p: Decimal | None
    """How likely so great a difference is by chance, all comparisons of the answer counted (Benjamini-Hochberg)."""
    control: Control | None
    """Out of control is `adjusted_p` at or below 0.05; null where that cannot be told."""
    cannot_tell: CannotTell | None
    """Why it cannot be told."""
    explanation: str
    """The same in a sentence."""


class AnonymousPeersDTO(OutputDTO):
    """Those whom the caller may not see one by one, five or more of them."""

    people: int
    """With cases."""
    numerator: int
    """What came of their cases."""
    n: int
    """Their cases."""
    rate: Decimal
    """Of all of them together."""
    lower_quartile: Decimal
    """A quarter of them have a lower rate."""
    median: Decimal
    """Half of them have a lower rate."""
    upper_quartile: Decimal
    """A quarter of them have a higher rate."""


class RateComparisonDTO(OutputDTO):
    """One KPI compared between those of one job role: by name, never by rank."""

    kpi: str
    """Its key in the model."""
    name: str
    """Its name there."""
    level: KpiLevel
    """Process (activity, objective) or outcome (result)."""
    unit: Unit
    """What the rate is counted in."""
    polarity: Polarity
    """Whether more or less of it is better."""
    job_role: str | None
    """Of whom; null: of those without one."""
    lead_grade: LeadGrade | None = None
    """What the KPI is worth as a sign of what is to come; null of a result."""
    success_model_id: UUID
    """The model that defines it."""
    model_version: int
    """Which version of the model it follows."""
    method: Method
    """How rates are drawn towards each other: shares of cases, or events per occasion."""
    is_share: bool
    """Whether the rate is a share, between 0 and 1."""
    people: int
    """With cases."""
    numerator: int
    """What came of all their cases."""
    n: int
    """All their cases."""
    rate: Decimal | None
    """Of all of them together: the funnel's centre."""
    homogeneity_p: Decimal | None
    """How likely so great a spread between people is by chance alone (Pearson's test)."""
    noise_share: Decimal | None
    """The share of the spread between people that chance makes, from 0 to 1."""
    overdispersion: Decimal
    """How many times the variance of chance the limits allow for; at least 1."""
    cases_needed: int | None
    """Cases per person before half of a difference that is seen is real (a reliability of 0.5)."""
    cases_needed_low: int | None
    """Of its 90 % interval the lower end."""
    cases_needed_high: int | None
    """Its upper end."""
    cannot_tell: CannotTell | None
    """Why nothing can be told."""
    explanation: str
    """What it means, in plain sentences; it names nobody."""
    rates: list[PersonRateDTO]
    """Of those whom the caller may see, by name."""
    peers: AnonymousPeersDTO | None
    """Of all others together; null without others, or where they would be fewer than five."""
    funnel: list[FunnelLimitsDTO]
    """The limits over numbers of cases, for a plot; empty where nothing is compared."""


class RateComparisonsDTO(OutputDTO):
    """Who differs beyond chance, and how much of the difference between people is noise."""

    period: PeriodKind
    """The kind of period."""
    period_start: date
    """Its first day."""
    period_end: date
    """Its last day."""
    as_of: AwareDatetime
    """Nothing later counts."""
    team_on: date
    """The day whose reporting lines make the team: that of `as_of`, or the period's last where it is over."""
    interval_level: Decimal
    """Of the intervals of rates."""
    false_discoveries: Decimal
    """The share of those out of control that chance alone may have put there, at most."""
    tests: int
    """Comparisons that the p-values are adjusted for: people times KPIs."""
    comparisons: list[RateComparisonDTO]
    """By KPI in the model's order, and job role."""
