"""How forecasts came true: the question and its answer."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.core.dto import InputDTO, Instant, IsoDay, OutputDTO
from service.kpi_snapshots.forecasts.kinds import (
    BiasVerdict,
    ForecastCannotTell,
    ForecasterKind,
    ForecastMeasure,
    Sureness,
)
from service.success_models.targets import PeriodKind

HORIZON_DAYS = 14
"""By default a forecast counts that was made two weeks before the outcome."""
LONGEST_HORIZON = 365

Horizon = Annotated[int, Field(ge=0, le=LONGEST_HORIZON)]


class ForecastAccuracyQuery(InputDTO):
    """Whose forecasts, of outcomes in which period, made how long before them.

    `person_id`, `manager_id` (that person and the tree below) and `team_id` say who forecast, and of the model whose
    deals; without them it is everybody whom the caller may see, and the model with all deals. Without a period all
    outcomes count.
    """

    forecaster: ForecasterKind | None = None
    person_id: UUID | None = None
    manager_id: UUID | None = None
    team_id: UUID | None = None
    horizon_days: Horizon = HORIZON_DAYS
    period: PeriodKind | None = None
    period_start: IsoDay | None = None
    as_of: Instant | None = None


class ReliabilityBinDTO(OutputDTO):
    """Deals of which about the same was said."""

    said_from: Decimal
    """From this probability …"""
    said_to: Decimal
    """… to below this one; 1 is in the last."""
    n: int
    """Deals of which that was said."""
    mean_forecast: Decimal
    """The mean of what was said."""
    share_won: Decimal
    """The share that was won."""
    low: Decimal
    """Lower end of its 90 % interval."""
    high: Decimal
    """Upper end of its 90 % interval."""


class DealForecastScoreDTO(OutputDTO):
    """How a forecaster's forecasts of deals came true. Null estimates: `cannot_tell` says why."""

    forecaster: ForecasterKind
    """In which capacity."""
    person_id: UUID | None
    """Who; null: all in that capacity together, or the model."""
    name: str | None
    """That person's."""
    n: int
    """Deals that are decided and were forecast early enough: one forecast each, the last of these."""
    won: int
    """Those of them that were won."""
    undecided: int
    """Forecast deals that are open: they are not scored."""
    too_late: int
    """Decided deals of which nothing was said early enough: they are not scored."""
    cannot_tell: ForecastCannotTell | None
    """Why there are no estimates, or no skill."""
    deals_needed: int
    """How many more have to be decided before anything can be said; 0: none."""
    mean_forecast: Decimal | None
    """The mean of what was said; null without deals."""
    share_won: Decimal | None
    """The share that was won."""
    bias: Decimal | None
    """The first less the second: above 0 is too hopeful."""
    bias_low: Decimal | None
    """Lower end of its 90 % interval."""
    bias_high: Decimal | None
    """Upper end of its 90 % interval."""
    bias_adjusted_p: Decimal | None
    """How likely so great a bias is by chance, all forecasters of the answer counted (Benjamini-Hochberg)."""
    verdict: BiasVerdict | None
    """Biased is `bias_adjusted_p` at or below 0.05."""
    slope: Decimal | None
    """How much more comes true where more is said: 1 is honest, below 1 too sure; null where too little varies."""
    slope_low: Decimal | None
    """Lower end of its 90 % interval."""
    slope_high: Decimal | None
    """Upper end of its 90 % interval."""
    slope_adjusted_p: Decimal | None
    """How likely a slope so far from 1 is by chance, all forecasters of the answer counted (Benjamini-Hochberg)."""
    sureness: Sureness | None
    """Too sure, or not sure enough, is `slope_adjusted_p` at or below 0.05."""
    brier: Decimal | None
    """The Brier score, the mean squared error: 0 is perfect; always saying one half gets 0.25."""
    brier_low: Decimal | None
    """Lower end of its 90 % interval."""
    brier_high: Decimal | None
    """Upper end of its 90 % interval."""
    skill: Decimal | None
    """The share of the error of always saying the base rate that is saved: 1 is perfect, 0 no better."""
    skill_low: Decimal | None
    """Lower end of its 90 % interval."""
    skill_high: Decimal | None
    """Upper end of its 90 % interval."""
    reliability: Decimal | None
    """The part of the score that dishonesty costs: what was said differs from what came. 0 is best."""
    reliability_by_chance: Decimal | None
    """What an honest forecaster's reliability would come out as with so many deals."""
    resolution: Decimal | None
    """What telling deals apart gains. The higher the better."""
    uncertainty: Decimal | None
    """The score of always saying the base rate of the same deals."""
    within_variance: Decimal | None
    """Differences between forecasts within a bin …"""
    within_covariance: Decimal | None
    """… and what these gain: brier = reliability - resolution + uncertainty + within_variance - within_covariance."""
    dated: int
    """Deals of `n` of which the day of the decision was said, too; fewer than 10 tell nothing of days."""
    days_late: Decimal | None
    """How many days later than said deals are decided, on average; below 0 they are decided earlier."""
    days_late_low: Decimal | None
    """Lower end of its 90 % interval."""
    days_late_high: Decimal | None
    """Upper end of its 90 % interval."""
    days_off: Decimal | None
    """How many days off they are on average, whichever way."""
    bins: list[ReliabilityBinDTO]
    """What came true by what was said, tenths that hold deals."""
    explanation: str
    """The same in a sentence."""


