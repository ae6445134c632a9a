"""What a process KPI is to lead to: the next count up the model's funnel, else its result; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.activities.mapping import CLOSED_LOST, CLOSED_WON
from service.success_models.document import ModelDocument
from service.success_models.filters import Source
from service.success_models.kpis import Kpi, KpiKind, KpiLevel, Polarity
from service.success_models.measures import Aggregate, Measure

LEVELS = tuple(KpiLevel)
Step = tuple[int, int]
"""How far up the funnel: by what is counted, then by the KPI's level."""
Candidate = tuple[tuple[Step, int, int], Kpi, Measure]
"""What may come of something: where it stands (how far up, what kind of number, its place in the model), and itself."""


@dataclass(frozen=True, slots=True)
class Link:
    """A process KPI with what is to come of it."""

    kpi: Kpi
    done: Measure | None
    """What is counted of it by the week; of a ratio its numerator, None where weeks do not add up."""
    of: Measure | None
    """Of a ratio its denominator."""
    outcome: Kpi | None
    """None where the model names nothing further up."""
    came: Measure | None
    """What is counted of the outcome."""


def link_kpis(document: ModelDocument) -> list[Link]:
    """Every process KPI of a model with the next one up the funnel, in the model's order."""
    stages = [stage.key for stage in document.stages]
    candidates = sorted(_candidates(document.kpis, stages), key=lambda one: one[0])
    return [_link(kpi, stages, candidates) for kpi in document.kpis if kpi.level.is_process]


def _link(kpi: Kpi, stages: list[str], candidates: list[Candidate]) -> Link:
    done, of = weekly_parts(kpi)
    begins = _step(kpi, _beginning(kpi), stages)
    above = ((other, measure) for (step, _, _), other, measure in candidates if step > begins and other.key != kpi.key)
    outcome, came = next(above, (None, None))
    return Link(kpi, done, of, outcome, came)


def weekly_parts(kpi: Kpi) -> tuple[Measure | None, Measure | None]:
    """What of a KPI adds up by the week, and what that is divided by; None where nothing is."""
    if not kpi.is_additive or kpi.per is not None:
        return None, None
    return (kpi.measure, None) if kpi.kind is KpiKind.FLOW else (kpi.numerator, kpi.denominator)


def _beginning(kpi: Kpi) -> Measure | None:
    return kpi.numerator if kpi.kind is KpiKind.RATIO else kpi.measure


def _candidates(kpis: Iterable[Kpi], stages: list[str]) -> Iterator[Candidate]:
    """What can come of something, each with its place: counts before sums, those before a ratio's numerator."""
    for place, kpi in enumerate(kpis):
        measure = _beginning(kpi)
        if (
            measure is not None
            and measure.is_additive
            and kpi.per is None
            and not kpi.is_cohort
            and kpi.polarity is Polarity.HIGHER
            and kpi.level is not KpiLevel.ACTIVITY
            and measure.source is not Source.DEALS_LOST
            and (kpi.kind is KpiKind.FLOW or kpi.level is KpiLevel.RESULT)
        ):
            rank = 2 if kpi.kind is not KpiKind.FLOW else int(measure.aggregate is not Aggregate.COUNT)
            yield (_step(kpi, measure, stages), rank, place), kpi, measure


def _step(kpi: Kpi, measure: Measure | None, stages: list[str]) -> Step:
    """Activities, deals opened, deals that came into a stage, deals decided."""
    level = LEVELS.index(kpi.level)
    last = len(stages) + 2
    if measure is None:
        start = None if kpi.duration is None else kpi.duration.from_stage
        return (2 + stages.index(start) if start in stages else 1), level
    if measure.source is Source.STAGE_CHANGES:
        named = {value for _, value in measure.stage_values()} - {CLOSED_LOST}
        places = [last if key == CLOSED_WON else 2 + stages.index(key) for key in named if key in {*stages, CLOSED_WON}]
        return min(places, default=2), level
    if measure.source is Source.ACTIVITIES:
        return 0, level
    return (1 if measure.source in {Source.DEALS_CREATED, Source.OPEN_DEALS} else last), level
