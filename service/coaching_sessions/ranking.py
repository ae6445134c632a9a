"""In which order topics are talked about: what is at stake, how sure that is, and how long it has waited; pure.

Age counts in whole local days, so that the order of a day stays as it is for the day, and with it what a caller read.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from service.coaching_sessions.concerns import Concern

FULL_WEIGHT_DAYS = 28
"""A topic that has waited so long weighs twice what it did when it was raised, and no more from then on."""
OUTCOME_WEIGHT = Decimal("0.5")
"""An outcome counts half: it cannot be coached itself, only what leads to it, and that has topics of its own."""
PLACES = Decimal("0.0001")
BEFORE = {Concern.PROCESS: 0, Concern.OTHER: 1, Concern.OUTCOME: 2}
"""What comes first where two weigh the same: what a rep does, before what came out."""


@dataclass(frozen=True, slots=True)
class Place:
    """What decides where a topic stands in the order."""

    id: UUID
    rank: Decimal
    concerns: Concern
    raised_on: date
    pinned: bool = False


def rank_of(impact: Decimal, confidence: Decimal, concerns: Concern, raised_on: date, today: date) -> Decimal:
    """From 0 to 2: impact by confidence by age, half of it for an outcome. Impact and confidence are from 0 to 1."""
    waited = min(max((today - raised_on).days, 0), FULL_WEIGHT_DAYS)
    weight = OUTCOME_WEIGHT if concerns is Concern.OUTCOME else Decimal(1)
    return (impact * confidence * weight * (1 + Decimal(waited) / FULL_WEIGHT_DAYS)).quantize(PLACES)


def order_of(place: Place) -> tuple[bool, Decimal, int, date, UUID]:
    """The key to sort by: pinned ones first, then by rank, process before outcome, then what waited longer."""
    return not place.pinned, -place.rank, BEFORE[place.concerns], place.raised_on, place.id
