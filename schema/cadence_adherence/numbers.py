"""The counts and shares of an account of cadences, a manager's or all of them together."""

from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry
from pydantic import BaseModel

from schema.describing import describe, describe_enum
from schema.paging import Paged
from schema.relay import PageInfo, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.coaching_sessions.dto.adherence import AdherenceNumbersDTO, CancelledByDTO, DisputesDTO, RateDTO
from service.core.pagination import PageRequest


class CadenceRate(StrEnum):
    """The shares of an account: the DTO's fields that are rates."""

    HELD = "held"
    ON_TIME = "on_time"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    MISSED = "missed"
    FORMAT_COMPLETENESS = "format_completeness"
    OUTCOMES_RECORDED = "outcomes_recorded"
    COMMITMENTS_KEPT = "commitments_kept"
    PROCESS_SHARE = "process_share"
    ATTESTED = "attested"


def _said_of(rate: CadenceRate) -> str:
    return AdherenceNumbersDTO.model_fields[rate.value].description or ""


describe_enum(
    CadenceRate, "A share of an account of cadences.", **{rate.name.lower(): _said_of(rate) for rate in CadenceRate}
)


@strawberry.type(description="A share with its Wilson interval of 90 %.")
class CadenceRateEdge:
    """Which share it is, is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: CadenceRate = strawberry.field(description="Which share it is.")
    numerator: int
    denominator: int
    rate: Decimal | None
    interval_low: Decimal | None
    interval_high: Decimal | None


describe(CadenceRateEdge, RateDTO)


@strawberry.type(description="Shares of an account of cadences.")
class CadenceRateConnection:
    """A Relay connection."""

    edges: list[CadenceRateEdge] = strawberry.field(description="The shares of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="A session that the two sides disagree about.")
class DisputedSessionEdge:
    """The session's id is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID = strawberry.field(description="The session.")


@strawberry.type(description="Sessions that the two sides disagree about.")
class DisputedSessionConnection:
    """A Relay connection."""

    edges: list[DisputedSessionEdge] = strawberry.field(description="The sessions of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type
class CadenceNumbers:
    """Counts of sessions that were due, and the shares that they make."""

    numbers: strawberry.Private[AdherenceNumbersDTO]
    owed: int
    cancelled_by_manager: int
    cancelled_by_rep: int
    cancelled_by_other: int
    unfinished: int
    unscheduled: int
    minutes: int
    held_denied: int
    missed_claimed: int
    minutes_disputed: int
    on_topic_disputed: int
    not_due_yet: int
    skipped: int
    substituted: int
    assisted: int
    assisted_minutes: int

    @strawberry.field(description="Its shares, each with how many of how many.", extensions=[Paged(whole=True)])
    def rates(self, page: PageRequest) -> CadenceRateConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(list(CadenceRate), page)
        edges = [
            CadenceRateEdge(cursor=Cursor(cursor), node=rate, **dict(getattr(self.numbers, rate.value)))
            for cursor, rate in zip(found.cursors, found.items, strict=True)
        ]
        return CadenceRateConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(
        description="Where the two sides disagree, by when they were due.", extensions=[Paged(whole=True)]
    )
    def disputed_sessions(self, page: PageRequest) -> DisputedSessionConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.numbers.disputes.session_ids, page)
        edges = [
            DisputedSessionEdge(cursor=Cursor(cursor), node=to_global_id("CoachingSession", id_))
            for cursor, id_ in zip(found.cursors, found.items, strict=True)
        ]
        return DisputedSessionConnection(edges=edges, page_info=to_page_info(found, page))


COUNTS = (
    *("owed", "unfinished", "unscheduled", "minutes", "not_due_yet", "skipped"),
    *("substituted", "assisted", "assisted_minutes"),
)
NESTED: dict[str, tuple[type[BaseModel], str, str]] = {
    "cancelled_by_manager": (CancelledByDTO, "manager", "Cancelled "),
    "cancelled_by_rep": (CancelledByDTO, "rep", "Cancelled "),
    "cancelled_by_other": (CancelledByDTO, "other", "Cancelled by others: "),
    "held_denied": (DisputesDTO, "held_denied", ""),
    "missed_claimed": (DisputesDTO, "missed_claimed", ""),
    "minutes_disputed": (DisputesDTO, "minutes", ""),
    "on_topic_disputed": (DisputesDTO, "on_topic", ""),
}
"""Fields that the DTO nests: where, as what, and what their description begins with."""


def numbers_of(dto: AdherenceNumbersDTO) -> dict[str, Any]:
    """The fields of `CadenceNumbers`: what the DTO nests stands beside the others."""
    by, disputes = dto.cancelled_by, dto.disputes
    return {
        "numbers": dto,
        **{name: getattr(dto, name) for name in COUNTS},
        "cancelled_by_manager": by.manager,
        "cancelled_by_rep": by.rep,
        "cancelled_by_other": by.other,
        "held_denied": disputes.held_denied,
        "missed_claimed": disputes.missed_claimed,
        "minutes_disputed": disputes.minutes,
        "on_topic_disputed": disputes.on_topic,
    }


def describe_numbers(kind: Any) -> None:
    """Give the counts of a type the descriptions that the DTOs have for them."""
    for field in kind.__strawberry_definition__.fields:
        if field.python_name in NESTED:
            dto, name, start = NESTED[field.python_name]
            text = dto.model_fields[name].description or ""
            field.description = start + (text[:1].lower() + text[1:] if start else text)
    describe(kind, AdherenceNumbersDTO)