class QuarterForecastScoreDTO(OutputDTO):
    """How a forecaster's forecasts of quarters came true. Null estimates: `cannot_tell` says why."""

    forecaster: ForecasterKind
    """In which capacity."""
    person_id: UUID | None
    """Who; null: all in that capacity together, or the model."""
    name: str | None
    """That person's."""
    measure: ForecastMeasure
    """Of wins or of amounts."""
    n: int
    """Quarters, of a person or of a tree, that have ended and were forecast early enough."""
    undecided: int
    """Forecast quarters that have not ended."""
    too_late: int
    """Quarters of which nothing was said early enough."""
    n_excluded: int
    """Won deals of these quarters whose amount is not known in the organization's currency."""
    cannot_tell: ForecastCannotTell | None
    """Why there are no estimates."""
    quarters_needed: int
    """How many more have to end before anything can be said; 0: none."""
    expected: Decimal
    """What was expected of them together."""
    actual: Decimal
    """What they brought."""
    mean_error: Decimal | None
    """Expected less actual, per quarter: above 0 is too hopeful."""
    mean_error_low: Decimal | None
    """Lower end of its 90 % interval."""
    mean_error_high: Decimal | None
    """Upper end of its 90 % interval."""
    adjusted_p: Decimal | None
    """How likely so great an error is by chance, all forecasters of the answer counted (Benjamini-Hochberg)."""
    verdict: BiasVerdict | None
    """Biased is `adjusted_p` at or below 0.05."""
    mean_absolute_error: Decimal | None
    """How far off they are, whichever way."""
    coverage: Decimal | None
    """The share of quarters that lay between `low` and `high`; 0.9 is honest."""
    coverage_low: Decimal | None
    """Lower end of its 90 % interval."""
    coverage_high: Decimal | None
    """Upper end of its 90 % interval."""
    explanation: str
    """The same in a sentence."""


class ForecastAccuracyDTO(OutputDTO):
    """How forecasts came true."""

    as_of: datetime
    """Nothing later counts, neither outcomes nor forecasts."""
    horizon_days: int
    """How long before the outcome a forecast had to be made."""
    period_start: date | None
    """First day of the outcomes; null: since ever."""
    period_end: date | None
    """Their last day; null: until `as_of`."""
    interval_level: Decimal
    """Of all intervals."""
    method: str
    """The scores, their intervals and their tests."""
    model_version: str
    """The version of the rules behind the answer."""
    deals: list[DealForecastScoreDTO]
    """The model, all reps, all managers, then everybody by name."""
    quarters: list[QuarterForecastScoreDTO]
    """In the same order."""
