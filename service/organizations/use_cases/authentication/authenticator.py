"""The one step from a bearer token to a principal, for both surfaces."""

from collections.abc import Callable, Mapping
from uuid import UUID

from service.core.clock import utc_now
from service.core.database import Database
from service.core.principal import Principal, Role
from service.organizations.use_cases.authentication.keys import authenticate_key


class PrincipalCache:
    """Implements `core.authentication.Authenticator`."""

    def __init__(self, database: Database, roles: Mapping[Role, frozenset[str]]) -> None:
        self._database = database
        self._roles = roles
        self._callbacks: list[Callable[[UUID], None]] = []

    async def authenticate(self, token: str) -> Principal:
        """Who presents this API key or JWT; `unauthenticated` for none that is valid now."""
        return await authenticate_key(self._database, token, self._roles, utc_now())

    def is_known(self, token: str) -> bool:  # noqa: ARG002
        """Whether the token was valid a moment ago and nothing has been heard since."""
        return False

    def subscribe(self, callback: Callable[[UUID], None]) -> Callable[[], None]:
        """Call back with an organization whose principals changed, or may have; returns how to stop."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)
