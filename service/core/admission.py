"""Who comes in, and how often: the step that REST and GraphQL begin with.

Where the caller stands with the limits is left in the scope, for the outermost layer to tell in the answer's headers.
"""

from collections.abc import Iterable, MutableMapping
from typing import Any

from structlog.contextvars import bind_contextvars

from service.core.principal import Principal
from service.core.rate_limits import RateLimitedError, Standing
from service.core.runtime import Runtime

STANDINGS = "rate_limits"


async def admit(runtime: Runtime, scope: MutableMapping[str, Any], token: str) -> Principal:
    """The bearer of a token; `unauthenticated` without a valid one, `rate_limited` beyond the limits."""
    principal = await runtime.authenticator.authenticate(token)
    bind_contextvars(org_id=str(principal.org_id))
    state = scope.setdefault("state", {})
    try:
        state[STANDINGS] = await runtime.limiter.spend(principal)
    except RateLimitedError as error:
        state[STANDINGS] = error.standings
        raise
    return principal


def limit_headers(standings: Iterable[Standing]) -> list[tuple[bytes, bytes]]:
    """`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10, structured fields)."""
    policies, limits = [], []
    for one in standings:
        policies.append(f'"{one.name}";q={one.capacity};w={one.window_seconds}')
        limits.append(f'"{one.name}";r={one.remaining};t={one.reset_seconds}')
    if not policies:
        return []
    return [(b"ratelimit-policy", ", ".join(policies).encode()), (b"ratelimit", ", ".join(limits).encode())]
