"""What is read of a skill and of a KPI at the start of a plan, and again later; pure."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from service.core.dto import OutputDTO
from service.success_models.kpis import Kpi, KpiKind
from service.success_models.measures import Aggregate


class KpiBasis(StrEnum):
    """What a KPI's value is made of, as far as its chance is concerned."""

    PROPORTION = "proportion"
    COUNT = "count"
    OTHER = "other"


def basis_of(kpi: Kpi) -> KpiBasis:
    """Proportions and counts have a distribution that tells what chance does to them; sums, durations and levels none.

    The same distinction as for the trend of a scorecard.
    """
    if kpi.is_proportion:
        return KpiBasis.PROPORTION
    if kpi.kind is KpiKind.FLOW and kpi.per is None and kpi.measures[0].aggregate is Aggregate.COUNT:
        return KpiBasis.COUNT
    return KpiBasis.OTHER


class SkillReading(OutputDTO):
    """A person's level in a skill, from the newest rating of each rater but the person and their peers."""

    level: Decimal
    """With the severity of the raters taken out where they have enough people in common, else their mean."""
    standard_error: Decimal
    """Of the level: measured where raters overlap, else assumed from what is known of ratings in general."""
    n: int
    """Raters."""
    assessed_on: date
    """The newest day that a rating speaks of."""


class KpiReading(OutputDTO):
    """What a KPI came to in a month that is over."""

    period_start: date
    """The month's first day."""
    period_end: date
    """Its last."""
    value: Decimal | None
    """Null where there is nothing to divide by."""
    numerator: Decimal | None
    """Of a ratio."""
    denominator: Decimal | None
    """Of a ratio."""
    n: int
    """Facts that it rests on."""
    working_days: Decimal
    """The person's own, in the month."""


class FocusBaseline(OutputDTO):
    """Where a person stood when the plan started; it never changes."""

    skill: SkillReading | None
    """Null: nobody had rated it."""
    kpi: KpiReading | None
    """The linked KPI in the last whole month before; null without one."""
