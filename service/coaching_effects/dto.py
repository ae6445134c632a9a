"""Whether coaching helped: the question and its answer."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from service.coaching_effects.judging import Design, Doubt, EffectVerdict
from service.core.dto import Day, InputDTO, Instant, Key, OutputDTO
from service.success_models.kpis import Polarity
from service.success_models.measures import Unit

Weeks = Annotated[int, Field(ge=4, le=26)]
TriggerWeeks = Annotated[int, Field(ge=1, le=13)]


class CoachingEffectsQuery(InputDTO):
    """Of which KPI, and of whose coaching: of the tree below a manager, of a team; by default of all one may see.

    It is of people whose first coaching in the KPI lies in the days `from_on` to `to_on`.
    """

    kpi: Key
    success_model_id: UUID | None = None
    manager_id: UUID | None = None
    team_id: UUID | None = None
    programme_id: UUID | None = None
    from_on: Day | None = None
    to_on: Day | None = None
    weeks: Weeks = 8
    trigger_weeks: TriggerWeeks = 4
    placebo_kpi: Key | None = None
    as_of: Instant | None = None


class EffectDTO(OutputDTO):
    """A difference that there is, with its 90 % interval; all null where it cannot be estimated."""

    effect: Decimal | None
    """In units of the KPI; of one that adds up, per week."""
    low: Decimal | None
    """Lower end of its interval."""
    high: Decimal | None
    """Its upper end."""
    n_coached: int
    """People whose it is."""
    n_compared: int
    """People they are compared with; one who is coached later is in both."""


class EffectWeekDTO(EffectDTO):
    """The difference in one week after coaching began."""

    week: int
    """Weeks after that in which it began."""


class PlaceboKpiDTO(EffectDTO):
    """The same of a KPI in which none of them was coached: it should not move."""

    kpi: str
    """Its key in the model."""
    name: str
    """Its name there."""


class CoachingEffectsDTO(OutputDTO):
    """Whether coaching helped, or why that cannot be told."""

    kpi: str
    """Its key in the model."""
    name: str
    """Its name there."""
    unit: Unit
    """What it is counted in."""
    polarity: Polarity
    """Whether more or less of it is better."""
    design: Design
    """Experimental where a programme drew who begins when; else people decided."""
    verdict: EffectVerdict
    """Helped, worse, or it cannot be told."""
    cannot_tell: Doubt | None
    """Why not."""
    explanation: str
    """The same in plain sentences."""
    caution: str
    """What has to be ruled out before coaching is given credit, or blamed."""
    result: EffectDTO
    """Against people with the same path up to then, who had not been coached yet."""
    mirrored: EffectDTO | None
    """The change since before the dip, the dip left out; a verdict needs both. Null for a draw, which knows no dip."""
    baseline: Decimal | None
    """What those coached had before; of a KPI that adds up, per week."""
    relative_effect: Decimal | None
    """The effect as a share of that."""
    minimum_detectable: Decimal | None
    """A true effect of this size would be found four times in five."""
    weeks: list[EffectWeekDTO]
    """Week by week after coaching began."""
    before: EffectDTO
    """The same as if coaching had begun earlier, when it had not: it should be nothing."""
    placebo: PlaceboKpiDTO | None
    """Null: the model has no other process KPI in which none of them was coached."""
    n_left_out: int
    """People coached in the time who have too few weeks on record, or nobody to compare with."""
    from_on: date
    """The first day on which coaching may have begun."""
    to_on: date
    """The last."""
    trigger_weeks: int
    """Weeks before coaching whose weakness may be why it began; none of them counts as before."""
    interval_level: Decimal
    """Of the intervals."""
    method: str
    """How it was come by."""
    model_version: str
    """Which version of the statistical model."""
    as_of: AwareDatetime
    """Nothing later counts."""
