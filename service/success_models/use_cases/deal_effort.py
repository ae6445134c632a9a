"""How often something was done in a deal before its outcome, as recorded by then; one statement for all deals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.derivation import ActivityKind
from service.statistics.arrays import Bools
from service.success_models.filters import Filter
from service.success_models.frozen import Cutoff, Cutoffs, matching, micros
from service.success_models.measures import Aggregate, Measure
from service.success_models.repository.frozen import RecordedActivities, load_recorded_activities

ABOUT_THE_DEAL = "deal"
"""The field that asks whether an activity is about a deal: all those counted here are."""


@dataclass(frozen=True, slots=True)
class Spell:
    """The part of a deal's life that counts, from `start` up to before `end`, and what was on record in time."""

    start: datetime
    end: datetime
    cutoff: Cutoff


def counts_activities(measure: Measure) -> bool:
    """Whether a measure can be counted deal by deal."""
    return measure.source.value == "activities" and measure.aggregate is Aggregate.COUNT


async def count_effort(
    session: AsyncSession, org_id: UUID, spells: Mapping[UUID, Spell], measures: Mapping[str, Measure]
) -> dict[UUID, dict[str, int]]:
    """By deal, how many activities about it in its spell each measure counts; the measures by any key."""
    counts = {deal_id: dict.fromkeys(measures, 0) for deal_id in spells}
    if not measures or not spells:
        return counts
    ids, all_spells = list(spells), list(spells.values())
    fields = {condition.field for measure in measures.values() for condition in measure.filters}
    looked_at = sorted(fields - {ABOUT_THE_DEAL, "kind"})
    cutoffs = Cutoffs(
        np.array([spell.cutoff.until for spell in all_spells], dtype=np.int64),
        np.array([spell.cutoff.known for spell in all_spells], dtype=np.int64),
    )
    found = await load_recorded_activities(session, org_id, ids, cutoffs, list(ActivityKind), looked_at)
    start, end = (
        np.array([micros(at) for at in ends], dtype=np.int64)
        for ends in zip(*((spell.start, spell.end) for spell in all_spells), strict=True)
    )
    within = (found.times >= start[found.deals]) & (found.times < end[found.deals])
    for key, measure in measures.items():
        fits = within.copy()
        for condition in measure.filters:
            fits &= _holds(condition, found)
        for deal_id, count in zip(ids, np.bincount(found.deals[fits], minlength=len(ids)).tolist(), strict=True):
            counts[deal_id][key] = count
    return counts


def _holds(condition: Filter, activities: RecordedActivities) -> Bools:
    if condition.field == ABOUT_THE_DEAL:
        return np.full(activities.times.size, condition.value is True)
    values = activities.kinds if condition.field == "kind" else activities.fields[condition.field]
    return matching(condition, values)
