"""Tables of the outbox, of the endpoints that receive events, and of every attempt to deliver one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.core.tables import TenantRow, timestamp


class OutboxEvent(TenantRow, table=True):
    """A domain event; `sequence` is its place in the organization's order, given when it is published."""

    __tablename__ = "outbox_event"

    sequence: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    type: str
    occurred_at: datetime = Field(sa_column=timestamp())
    data: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    traceparent: str | None = None
    endpoint_id: UUID | None = Field(default=None, description="The only endpoint it goes to: a test")

    __table_args__ = (
        UniqueConstraint("org_id", "sequence"),
        Index("ix_outbox_event__unpublished", "org_id", "id", postgresql_where="sequence IS NULL"),
        Index("ix_outbox_event__type", "org_id", "type", "sequence", postgresql_where="sequence IS NOT NULL"),
    )


class OutboxPosition(SQLModel, table=True):
    """How far an organization's order goes; its lock makes publishers take turns."""

    __tablename__ = "outbox_position"

    org_id: UUID = Field(primary_key=True)
    last_sequence: int = Field(sa_column=Column(BigInteger, nullable=False))
    purged_sequence: int = Field(
        sa_column=Column(BigInteger, nullable=False), description="Up to here events may be gone"
    )


class WebhookEndpoint(TenantRow, table=True):
    """Where an organization receives events."""

    __tablename__ = "webhook_endpoint"

    url: str
    description: str | None = None
    event_types: list[str] | None = Field(
        default=None, sa_column=Column(ARRAY(String), nullable=True), description="Null: every type"
    )
    secret: bytes = Field(sa_column=Column(LargeBinary, nullable=False), description="Encrypted")
    previous_secret: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    previous_secret_until: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    disabled_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    disabled_reason: str | None = None
    failing_since: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    last_failed_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        Index("ix_webhook_endpoint__org_id_created_at", "org_id", "created_at", "id"),
        CheckConstraint("(disabled_at IS NULL) = (disabled_reason IS NULL)", name="disabled"),
        CheckConstraint("disabled_reason IN ('by_hand', 'gone', 'failing')", name="disabled_reason"),
    )


class WebhookDelivery(TenantRow, table=True):
    """One event on its way to one endpoint.

    `next_attempt_at` is also the lease: whoever takes a delivery moves it ahead, so that a process that
    dies leaves a delivery that falls due again. `step` is the place in the schedule, which a replay resets.
    """

    __tablename__ = "webhook_delivery"

    endpoint_id: UUID
    event_id: UUID
    event_type: str
    state: str = Field(description="pending, succeeded or failed")
    step: int
    attempt_count: int
    next_attempt_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    created_at: datetime = Field(sa_column=timestamp())
    finished_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))

    __table_args__ = (
        UniqueConstraint("org_id", "event_id", "endpoint_id"),
        ForeignKeyConstraint(
            ["org_id", "endpoint_id"], ["webhook_endpoint.org_id", "webhook_endpoint.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["org_id", "event_id"], ["outbox_event.org_id", "outbox_event.id"], ondelete="CASCADE"),
        Index(
            "ix_webhook_delivery__due",
            "org_id",
            "endpoint_id",
            "next_attempt_at",
            postgresql_where="state = 'pending'",
        ),
        Index("ix_webhook_delivery__org_id_created_at", "org_id", "created_at", "id"),
        Index("ix_webhook_delivery__endpoint", "org_id", "endpoint_id", "created_at", "id"),
        CheckConstraint("state IN ('pending', 'succeeded', 'failed')", name="state"),
        CheckConstraint("(state = 'pending') = (next_attempt_at IS NOT NULL)", name="next_attempt"),
    )


class WebhookAttempt(SQLModel, table=True):
    """One request to an endpoint and what came of it."""

    __tablename__ = "webhook_attempt"

    org_id: UUID = Field(primary_key=True)
    delivery_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    attempted_at: datetime = Field(sa_column=timestamp())
    latency_ms: int
    status: int | None = None
    answer: str | None = Field(default=None, description="At most 1 KiB")
    error: str | None = None

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "delivery_id"], ["webhook_delivery.org_id", "webhook_delivery.id"], ondelete="CASCADE"
        ),
    )
