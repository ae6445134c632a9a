"""Inputs and outputs of the way back from a quota."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from service.core.dto import InputDTO, IsoDay, IsoInstant, Key, OutputDTO, ShortNumber, example
from service.kpi_snapshots.leads.grading import LeadGrade
from service.kpi_snapshots.planning.levers import BetterBy
from service.success_models.targets import PeriodKind

Confidence = Annotated[
    Decimal, Field(ge=Decimal("0.5"), le=Decimal("0.95"), decimal_places=2, allow_inf_nan=False), ShortNumber()
]
Money = Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=2, allow_inf_nan=False), ShortNumber()]


class PlanRequest(InputDTO):
    """Whose way back from which quota."""

    model_config = example(person_id="01890a5d-ac96-774b-bcce-b302099a8057", period="quarter", confidence="0.8")

    person_id: UUID
    kpi: Key | None = None
    """Which sum of won amounts has the quota; by default the first of the model that has a target."""
    period: PeriodKind = PeriodKind.QUARTER
    period_start: IsoDay | None = None
    """By default the period that holds `as_of`."""
    as_of: IsoInstant | None = None
    """Nothing after it counts; now by default."""
    quota: Money | None = None
    """In the organization's currency; by default the person's target."""
    confidence: Confidence = Decimal("0.8")
    """With which probability the quota should be reached."""


class RequirementDTO(OutputDTO):
    """How much of one thing is needed in what is left of the period."""

    key: str
    """`opportunities`, or the key of the activity's KPI."""
    name: str
    """As the model calls it."""
    needed: int | None
    """For the probability that was asked for; null: no count that anybody could make is enough, or nobody can tell."""
    low: int | None
    """For an even chance."""
    high: int | None
    """For a probability of 0.95."""
    per_week: Decimal | None
    """Of what is needed, in a full working week."""
    lead_grade: LeadGrade | None = None
    """Of an activity's KPI: what it is worth as a sign of what is to come."""


class LeverKind(StrEnum):
    """What a lever is."""

    CONVERSION = "conversion"
    DEAL_SIZE = "deal_size"
    ACTIVITY = "activity"


class LeverDTO(OutputDTO):
    """Something that the answer rests on, and what a better one would change."""

    key: str
    """`stage:…` for a conversion, `deal_size`, or the key of an activity's KPI."""
    name: str
    """In words."""
    kind: LeverKind
    """A share of deals that come further, the mean amount of a won deal, or opportunities per activity."""
    value: Decimal
    """The person's own, drawn towards that of their peers as far as it rests on little."""
    interval_low: Decimal
    """Of 90 %."""
    interval_high: Decimal
    """Its other end."""
    n: int
    """The person's own cases behind it."""
    better: Decimal
    """A value in reach."""
    better_by: BetterBy
    """`peers`: what the best quarter of them have; `step`: a tenth, as there are too few to learn from."""
    saves: Decimal
    """The share of what is needed that need not be done with the better value, from 0 to 1."""
    lead_grade: LeadGrade | None = None
    """Of an activity's KPI: what it is worth as a sign of what is to come."""


class PlanNote(StrEnum):
    """What to know about a plan before it is believed."""

    REACHED = "reached"
    NO_WON_DEALS = "no_won_deals"
    NO_STAGE_HISTORY = "no_stage_history"
    NO_ACTIVITY = "no_activity"
    OUT_OF_REACH = "out_of_reach"


class PlanDTO(OutputDTO):
    """The way back from a quota: what is there, what is missing, and how much work that is, with what probability."""

    person_id: UUID
    success_model_id: UUID
    """The version that it follows."""
    kpi: str
    """The key of the quota's KPI."""
    period: PeriodKind
    """The kind of period."""
    period_start: date
    """Its first day."""
    period_end: date
    """Its last."""
    as_of: AwareDatetime
    """Nothing later counts."""
    confidence: Decimal
    """The probability that the requirements are for."""
    quota: Decimal
    """In the organization's currency."""
    quota_reason: str
    """Which target it is, in words."""
    won: Decimal
    """So far in the period."""
    open_deals: int
    """Open deals expected to close in the period, or without such a day."""
    open_expected: Decimal | None = None
    """What they come to on average; null: nobody can tell."""
    missing: Decimal
    """The quota less what is won."""
    probability: Decimal | None = None
    """Of reaching the quota with the open deals alone."""
    working_days_left: Decimal
    """The person's own, today's remaining hours included."""
    requirements: list[RequirementDTO] = Field(default_factory=list)
    """Opportunities first, then the model's activities; each is enough by itself, on its own way to opportunities."""
    levers: list[LeverDTO] = Field(default_factory=list)
    """In the order of the way from activity to money."""
    most_telling: str | None = None
    """The key of the lever that saves most."""
    notes: list[PlanNote]
