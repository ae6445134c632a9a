"""Tables of CRM connections, raw deliveries, the events split from them, and imported files."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.core.tables import TenantRow, timestamp


class CrmConnection(TenantRow, table=True):
    """One account of one CRM; its records and mapping belong to its record source."""

    __tablename__ = "crm_connection"

    source_id: UUID
    system: str
    name: str
    account_id: str
    app_id: str | None = None
    secret: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True), description="Encrypted")
    previous_secret: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    token_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        UniqueConstraint("org_id", "system", "account_id"),
        ForeignKeyConstraint(["org_id", "source_id"], ["record_source.org_id", "record_source.id"]),
        CheckConstraint("system IN ('hubspot', 'salesforce', 'other')", name="system"),
    )


class ConnectionRoute(SQLModel, table=True):
    """Non-tenant: finds the connection of a delivery. A (system, account) belongs to one organization.

    An account of another CRM is named by its organization, not by the CRM: its connection's id stands for it.
    """

    __tablename__ = "connection_route"

    system: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    app_id: str | None = Field(default=None, index=True)
    token_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True, unique=True))
    org_id: UUID
    connection_id: UUID = Field(unique=True)


class Delivery(TenantRow, table=True):
    """What a vendor sent, raw (credentials removed), for one connection: the truth everything replays from."""

    __tablename__ = "delivery"

    connection_id: UUID
    received_at: datetime = Field(sa_column=timestamp())
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    processed_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    error: str | None = Field(default=None, description="Why the delivery as a whole could not be split")

    __table_args__ = (
        Index("ix_delivery__pending", "org_id", "id", postgresql_where="processed_at IS NULL"),
        Index("ix_delivery__connection", "org_id", "connection_id", "received_at"),
    )


class UnclaimedDelivery(SQLModel, table=True):
    """Non-tenant: verified, but no connection claims the account yet; purged after 7 days.

    `secret_fingerprint` is the SHA-256 of the secret that verified it: a connection that appears
    later receives only what its own secret verified.
    """

    __tablename__ = "unclaimed_delivery"

    id: UUID = Field(primary_key=True)
    system: str
    app_id: str
    account_id: str
    secret_fingerprint: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = Field(sa_column=timestamp())
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

    __table_args__ = (Index("ix_unclaimed_delivery__account", "system", "account_id"),)


class CrmEvent(SQLModel, table=True):
    """One event of a delivery, deduplicated by key; its payload is `position` in the delivery's body.

    The key (SHA-256) is also its identity on the surfaces. Written at the rate events arrive, so it
    has no index and no foreign key beyond what reading it needs.
    """

    __tablename__ = "crm_event"

    org_id: UUID = Field(primary_key=True)
    connection_id: UUID = Field(primary_key=True)
    dedup_key: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    delivery_id: UUID
    position: int
    object_type: str
    object_id: str
    occurred_at: datetime = Field(sa_column=timestamp())
    received_at: datetime = Field(sa_column=timestamp())
    status: str = Field(description="applied, ignored or quarantined")
    reason: str | None = Field(default=None, description="Why it is quarantined, with the field's name")

    __table_args__ = (
        Index(
            "ix_crm_event__quarantined",
            "org_id",
            "connection_id",
            "received_at",
            postgresql_where="status = 'quarantined'",
        ),
        CheckConstraint("status IN ('applied', 'ignored', 'quarantined')", name="status"),
    )


class DataImport(TenantRow, table=True):
    """A file to import by its mapping; `id` is that of the operation that does it."""

    __tablename__ = "data_import"

    kind: str
    system: str
    file_name: str | None = None
    size_bytes: int
    dry_run: bool
    mapping: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    created_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "id"], ["operation.org_id", "operation.id"], ondelete="CASCADE"),
        Index("ix_data_import__org_id_created_at", "org_id", "created_at", "id"),
    )


class ImportChunk(SQLModel, table=True):
    """A piece of an import's file, kept until its operation has ended."""

    __tablename__ = "import_chunk"

    org_id: UUID = Field(primary_key=True)
    import_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True)
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "import_id"], ["data_import.org_id", "data_import.id"], ondelete="CASCADE"),
    )


class ImportRow(TenantRow, table=True):
    """What became of one row of an import's file."""

    __tablename__ = "import_row"

    import_id: UUID
    line: int
    external_id: str | None = None
    status: str
    faults: list[dict[str, str]] = Field(sa_column=Column(JSONB, nullable=False))

    __table_args__ = (
        UniqueConstraint("org_id", "import_id", "line"),
        ForeignKeyConstraint(["org_id", "import_id"], ["data_import.org_id", "data_import.id"], ondelete="CASCADE"),
        CheckConstraint("status IN ('created', 'updated', 'unchanged', 'failed')", name="status"),
    )
