"""Tables of organizations, their people, dated reporting lines and API keys."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
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


class OrganizationDirectory(SQLModel, table=True):
    """Non-tenant: finds an organization by id or by the hash of its name."""

    __tablename__ = "organization_directory"

    org_id: UUID = Field(primary_key=True)
    name_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))


class Organization(SQLModel, table=True):
    """A customer: its calendar and currency are those of every number it is shown."""

    __tablename__ = "organization"

    org_id: UUID = Field(primary_key=True)
    name: str
    time_zone: str
    currency: str
    week_start: int = Field(description="ISO weekday, 1 = Monday")
    fiscal_year_start_month: int
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        CheckConstraint("week_start BETWEEN 1 AND 7", name="week_start"),
        CheckConstraint("fiscal_year_start_month BETWEEN 1 AND 12", name="fiscal_year_start_month"),
    )


class Person(TenantRow, table=True):
    """Somebody who sells, manages or enables; `email` is stored in lower case."""

    __tablename__ = "person"

    email: str
    name: str
    role: str
    job_role: str | None = None
    time_zone: str | None = None
    locale: str | None = None
    hired_on: date | None = None
    left_on: date | None = None
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        UniqueConstraint("org_id", "email"),
        Index("ix_person__org_id_name", "org_id", "name", "id"),
        CheckConstraint("role IN ('admin', 'enablement', 'manager', 'rep')", name="role"),
        CheckConstraint("left_on IS NULL OR hired_on IS NULL OR left_on >= hired_on", name="left_after_hired"),
    )


class ManagerPeriod(TenantRow, table=True):
    """A reporting line with dates: `person` reports to `manager` from `start_on` until before `end_on`."""

    __tablename__ = "manager_period"

    person_id: UUID
    manager_id: UUID
    start_on: date
    end_on: date | None = None

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "manager_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        UniqueConstraint("org_id", "person_id", "start_on"),
        Index("ix_manager_period__org_id_manager_id", "org_id", "manager_id"),
        CheckConstraint("person_id <> manager_id", name="not_own_manager"),
        CheckConstraint("end_on IS NULL OR end_on > start_on", name="end_after_start"),
    )


class ExternalIdentity(SQLModel, table=True):
    """Who a person is in another system, e.g. the HubSpot owner id."""

    __tablename__ = "external_identity"

    org_id: UUID = Field(primary_key=True)
    system: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    person_id: UUID

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        Index("ix_external_identity__org_id_person_id", "org_id", "person_id"),
    )


class Team(TenantRow, table=True):
    """A group of people that targets and programmes can name."""

    __tablename__ = "team"

    name: str
    description: str | None = None
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        Index("ix_team__org_id_created_at", "org_id", "created_at", "id"),
    )


class TeamMember(SQLModel, table=True):
    """Who is in a team."""

    __tablename__ = "team_member"

    org_id: UUID = Field(primary_key=True)
    team_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "team_id"], ["team.org_id", "team.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        Index("ix_team_member__org_id_person_id", "org_id", "person_id"),
    )


class ApiKeyRoute(SQLModel, table=True):
    """Non-tenant: finds the organization of a key by the SHA-256 of the whole key."""

    __tablename__ = "api_key_route"

    key_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    org_id: UUID
    key_id: UUID


class ApiKey(TenantRow, table=True):
    """A key of the organization (with scopes), or one that acts as a person (with that person's role)."""

    __tablename__ = "api_key"

    name: str
    prefix: str = Field(description="The first characters of the key, to recognise it by")
    key_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    person_id: UUID | None = None
    scopes: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False))
    created_at: datetime = Field(sa_column=timestamp())
    expires_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    last_used_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    previous_key_hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    previous_expires_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    expiry_told_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))

    __table_args__ = (
        UniqueConstraint("org_id", "key_hash"),
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
    )


class IdentityProvider(SQLModel, table=True):
    """The OpenID provider whose tokens an organization takes."""

    __tablename__ = "identity_provider"

    org_id: UUID = Field(primary_key=True)
    issuer: str
    audience: str
    claim_name: str | None = None
    claim_value: str | None = None
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())


class IdentityProviderRoute(SQLModel, table=True):
    """Non-tenant: finds the organization of a token by its issuer, and a claim where several share the issuer."""

    __tablename__ = "identity_provider_route"

    issuer_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    claim_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    claim_name: str | None = None
    org_id: UUID


class Operation(TenantRow, table=True):
    """A long job, with its progress and its end."""

    __tablename__ = "operation"

    kind: str
    status: str
    done: int = 0
    total: int | None = None
    counts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    error_code: str | None = None
    error_message: str | None = None
    cancel_requested: bool = False
    person_id: UUID | None = Field(default=None, description="Who asked for it; NULL for a key of the organization")
    created_at: datetime = Field(sa_column=timestamp())
    started_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    finished_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))

    __table_args__ = (
        Index("ix_operation__org_id_created_at", "org_id", "created_at", "id"),
        CheckConstraint("status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="status"),
    )
