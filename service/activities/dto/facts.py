"""Activities and deals: what partners push, and what the surfaces show."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from service.activities.derivation import ActivityKind, DealOutcome
from service.core.bulk_items import MAX_ITEMS
from service.core.dto import (
    Day,
    DayOrInstant,
    InputDTO,
    Instant,
    Key,
    OutputDTO,
    SearchText,
    ShortNumber,
    Text,
    example,
)
from service.core.sorting import Sorting
from service.organizations.dto.fields import Currency, ExternalId

Word = Annotated[Text, StringConstraints(max_length=100, to_lower=True)]
"""A value that is compared as a word, in lower case."""

AttributeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,64}$")]
Attributes = Annotated[dict[AttributeName, Text | None], Field(max_length=50)]
Money = Annotated[Decimal, Field(max_digits=20, decimal_places=6, allow_inf_nan=False), ShortNumber()]
Seconds = Annotated[Decimal, Field(ge=0, lt=10**9, decimal_places=3, allow_inf_nan=False), ShortNumber()]
Source = Annotated[Text, StringConstraints(max_length=100)]

ACTIVITY_EXAMPLE = {
    "external_id": "call-4711",
    "kind": "call",
    "occurred_at": "2026-03-02T15:04:05Z",
    "owner": "ada@example.org",
    "direction": "outbound",
    "outcome": "connected",
    "duration_seconds": "310",
}
DEAL_EXAMPLE = {
    "external_id": "deal-4711",
    "name": "Analytics for Example Ltd",
    "stage": "discovery",
    "amount": "12500",
    "currency": "EUR",
    "owner": "ada@example.org",
    "created_at": "2026-03-02T15:04:05Z",
}


class PushedRecord(InputDTO):
    """What an activity and a deal have in common when they are pushed.

    Absent fields stay as they are, null clears. The write counts as made at `modified_at`, so that a later
    change stands whatever the order of arrival; without it, as made now (of a new record: at its latest date).
    """

    external_id: ExternalId
    owner: Text | None = None
    """Whose it is: the person's id in the system, or their e-mail address."""
    attributes: Attributes = Field(default_factory=dict)
    """The customer's own fields."""
    modified_at: Instant | None = None
    deleted: bool | None = None
    """True removes the record from every number, false brings it back."""


class UpsertActivity(PushedRecord):
    """A call, meeting, e-mail or task; its id is one among those of its kind of object in the CRM."""

    model_config = example(**ACTIVITY_EXAMPLE)

    kind: ActivityKind
    object: ActivityKind | None = None
    """The CRM's object where it differs from the kind: in Salesforce a call is a task."""
    occurred_at: DayOrInstant | None = None
    deal: ExternalId | None = None
    """The id, in the same system and account, of the deal it is about; the deal may follow later."""
    direction: Word | None = None
    outcome: Text | None = None
    status: Word | None = None
    duration_seconds: Seconds | None = None


class UpsertDeal(PushedRecord):
    """A deal, and with `modified_at` since when it stands where it stands."""

    model_config = example(**DEAL_EXAMPLE)

    name: Text | None = None
    pipeline: Text | None = None
    stage: Text | None = None
    """The CRM's stage, as its source maps it, or a stage of the success model."""
    amount: Money | None = None
    currency: Currency | None = None
    created_at: DayOrInstant | None = None
    closed_at: DayOrInstant | None = None


class PushedSource(InputDTO):
    """Where pushed records live: with those of a CRM connection, an item and a webhook of one id are one record."""

    system: Key
    """`hubspot`, `salesforce`, or a name of the caller's choice."""
    account: Source | None = None
    """The account in it; needed only where several accounts of the system are known."""


class BulkUpsertActivities(PushedSource):
    """Up to 500 activities; each item is answered on its own."""

    model_config = example(system="dialler", activities=[ACTIVITY_EXAMPLE])

    activities: list[dict[str, Any]] = Field(min_length=1, max_length=MAX_ITEMS)


class BulkUpsertDeals(PushedSource):
    """Up to 500 deals; each item is answered on its own."""

    model_config = example(system="pipedrive", deals=[DEAL_EXAMPLE])

    deals: list[dict[str, Any]] = Field(min_length=1, max_length=MAX_ITEMS)


class FactDTO(OutputDTO):
    """What an activity and a deal have in common."""

    id: UUID
    system: str
    """Where its record lives."""
    account: str
    """The account in it."""
    external_id: str
    """Its id there."""
    attributes: dict[str, str]
    """The customer's own fields."""
    received_at: datetime
    """When its last change reached us."""


class ActivityDTO(FactDTO):
    """A call, meeting, e-mail or task."""

    kind: ActivityKind
    person_id: UUID | None
    """Who owned it then; null: nobody known."""
    deal_id: UUID | None
    """The deal it is about."""
    occurred_at: datetime
    """When it took place."""
    occurred_on: date
    """That day in the organization's time zone."""
    direction: str | None
    """`inbound`, `outbound`, …"""
    outcome: str | None
    """What came of it, in the words of its source's mapping."""
    status: str | None
    """`completed`, `scheduled`, …"""
    duration_seconds: Decimal | None
    """How long it took."""


class StageEntryDTO(OutputDTO):
    """A deal's move into a stage."""

    at: datetime
    """When it came into the stage."""
    on: date
    """That day in the organization's time zone."""
    stage: str
    """The stage of the success model; one that is not mapped is shown as the CRM names it."""
    person_id: UUID | None
    """Who owned the deal then."""


class CloseDateEntryDTO(OutputDTO):
    """A change of the day on which a deal is to close."""

    at: datetime
    """When it was changed."""
    on: date
    """That day in the organization's time zone."""
    close_on: date | None
    """The day given; null: none any more."""
    slips: int
    """How often it had become later by then."""


class DealDTO(FactDTO):
    """A deal as it stands."""

    name: str | None
    pipeline: str | None
    """The CRM's pipeline."""
    stage: str | None
    """The stage of the success model; one that is not mapped is shown as the CRM names it."""
    outcome: DealOutcome
    """Whether it is decided."""
    amount: Decimal | None
    """In its own currency."""
    currency: str | None
    """ISO 4217; null: the organization's."""
    owner_id: UUID | None
    """Who owns it now; null: nobody known."""
    created_at: datetime
    """When it was made in the CRM."""
    created_on: date
    """That day in the organization's time zone."""
    closed_at: datetime | None
    """When it was decided."""
    closed_on: date | None
    """That day in the organization's time zone."""
    expected_close_on: date | None
    """Of an open deal: the day on which it is to close."""
    slips: int
    """How often that day became later while the deal was open."""
    stage_history: list[StageEntryDTO]
    """Every move, forward and back, in order of time."""
    close_date_history: list[CloseDateEntryDTO]
    """Every change of the close date, in order of time."""


ACTIVITY_SORTING = Sorting({"occurred_at": datetime}, default="-occurred_at")
DEAL_SORTING = Sorting({"created_at": datetime}, default="-created_at")


class ActivityFilter(InputDTO):
    """Which activities a list holds; days are the organization's, `occurred_until` is not part of the span."""

    person_id: UUID | None = None
    deal_id: UUID | None = None
    kind: ActivityKind | None = None
    occurred_from: Day | None = None
    occurred_until: Day | None = None


class DealFilter(InputDTO):
    """Which deals a list holds; days are the organization's, the `…_until` are not part of their spans."""

    owner_id: UUID | None = None
    outcome: DealOutcome | None = None
    stage: SearchText | None = Field(default=None, max_length=200)
    created_from: Day | None = None
    created_until: Day | None = None
    closed_from: Day | None = None
    closed_until: Day | None = None
