"""From a bearer token to a principal, as the surfaces see it; organizations implement it."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from service.core.errors import ErrorKind, ServiceError
from service.core.principal import Principal


class Authenticator(Protocol):
    """Tells who a token speaks for, and which organizations' principals may have changed."""

    async def authenticate(self, token: str) -> Principal:
        """Who presents this API key or JWT; `unauthenticated` for none that is valid now."""
        ...

    def is_known(self, token: str) -> bool:
        """Whether the token was valid a moment ago and nothing has been heard since: a look at memory only."""
        ...

    def subscribe(self, callback: Callable[[UUID], None]) -> Callable[[], None]:
        """Call back with an organization whose keys, people or roles changed, or may have; returns how to stop.

        A holder of an open connection authenticates its token again then, and at its principal's
        `expires_at`. The callback runs on the event loop and must not block.
        """
        ...


def unauthenticated(message: str = "A valid API key or access token is needed.") -> ServiceError:
    """The one answer for a missing, unknown, expired or revoked key or token."""
    return ServiceError(ErrorKind.UNAUTHENTICATED, "unauthenticated", message)


class NobodyComesIn:
    """The authenticator of a process without surfaces: a worker, a command."""

    async def authenticate(self, token: str) -> Principal:  # noqa: ARG002 - the protocol's
        """Refuse."""
        raise unauthenticated()

    def is_known(self, token: str) -> bool:  # noqa: ARG002 - the protocol's
        """No token is."""
        return False

    def subscribe(self, callback: Callable[[UUID], None]) -> Callable[[], None]:  # noqa: ARG002 - the protocol's
        """Nothing ever changes."""
        return lambda: None
