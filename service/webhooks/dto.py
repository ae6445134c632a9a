"""Inputs and outputs of endpoints, deliveries and the event stream, shared by both surfaces."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr, model_validator

from service.core.dto import InputDTO, Instant, OutputDTO, Text
from service.core.sorting import Sorting
from service.webhooks.event_types import EventType
from service.webhooks.retries import DisabledReason, State
from service.webhooks.signing import parse_secret

ENDPOINT_SORTING = Sorting({"created_at": datetime}, default="created_at")
DELIVERY_SORTING = Sorting({"created_at": datetime}, default="-created_at")


def _unique(types: list[EventType]) -> list[EventType]:
    return sorted(set(types))


def _sound_secret(secret: SecretStr) -> SecretStr:
    parse_secret(secret.get_secret_value())
    return secret


EventTypes = Annotated[list[EventType], Field(min_length=1, max_length=50), AfterValidator(_unique)]
Secret = Annotated[
    SecretStr,
    AfterValidator(_sound_secret),
    Field(description="`whsec_` and the base64 of 24 to 64 bytes; made for you if absent."),
]
Url = Annotated[str, Field(min_length=1, max_length=2000, examples=["https://example.com/touchline"])]


class CreateWebhookEndpoint(InputDTO):
    """A new endpoint."""

    url: Url
    description: Text | None = None
    event_types: EventTypes | None = Field(default=None, description="Null: every type, future ones included.")
    secret: Secret | None = None


class UpdateWebhookEndpoint(InputDTO):
    """Merge-patch: absent fields stay, null clears."""

    url: Url | None = None
    description: Text | None = None
    event_types: EventTypes | None = None
    enabled: bool | None = Field(default=None, description="False pauses it; true also revives one that was disabled.")

    @model_validator(mode="before")
    @classmethod
    def _no_nulls(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for name in ("url", "enabled"):
                if name in data and data[name] is None:
                    raise ValueError(f"{name} must not be null")
        return data


class RotateSecret(InputDTO):
    """What replaces the secret, and how long the one before goes on signing, too."""

    secret: Secret | None = None
    overlap_hours: int = Field(
        default=24, ge=0, le=168, description="Until then each message carries both signatures; 0 ends the old at once."
    )


class WebhookEndpointDTO(OutputDTO):
    """An endpoint; its secret is shown when it is made and never again."""

    id: UUID
    url: str
    description: str | None
    event_types: list[EventType] | None
    enabled: bool
    disabled_reason: DisabledReason | None
    disabled_at: datetime | None
    previous_secret_until: datetime | None = Field(description="Until then messages carry two signatures.")
    created_at: datetime
    updated_at: datetime


class CreatedWebhookEndpointDTO(WebhookEndpointDTO):
    """A new endpoint with its secret."""

    secret: str


class RotatedSecretDTO(OutputDTO):
    """The new secret."""

    secret: str
    previous_secret_until: datetime | None


class EndpointTestDTO(OutputDTO):
    """The test event; its delivery is found by `event_id` among the deliveries."""

    event_id: UUID


class DeliveryFilter(InputDTO):
    """Which deliveries."""

    endpoint_id: UUID | None = None
    event_id: UUID | None = None
    event_type: EventType | None = None
    state: State | None = None


class WebhookDeliveryDTO(OutputDTO):
    """One event on its way to one endpoint."""

    id: UUID
    endpoint_id: UUID
    event_id: UUID = Field(description="Sent as `webhook-id`, the same in every attempt and replay.")
    event_type: EventType
    state: State
    attempt_count: int
    next_attempt_at: datetime | None = Field(description="While an attempt is under way: when it is given up for lost.")
    created_at: datetime
    finished_at: datetime | None


class WebhookAttemptDTO(OutputDTO):
    """One request and what came of it."""

    number: int
    attempted_at: datetime
    latency_ms: int
    status: int | None = Field(description="Null: there was no answer, and `error` says why.")
    answer: str | None = Field(description="The first KiB of the answer's body.")
    error: str | None


class WebhookDeliveryDetailDTO(WebhookDeliveryDTO):
    """A delivery with its attempts, the first one first."""

    attempts: list[WebhookAttemptDTO]


class ReplayDeliveries(InputDTO):
    """Which failed deliveries are tried again."""

    since: Instant = Field(description="Those of events since this instant.")
    until: Instant | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise ValueError("until must not be before since")
        return self


class ReplayedDTO(OutputDTO):
    """How many deliveries are due again."""

    deliveries: int


class EventDTO(OutputDTO):
    """An event as the stream shows it; webhooks carry the same."""

    id: UUID
    sequence: int = Field(description="Its place in the organization's order; there may be gaps.")
    type: EventType
    occurred_at: datetime
    data: dict[str, Any]
