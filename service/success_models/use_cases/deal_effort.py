"""How often something was done in a deal before its outcome, as recorded by then; one statement for all deals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.derivation import ActivityKind
from service.success_models.evidence import Value, matches
from service.success_models.filters import Filter
from service.success_models.frozen import Cutoff
from service.success_models.measures import Aggregate, Measure
from service.success_models.repository import frozen as repository
from service.success_models.repository.frozen import RecordedActivity
from service.success_models.use_cases.frozen_evidence import activity_value

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
    fields = {condition.field for measure in measures.values() for condition in measure.filters}
    cutoffs = [(deal_id, spell.cutoff) for deal_id, spell in spells.items()]
    looked_at = fields - {ABOUT_THE_DEAL, "kind"}
    found = await repository.list_recorded_activities(session, org_id, cutoffs, list(ActivityKind), looked_at)
    known: dict[tuple[Value, ...], list[str]] = {}
    order = sorted(fields - {ABOUT_THE_DEAL})
    for activity in found:
        spell = spells[activity.deal_id]
        if spell.start <= activity.occurred_at < spell.end:
            values = tuple(activity_value(activity, name) for name in order)
            if values not in known:
                known[values] = [key for key, measure in measures.items() if _counts(measure, activity)]
            for key in known[values]:
                counts[activity.deal_id][key] += 1
    return counts


def _counts(measure: Measure, activity: RecordedActivity) -> bool:
    return all(_holds(condition, activity) for condition in measure.filters)


def _holds(condition: Filter, activity: RecordedActivity) -> bool:
    if condition.field == ABOUT_THE_DEAL:
        return condition.value is True
    return matches(condition, activity_value(activity, condition.field))
