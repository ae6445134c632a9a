"""The small schema in which any other CRM speaks: event types, fields, and the mapping of a new connection."""

from service.activities.dto.sources import SourceMapping

PREFIX = "touchline"
ACTIONS = frozenset({"upserted", "deleted", "restored"})

DEAL_FIELDS = frozenset(
    {"name", "stage", "pipeline", "amount", "currency", "owner", "created_at", "closed_at", "is_won", "is_closed"}
)
ACTIVITY_FIELDS = frozenset(
    {"owner", "deal", "occurred_at", "ended_at", "created_at", "direction", "outcome", "status", "duration_seconds"}
)

FIELDS = {
    "deal": DEAL_FIELDS,
    "call": ACTIVITY_FIELDS,
    "meeting": ACTIVITY_FIELDS,
    "email": ACTIVITY_FIELDS,
    "task": ACTIVITY_FIELDS,
}
"""Object → the fields its data may carry, besides `id`, `attributes` and what the connection maps."""

DEFAULT_MAPPING = SourceMapping(stages={"closed_won": "closed_won", "closed_lost": "closed_lost"})
"""The stages that decide a deal; all others are the connection's to map."""
