"""Inputs and outputs of CRM connections and of what they delivered."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints, model_validator

from service.activities.dto.sources import SourceMapping
from service.core.dto import InputDTO, Instant, OutputDTO, Text, example
from service.core.sorting import Sorting


class CrmSystem(StrEnum):
    """The CRMs that have a receiver; any other one speaks CloudEvents."""

    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"
    OTHER = "other"


class EventStatus(StrEnum):
    """What became of an event: applied to the facts, of no meaning here, or set aside with a reason."""

    APPLIED = "applied"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


AccountId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
Secret = Annotated[SecretStr, Field(min_length=8, max_length=500)]


class CreateCrmConnection(InputDTO):
    """One account of one CRM: a HubSpot portal with its app's id and secret, or a Salesforce organization.

    The account of another CRM is named by its organization, and unique within that alone.
    """

    model_config = example(
        system="hubspot",
        name="HubSpot EMEA",
        account_id="62515",
        app_id="1160452",
        secret="9c1e8f52-4b0a-4df3-a6c1-0f1b7d2f55aa",  # noqa: S106 - an example
        mapping={"stages": {"appointmentscheduled": "discovery"}},
    )

    system: CrmSystem
    name: Text
    account_id: AccountId
    app_id: AccountId | None = None
    secret: Secret | None = None
    mapping: SourceMapping | None = None

    @model_validator(mode="after")
    def _fits_system(self) -> "CreateCrmConnection":
        if self.system is CrmSystem.HUBSPOT:
            if self.app_id is None or self.secret is None:
                raise ValueError("a HubSpot connection needs app_id and secret, which are its app's")
            if not self.account_id.isdigit() or not self.app_id.isdigit():
                raise ValueError("account_id (the portal) and app_id of HubSpot are numbers")
        elif self.app_id is not None or self.secret is not None:
            raise ValueError("app_id and secret are HubSpot's; the secret of other connections is made here")
        elif self.system is CrmSystem.SALESFORCE and len(self.account_id) not in (15, 18):
            raise ValueError("account_id is the Salesforce organization id, 15 or 18 characters long")
        return self


class UpdateCrmConnection(InputDTO):
    """Merge-patch. A new `secret` leaves the one before valid until `end_rotation` is true."""

    name: Text | None = None
    secret: Secret | None = None
    end_rotation: bool = False
    mapping: SourceMapping | None = None

    @model_validator(mode="before")
    @classmethod
    def _nothing_is_nullable(cls, data: Any) -> Any:
        if isinstance(data, dict) and any(value is None for value in data.values()):
            raise ValueError("no field of a connection can be null")
        return data


CONNECTION_SORTING = Sorting({"created_at": datetime, "name": str}, default="created_at")
EVENT_SORTING = Sorting({"received_at": datetime}, default="received_at", tie="dedup_key", tie_type=bytes)


class CrmConnectionDTO(OutputDTO):
    """A connection without its secret."""

    id: UUID
    system: CrmSystem
    """Which CRM."""
    name: str
    account_id: str
    """The HubSpot portal, or the Salesforce organization."""
    app_id: str | None
    """The HubSpot app whose secret signs."""
    mapping: SourceMapping
    """Stages, dispositions and fields."""
    rotating_secret: bool
    """Whether the secret before the present one is still valid."""
    created_at: datetime
    updated_at: datetime


class CreatedCrmConnectionDTO(CrmConnectionDTO):
    """A new connection with what its CRM must be told; tokens and secrets are shown this once.

    `receiver_url`: webhooks (HubSpot), outbound messages (Salesforce; it holds a token), or CloudEvents.
    `events_url`: where JSON events are sent, signed with `signing_secret` (Standard Webhooks); HubSpot has neither.
    """

    receiver_url: str
    events_url: str | None
    signing_secret: str | None


class RotatedCrmSecretDTO(OutputDTO):
    """A connection's new secret, shown this once; the one before stays valid until `end_rotation`."""

    connection_id: UUID
    signing_secret: str


class CrmConnectionCounts(OutputDTO):
    """Deliveries received and still waiting, events by what became of them."""

    deliveries: int
    """All that were received."""
    pending_deliveries: int
    """Those that wait for the worker."""
    applied_events: int
    """Part of the facts."""
    ignored_events: int
    """Of no meaning here."""
    quarantined_events: int
    """Set aside with a reason."""


class CrmConnectionStatusDTO(OutputDTO):
    """A connection's state: what came last, what went wrong, what is not mapped (with record counts)."""

    connection_id: UUID
    last_delivery_at: datetime | None
    """When the CRM was heard last."""
    last_error: str | None
    """What went wrong last."""
    last_error_at: datetime | None
    """When that was."""
    counts: CrmConnectionCounts
    """What was delivered, by what became of it."""
    unmapped_stages: dict[str, int]
    """Stage ids that no mapping names, with the records that have them."""
    unmapped_owners: dict[str, int]
    """Owner ids that are nobody here, with the records that have them."""


class CrmEventDTO(OutputDTO):
    """An event of a delivery; `id` is its deduplication key in hexadecimal."""

    id: str
    connection_id: UUID
    delivery_id: UUID
    position: int
    object_type: str
    """Of the CRM."""
    object_id: str
    """Of the CRM."""
    occurred_at: datetime
    """When it happened in the CRM."""
    received_at: datetime
    """When it was delivered."""
    status: EventStatus
    """What became of it."""
    reason: str | None
    """Why it was set aside or ignored."""


class ReplayRequest(InputDTO):
    """Deliveries received from `received_from` to before `received_until`; all of them by default."""

    received_from: Instant | None = None
    received_until: Instant | None = None


class ReplayDTO(OutputDTO):
    """How many deliveries will be processed again."""

    deliveries: int


class UnclaimedDTO(OutputDTO):
    """Verified deliveries of an account that no connection claims, for the operator."""

    system: str
    app_id: str
    account_id: str
    deliveries: int
    last_received_at: datetime
