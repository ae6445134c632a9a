"""The types of events as an enum of the schema, described by the registry that emits them."""

from schema.describing import describe_enum
from service.webhooks.event_types import EVENTS, EventType

__all__ = ["EventType"]

describe_enum(
    EventType,
    "The type of an event.",
    **{type_.name.lower(): f"{spec.summary}." for type_, spec in EVENTS.items()},
)
