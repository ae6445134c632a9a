"""A JWT of an organization's identity provider to its principal: verified offline, people and roles from the database.

The issuer and audience in the unverified token only choose which organization's provider to verify it
with. Roles never come from the token: whoever administers people here decides them.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet
from joserfc.util import urlsafe_b64decode
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.authentication import unauthenticated
from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.principal import Principal, Role
from service.core.settings import Settings
from service.organizations.models import IdentityProvider, Person
from service.organizations.repository import identity_providers as repository
from service.organizations.repository import organizations, people
from service.organizations.use_cases.authentication.keys import end_of_day
from service.organizations.use_cases.authentication.providers import ProviderKeys

SUBJECT_SYSTEM = "oidc"
"""The system of the external identity that holds a person's `sub`."""

Claims = Mapping[str, Any]


class JwtAuthentication:
    """Verifies tokens for one process."""

    def __init__(
        self, database: Database, roles: Mapping[Role, frozenset[str]], keys: ProviderKeys, settings: Settings
    ) -> None:
        self._database = database
        self._roles = roles
        self._keys = keys
        self._algorithms = settings.oidc_algorithms
        self._skew = settings.oidc_skew_seconds

    async def authenticate(self, token: str, now: datetime) -> Principal:
        """`unauthenticated` for a token that is not good now; `forbidden` for a user who is nobody here."""
        header, claims = _peek(token)
        provider = await self._find_provider(claims)
        if provider is None:
            raise unauthenticated()
        verified = await self._verify(token, header, provider, now)
        async with self._database.tenant(provider.org_id) as session:
            person = await _find_person(session, provider, verified)
            zone = await organizations.get_time_zone(session, provider.org_id)
        if person is None:
            raise ServiceError(
                ErrorKind.FORBIDDEN,
                "person_not_provisioned",
                "You have signed in, but nobody here has your verified e-mail address or subject.",
            )
        ends = datetime.fromtimestamp(int(verified["exp"]) + self._skew, UTC)
        if person.left_on is not None:
            ends = min(ends, end_of_day(person.left_on, ZoneInfo(zone or "UTC")))
        if ends <= now:
            raise unauthenticated("The person has left, or the token has expired.")
        role = Role(person.role)
        principal = Principal(provider.org_id, self._roles[role], person_id=person.id, role=role)
        return replace(principal, expires_at=ends)

    async def _find_provider(self, claims: Claims) -> IdentityProvider | None:
        """The one organization whose provider the token claims to come from."""
        issuer = claims.get("iss")
        if not isinstance(issuer, str):
            return None
        async with self._database.directory() as session:
            org_ids = await repository.find_routes(session, issuer, claims)
        if len(org_ids) != 1:
            return None
        async with self._database.tenant(org_ids[0]) as session:
            return await repository.get_identity_provider(session, org_ids[0])

    async def _verify(self, token: str, header: Claims, provider: IdentityProvider, now: datetime) -> Claims:
        kid = header.get("kid")
        if header.get("alg") not in self._algorithms or not isinstance(kid, str | None):
            raise unauthenticated()
        if str(header.get("typ", "JWT")).lower().removeprefix("application/") not in {"jwt", "at+jwt"}:
            raise unauthenticated()
        required: dict[str, Any] = {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.audience},
            "exp": {"essential": True},
            "sub": {"essential": True},
        }
        if provider.claim_name is not None:
            required[provider.claim_name] = {"essential": True, "value": provider.claim_value}
        registry = jwt.JWTClaimsRegistry(now=int(now.timestamp()), leeway=self._skew, **required)
        try:
            claims = await self._decode(token, provider.issuer, kid)
            registry.validate(dict(claims))
        except (JoseError, ValueError, TypeError) as error:
            raise unauthenticated() from error
        return claims

    async def _decode(self, token: str, issuer: str, kid: str | None) -> Claims:
        """The claims, once the signature fits; a key that does not fit any more is asked for again once."""
        try:
            return self._claims(token, await self._keys.find(issuer, kid))
        except BadSignatureError:
            return self._claims(token, await self._keys.find(issuer, kid, anew=True))

    def _claims(self, token: str, keys: KeySet | None) -> Claims:
        if keys is None:
            raise unauthenticated()
        claims: Claims = jwt.decode(token, keys, algorithms=self._algorithms).claims
        return claims


def _peek(token: str) -> tuple[Claims, Claims]:
    """Header and claims before verification, to know whom to ask; `unauthenticated` for what is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:
        raise unauthenticated()
    try:
        header, claims = (orjson.loads(urlsafe_b64decode(part.encode())) for part in parts[:2])
    except (ValueError, TypeError) as error:
        raise unauthenticated() from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise unauthenticated()
    return header, claims


async def _find_person(session: AsyncSession, provider: IdentityProvider, claims: Claims) -> Person | None:
    """By the subject they are known by, else by an e-mail address that the provider has verified."""
    known = await people.get_identity(session, provider.org_id, SUBJECT_SYSTEM, str(claims["sub"]))
    if known is not None:
        return await people.get_person(session, provider.org_id, known.person_id)
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        return None
    return await people.get_person_by_email(session, provider.org_id, email.strip().lower())
