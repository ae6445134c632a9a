"""In which order topics are talked about: what is at stake, how sure that is, and how long it has waited; pure."""

from datetime import datetime
from decimal import Decimal

FULL_WEIGHT_DAYS = 28
"""A topic that has waited so long weighs twice what it did when it was raised, and no more from then on."""
PLACES = Decimal("0.0001")


def rank_of(impact: Decimal, confidence: Decimal, raised_at: datetime, now: datetime) -> Decimal:
    """From 0 to 2: impact by confidence by age. Impact and confidence are shares from 0 to 1."""
    waited = max((now - raised_at).total_seconds(), 0) / 86_400
    age = 1 + min(Decimal(str(waited)) / FULL_WEIGHT_DAYS, Decimal(1))
    return (impact * confidence * age).quantize(PLACES)
