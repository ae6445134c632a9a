"""What of a skill's links leads to wins in the funnel of a model; pure.

What follows one another on the way to a win must not count twice: a better qualified lead shows in the meetings, in the
opportunities and in the win rate. So of each half of the way, before a deal is opened and after, only the kind of link
nearest to the win is moved: stages before shares of deals, and these before counts of deals; opportunities before
activities and shares of these.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from service.skill_assessments.impact.levers import LinkedRateKind
from service.success_models.filters import Source
from service.success_models.kpis import Kpi, KpiKind, Polarity
from service.success_models.measures import Aggregate


class Place(IntEnum):
    """Where on the way a linked KPI is; the first of each half counts."""

    DEAL_SHARE = 1
    DEAL_COUNT = 2
    OPPORTUNITIES = 3
    ACTIVITIES = 4
    ACTIVITY_SHARE = 5


BEFORE_A_DEAL = (Place.OPPORTUNITIES, Place.ACTIVITIES, Place.ACTIVITY_SHARE)
AFTER = (Place.DEAL_SHARE, Place.DEAL_COUNT)


@dataclass(frozen=True, slots=True)
class Links:
    """Keys of the levers that a skill moves, and links that lead into no funnel (only where there is no lever)."""

    levers: Sequence[str]
    lost: Sequence[str] = ()


def place_of(kpi: Kpi) -> Place | None:
    """Where a KPI is on the way to a win; None of one that wins are not in proportion to.

    These are durations, levels, amounts, ratios of events per occasion, and whatever should be low.
    """
    counts = all(measure.aggregate is Aggregate.COUNT for measure in kpi.measures)
    if kpi.polarity is not Polarity.HIGHER or not counts or kpi.per is not None:
        return None
    if kpi.kind is KpiKind.RATIO and kpi.is_proportion and kpi.denominator is not None:
        return Place.ACTIVITY_SHARE if kpi.denominator.source is Source.ACTIVITIES else Place.DEAL_SHARE
    if kpi.kind is not KpiKind.FLOW or kpi.measure is None:
        return None
    counted = {
        Source.ACTIVITIES: Place.ACTIVITIES,
        Source.DEALS_CREATED: Place.OPPORTUNITIES,
        Source.STAGE_CHANGES: Place.DEAL_COUNT,
        Source.DEALS_WON: Place.DEAL_COUNT,
    }
    return counted.get(kpi.measure.source)


def lever_kind(kpi: Kpi) -> LinkedRateKind:
    """How a KPI that is on the way is moved."""
    return LinkedRateKind.SHARE if kpi.kind is KpiKind.RATIO else LinkedRateKind.VOLUME


def link_skill(stages: Iterable[str], kpis: Iterable[str], steps: Collection[str], known: Mapping[str, Kpi]) -> Links:
    """The levers of a skill that is linked to these stages and KPIs.

    `steps` are the keys of the funnel's steps, `known` the KPIs of the model.
    """
    moved = [f"stage:{stage}" for stage in stages if f"stage:{stage}" in steps]
    places = {key: place_of(known[key]) for key in kpis if key in known}
    after = moved or _first(places, AFTER)
    levers = [*after, *_first(places, BEFORE_A_DEAL)]
    if levers:
        return Links(levers)
    return Links([], [*(f"stage:{stage}" for stage in stages), *(f"kpi:{key}" for key in kpis)])


def _first(places: Mapping[str, Place | None], among: Sequence[Place]) -> list[str]:
    """The KPI of the nearest place, the first of several."""
    here = [(place, number, key) for number, (key, place) in enumerate(places.items()) if place in among]
    return [f"kpi:{min(here)[2]}"] if here else []
