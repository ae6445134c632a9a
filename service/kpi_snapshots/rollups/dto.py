"""What a team comes to."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import AwareDatetime

from service.core.dto import OutputDTO
from service.kpi_snapshots.leads.grading import LeadGrade
from service.success_models.kpis import KpiLevel, Polarity
from service.success_models.measures import Unit
from service.success_models.targets import PeriodKind


class TeamLineDTO(OutputDTO):
    """One KPI of a team: the facts of all its people, pooled."""

    kpi: str
    """Its key in the model."""
    name: str
    """Its name there."""
    level: KpiLevel
    """Process (activity, objective) or outcome (result)."""
    unit: Unit
    """What the value is counted in."""
    polarity: Polarity
    """Whether more or less of it is better."""
    lead_grade: LeadGrade | None
    """What the KPI is worth as a sign of what is to come; null of a result."""
    success_model_id: UUID
    """The model that it is of: of each KPI there is a line for every model in the team."""
    people: int
    """Those whom this model holds for."""
    value: Decimal | None
    """Null where there is nothing to divide by, and of medians and distinct values, which cannot be pooled."""
    numerator: Decimal | None
    """Of a ratio."""
    denominator: Decimal | None
    """Of a ratio."""
    n: int
    """Facts that the value rests on."""
    undecided: int
    """Of a cohort and a duration: deals that may still become part of the value."""
    people_with_target: int
    """Those who have one."""
    target: Decimal | None
    """What the team's people are asked for together; of a level their mean, weighted by working days."""
    expected: Decimal | None
    """What of the target is due by `as_of`."""
    attainment: Decimal | None
    """1 at the target."""


class TeamScorecardDTO(OutputDTO):
    """Every KPI of the whole tree below a manager, as the reporting lines were then; process and outcome apart."""

    manager_id: UUID
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
    people: int
    """The team's people, the manager not among them."""
    process: list[TeamLineDTO]
    """What the team does and what that leads to."""
    outcome: list[TeamLineDTO]
    """What comes of it."""
