"""Which kind of bearer token it is: an API key by its prefix, else a JWT of an identity provider."""

from collections.abc import Mapping
from datetime import datetime

from service.core.principal import Principal, Role
from service.core.runtime import Runtime
from service.organizations.use_cases.api_keys import KEY_PREFIX
from service.organizations.use_cases.authentication.authenticator import PrincipalCache
from service.organizations.use_cases.authentication.jwts import JwtAuthentication
from service.organizations.use_cases.authentication.keys import authenticate_key
from service.organizations.use_cases.authentication.providers import ProviderKeys
from service.organizations.use_cases.authentication.usage import KeyUsage


def build_authenticator(runtime: Runtime, roles: Mapping[Role, frozenset[str]]) -> PrincipalCache:
    """The authenticator of a process; it remembers nothing until it is `listening`."""
    database, settings = runtime.database, runtime.settings
    jwts = JwtAuthentication(database, roles, ProviderKeys(settings), settings)

    async def load(token: str, now: datetime) -> Principal:
        if token.startswith(f"{KEY_PREFIX}_"):
            return await authenticate_key(database, token, roles, now)
        return await jwts.authenticate(token, now)

    return PrincipalCache(load, KeyUsage(database))
