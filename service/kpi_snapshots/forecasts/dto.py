"""Forecasts: what is said, by whom, and how a list of them is narrowed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from service.core.dto import Day, InputDTO, Instant, OutputDTO, ShortNumber, example
from service.core.sorting import Sorting
from service.kpi_snapshots.forecasts.kinds import ForecasterKind, ForecastMeasure, ForecastSubject

FORECAST_SORTING = Sorting({"made_at": datetime}, default="-made_at")

Probability = Annotated[Decimal, Field(ge=0, le=1, decimal_places=4), ShortNumber()]
"""From 0 to 1, in steps of a hundredth of a percent."""
Total = Annotated[Decimal, Field(ge=0, le=Decimal(10) ** 12, decimal_places=2), ShortNumber()]
"""Wins or money, none of which is negative."""


class DealForecastInput(InputDTO):
    """What becomes of an open deal."""

    model_config = example(
        deal_id="0199a1c4-1111-7000-8000-000000000001", probability="0.6", expected_close_on="2026-12-18"
    )

    deal_id: UUID
    """One of one's own, or of somebody below."""
    probability: Probability
    """Of being won in the end."""
    expected_close_on: Day | None = None
    """When it is decided either way; not before today."""


class QuarterForecastInput(InputDTO):
    """What a quarter brings."""

    model_config = example(
        person_id="0199a1c4-1111-7000-8000-000000000002",
        period_start="2026-10-01",
        measure="wins",
        expected="7",
        low="4",
        high="11",
    )

    person_id: UUID
    """Whose: oneself, or somebody below."""
    whole_tree: bool = False
    """Of everybody below that person, in place of that person's own."""
    period_start: Day
    """The first day of a quarter of the organization's own calendar, which has not ended."""
    measure: ForecastMeasure
    expected: Total
    """What is expected; an amount is in the organization's currency."""
    low: Total
    """It will be less than this one time in twenty …"""
    high: Total
    """… and more than this one time in twenty."""

    @model_validator(mode="after")
    def _in_order(self) -> "QuarterForecastInput":
        if not self.low <= self.expected <= self.high:
            raise ValueError("low, expected and high must be in ascending order")
        return self


class CreateForecast(InputDTO):
    """A forecast of a deal or of a quarter. It cannot be changed: who thinks otherwise later makes another."""

    model_config = example(deal={"deal_id": "0199a1c4-1111-7000-8000-000000000001", "probability": "0.6"})

    deal: DealForecastInput | None = None
    quarter: QuarterForecastInput | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "CreateForecast":
        if (self.deal is None) == (self.quarter is None):
            raise ValueError("give exactly one of deal and quarter")
        return self


class ForecastDTO(OutputDTO):
    """What somebody, or the model, said at an instant."""

    id: UUID
    made_at: datetime
    """When it was said, by the server's clock."""
    forecaster: ForecasterKind
    """In which capacity."""
    forecaster_id: UUID | None
    """Who said so; null: the model."""
    model_version: str | None
    """The version of the model; null: it was a person."""
    person_id: UUID | None
    """The deal's owner at the time, or whose quarter it is; null: the deal had no owner."""
    deal_id: UUID | None
    """The deal; null: it is about a quarter."""
    probability: Decimal | None
    """Of the deal being won in the end."""
    expected_close_on: date | None
    """When the deal is decided."""
    period_start: date | None
    """First day of the quarter; null: it is about a deal."""
    period_end: date | None
    """Its last day."""
    whole_tree: bool
    """The quarter of everybody below the person, in place of the person's own."""
    measure: ForecastMeasure | None
    """What the quarter is measured by."""
    expected: Decimal | None
    """What is expected of the quarter; an amount is in the organization's currency."""
    low: Decimal | None
    """It will be less than this one time in twenty …"""
    high: Decimal | None
    """… and more than this one time in twenty."""


class ForecastFilter(InputDTO):
    """Which forecasts a list holds."""

    subject: ForecastSubject | None = None
    forecaster: ForecasterKind | None = None
    forecaster_id: UUID | None = None
    person_id: UUID | None = None
    deal_id: UUID | None = None
    made_since: Instant | None = None
    made_until: Instant | None = None
