"""A model read as a funnel: the steps from an opportunity to a won deal, and the activities before it; pure.

Each step follows deals that came as far as one stage: how many came further. A deal that skips a stage came as far
as the later one, so that the product of the steps is the share of opportunities that are won.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.activities.mapping import CLOSED_LOST, CLOSED_WON
from service.success_models.document import ModelDocument
from service.success_models.filters import DEAL_PREFIX, Filter, Source, field_kind
from service.success_models.kpis import Basis, Kpi, KpiKind, KpiLevel
from service.success_models.measures import Aggregate, Measure, Unit

OPENED = "opportunities"
"""The key of the funnel's beginning, and of the requirement that is counted in deals."""


@dataclass(frozen=True, slots=True)
class Step:
    """One conversion; `stages` are those whose open deals have it ahead of them, as the first of theirs."""

    key: str
    name: str
    stages: frozenset[str]
    cohort: Kpi
    """The ratio whose figures tell of it."""


def quota_kpis(document: ModelDocument) -> list[Kpi]:
    """The KPIs that a quota can be for: sums of the amounts of won deals, in the model's order."""
    return [
        kpi
        for kpi in document.kpis
        if kpi.kind is KpiKind.FLOW
        and kpi.per is None
        and kpi.measure is not None
        and kpi.measure.source is Source.DEALS_WON
        and (kpi.measure.aggregate, kpi.measure.field) == (Aggregate.SUM, "amount")
    ]


def activity_kpis(document: ModelDocument) -> list[Kpi]:
    """The counts of what people do, in the model's order: calls, meetings."""
    return [
        kpi
        for kpi in document.kpis
        if kpi.kind is KpiKind.FLOW
        and kpi.per is None
        and kpi.level is not KpiLevel.RESULT
        and kpi.measure is not None
        and (kpi.measure.source, kpi.measure.aggregate) == (Source.ACTIVITIES, Aggregate.COUNT)
    ]


def opened(quota: Kpi) -> Kpi:
    """The count of opportunities of the kind that the quota is about."""
    measure = Measure(source=Source.DEALS_CREATED, filters=_of_deals(quota, Source.DEALS_CREATED))
    return Kpi(
        key=OPENED, name="Opportunities", kind=KpiKind.FLOW, level=KpiLevel.OBJECTIVE, unit=Unit.COUNT, measure=measure
    )


def staged(document: ModelDocument, quota: Kpi) -> list[Step]:
    """A step from each stage of the process to the next, the first from the deal's beginning; the last ends in won."""
    stages = [stage for stage in document.stages if stage.key not in {CLOSED_WON, CLOSED_LOST}]
    found = []
    for place, stage in enumerate(stages):
        later = [other.key for other in stages[place + 1 :]]
        until = stages[place + 1].name if later else "Won"
        entered = opened(quota).measures[0] if place == 0 else _came_to([stage.key, *later], quota)
        reached = _came_to(later, quota) if later else Measure(source=Source.DEALS_WON)
        name = f"{stage.name} → {until}"
        found.append(Step(f"stage:{stage.key}", name, frozenset({stage.key}), _cohort(name, entered, reached)))
    return found


def unstaged(quota: Kpi) -> list[Step]:
    """The one step that every CRM tells of: opened, and won."""
    name = "Opened → Won"
    cohort = _cohort(name, opened(quota).measures[0], Measure(source=Source.DEALS_WON))
    return [Step("won", name, frozenset(), cohort)]


def lasting(quota: Kpi) -> list[Filter]:
    """The quota's conditions on deals that hold of open ones too."""
    return _of_deals(quota, Source.OPEN_DEALS)


def place_of(steps: Sequence[Step], stage: str | None) -> int:
    """How many steps an open deal has behind it; none where its stage is not of the process."""
    return next((place for place, step in enumerate(steps) if stage in step.stages), 0)


def _came_to(stages: Sequence[str], quota: Kpi) -> Measure:
    """Deals that came into one of the stages, or were won without."""
    reached = Filter(field="to_stage", op="in", value=[*stages, CLOSED_WON])
    return Measure(source=Source.STAGE_CHANGES, filters=[reached, *_of_deals(quota, Source.STAGE_CHANGES)])


def _of_deals(quota: Kpi, source: Source) -> list[Filter]:
    """The quota's own conditions on deals, as far as they hold from a deal's beginning on."""
    return list(_translated(quota.measures[0].filters, source))


def _translated(filters: Iterable[Filter], source: Source) -> Iterator[Filter]:
    prefix = DEAL_PREFIX if source is Source.STAGE_CHANGES else ""
    for condition in filters:
        name = prefix + condition.field
        if condition.field not in CHANGING and field_kind(source, name) is not None:
            yield condition.model_copy(update={"field": name})


CHANGING = frozenset({"stage", "outcome", "amount", "slips", "age_days"})
"""What a deal is not yet when it is opened."""


def _cohort(name: str, entered: Measure, reached: Measure) -> Kpi:
    return Kpi(
        key="step",
        name=name,
        kind=KpiKind.RATIO,
        basis=Basis.COHORT,
        level=KpiLevel.RESULT,
        unit=Unit.RATIO,
        numerator=reached,
        denominator=entered,
    )
