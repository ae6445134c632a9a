"""How a source's values become the model's: stages, dispositions, fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from uuid import UUID

CLOSED_WON, CLOSED_LOST = "closed_won", "closed_lost"
"""Reserved stage keys: a deal that enters one is decided."""


@dataclass(frozen=True, slots=True)
class DerivationContext:
    """What a derivation depends on besides the record's own state."""

    zone: tzinfo
    currency: str
    owners: Mapping[str, UUID]
    stages: Mapping[str, str] = field(default_factory=dict)
    dispositions: Mapping[str, str] = field(default_factory=dict)
    deals: Mapping[str, UUID] = field(default_factory=dict)
    """The source's deals by external id, as far as the records at hand name them."""
