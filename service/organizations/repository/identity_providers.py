"""Every query of identity providers and of the routes that find an organization by a token's issuer."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.organizations.dto.identity import TENANT_CLAIMS
from service.organizations.models import IdentityProvider, IdentityProviderRoute

NO_CLAIM = b""


def issuer_hash(issuer: str) -> bytes:
    """What a route holds of an issuer."""
    return hashlib.sha256(issuer.encode("utf-8", "surrogatepass")).digest()


def claim_hash(name: str | None, value: str | None) -> bytes:
    """What a route holds of the claim that tells organizations of one issuer apart."""
    return NO_CLAIM if name is None else hashlib.sha256(f"{name}={value}".encode("utf-8", "surrogatepass")).digest()


async def get_identity_provider(session: AsyncSession, org_id: UUID, *, lock: bool = False) -> IdentityProvider | None:
    """The organization's provider."""
    query = select(IdentityProvider).where(col(IdentityProvider.org_id) == org_id)
    return (await session.exec(query.with_for_update() if lock else query)).first()


async def find_routes(session: AsyncSession, issuer: str, claims: Mapping[str, Any]) -> list[UUID]:
    """The organizations that tokens with these (unverified) claims may belong to."""
    hashes = [NO_CLAIM] + [
        claim_hash(name, claims[name]) for name in TENANT_CLAIMS if isinstance(claims.get(name), str)
    ]
    query = select(IdentityProviderRoute.org_id).where(
        col(IdentityProviderRoute.issuer_hash) == issuer_hash(issuer),
        col(IdentityProviderRoute.claim_hash).in_(hashes),
    )
    return list((await session.exec(query)).all())


async def list_routes_of_issuer(session: AsyncSession, issuer: str) -> list[IdentityProviderRoute]:
    """Every organization's route of an issuer."""
    query = select(IdentityProviderRoute).where(col(IdentityProviderRoute.issuer_hash) == issuer_hash(issuer))
    return list((await session.exec(query)).all())


async def delete_route(session: AsyncSession, org_id: UUID) -> None:
    """Make the organization unfindable by tokens."""
    await session.exec(delete(IdentityProviderRoute).where(col(IdentityProviderRoute.org_id) == org_id))
