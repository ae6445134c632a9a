"""Tables of API keys and identity providers, and of the ways from them to their organization."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Column, ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from service.core.tables import TenantRow, timestamp


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
