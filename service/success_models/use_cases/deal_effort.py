"""How often something was done in a deal before its outcome, as recorded by then; one statement for all deals."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.derivation import ActivityKind
from service.statistics.arrays import Indices
from service.success_models.filters import Source
from service.success_models.frozen import Cutoffs, Times
from service.success_models.measures import Aggregate, Measure
from service.success_models.repository.frozen import load_recorded_activities
from service.success_models.use_cases.frozen_evidence import fields_of, meeting


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """Of each deal the part of its life that counts, from `start` up to before `end`, and what was on record in time.

    Times are microseconds since 1970.
    """

    ids: Sequence[UUID]
    start: Times
    end: Times
    cutoffs: Cutoffs


def counts_activities(measure: Measure) -> bool:
    """Whether a measure can be counted deal by deal."""
    return measure.source is Source.ACTIVITIES and measure.aggregate is Aggregate.COUNT


async def count_effort(session: AsyncSession, org_id: UUID, spells: Spells, measures: Sequence[Measure]) -> Indices:
    """How many activities about each deal (rows) in its spell each measure (columns) counts."""
    n = len(spells.ids)
    counts = np.zeros((n, len(measures)), dtype=np.intp)
    if not counts.size:
        return counts
    fields = fields_of(condition for measure in measures for condition in measure.filters)
    found = await load_recorded_activities(session, org_id, spells.ids, spells.cutoffs, list(ActivityKind), fields)
    in_spell = (spells.start[found.deals] <= found.times) & (found.times < spells.end[found.deals])
    for place, measure in enumerate(measures):
        counts[:, place] = np.bincount(found.deals[in_spell & meeting(measure.filters, found)], minlength=n)
    return counts
