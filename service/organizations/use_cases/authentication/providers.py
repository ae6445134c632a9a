"""The signing keys of OpenID providers: found by discovery, kept for a while, fetched anew for a key not seen before.

A provider that is out of reach does not end what its known keys can verify. Where its documents may be
fetched from is decided as for webhooks: the address that was checked is the one connected to.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.core.errors import ErrorKind, ServiceError
from service.core.logging import get_logger
from service.core.settings import Settings
from service.webhooks.addresses import UrlPolicy
from service.webhooks.sending import AddressRefusedError, GuardedBackend, resolve_name

logger = get_logger(__name__)

DISCOVERY = "/.well-known/openid-configuration"
DOCUMENT_BYTES = 256 * 1024
FETCH_SECONDS = 5.0
MAX_PROVIDERS = 1000
SIGNING = {"RSA", "EC", "OKP"}


class ProviderUnreachableError(Exception):
    """A provider's documents could not be fetched, or are none."""


@dataclass(slots=True)
class _Provider:
    """What is known of one issuer; `asked_at` is when it was asked last, with or without success."""

    keys: dict[str, Any] = field(default_factory=dict)
    fetched_at: float = -1e9
    asked_at: float = -1e9
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ProviderKeys:
    """The key sets of one process, by issuer."""

    def __init__(self, settings: Settings) -> None:
        self._policy = UrlPolicy(settings.webhook_allow_http, tuple(settings.webhook_allowed_networks))
        self._lifetime = settings.oidc_keys_seconds
        self._pause = settings.oidc_refetch_seconds
        self._providers: dict[str, _Provider] = {}

    async def find(self, issuer: str, kid: str | None, *, anew: bool = False) -> KeySet | None:
        """The issuer's keys if one of them may be meant by `kid`; None if it has no such key.

        `anew` asks the provider again, because a signature did not fit: it may have given an old name to a
        new key. `unavailable` if nothing is known of the issuer and it cannot be asked.
        """
        provider = self._known(issuer)
        if self._is_stale(provider, kid, anew=anew):
            async with provider.lock:
                if self._is_stale(provider, kid, anew=anew):
                    await self._refresh(issuer, provider)
        if not provider.keys:
            raise ServiceError(
                ErrorKind.UNAVAILABLE, "identity_provider_unreachable", "The identity provider cannot be asked now."
            )
        if kid is not None and kid not in provider.keys:
            return None
        return KeySet([provider.keys[kid]] if kid is not None else list(provider.keys.values()))

    def _known(self, issuer: str) -> _Provider:
        if issuer not in self._providers and len(self._providers) >= MAX_PROVIDERS:
            del self._providers[next(iter(self._providers))]
        return self._providers.setdefault(issuer, _Provider())

    def _is_stale(self, provider: _Provider, kid: str | None, *, anew: bool) -> bool:
        """Old, or without the key asked for; either way the provider is asked only so often."""
        now = time.monotonic()
        lacking = not provider.keys or (kid is not None and kid not in provider.keys)
        old = now - provider.fetched_at > self._lifetime
        return (lacking or old or anew) and now - provider.asked_at >= self._pause

    async def _refresh(self, issuer: str, provider: _Provider) -> None:
        provider.asked_at = time.monotonic()
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                provider.keys = await self._fetch_keys(issuer)
        except (ProviderUnreachableError, TimeoutError) as error:
            logger.warning("identity_provider_not_fetched", issuer=issuer, error=str(error) or "took too long")
        else:
            provider.fetched_at = time.monotonic()

    async def _fetch_keys(self, issuer: str) -> dict[str, Any]:
        async with httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(), network_backend=GuardedBackend(self._policy, resolve_name)
        ) as pool:
            configuration = await self._get(pool, issuer.rstrip("/") + DISCOVERY)
            if configuration.get("issuer") != issuer:
                raise ProviderUnreachableError("its configuration names another issuer")
            document = await self._get(pool, str(configuration.get("jwks_uri")))
        keys = document.get("keys")
        return {
            key.kid or key.thumbprint(): key for key in map(_signing_key, keys if isinstance(keys, list) else ()) if key
        }

    async def _get(self, pool: httpcore.AsyncConnectionPool, url: str) -> Mapping[str, Any]:
        fault = self._policy.find_fault(url)
        if fault:
            raise ProviderUnreachableError(f"{url}: {fault}")
        body = bytearray()
        try:
            async with pool.stream("GET", url, headers={"accept": "application/json"}) as response:
                if response.status != 200:
                    raise ProviderUnreachableError(f"{url} answers {response.status}")
                async for part in response.aiter_stream():
                    body += part
                    if len(body) > DOCUMENT_BYTES:
                        raise ProviderUnreachableError(f"{url} is too large")
            document = orjson.loads(body)
        except (AddressRefusedError, httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
            raise ProviderUnreachableError(f"{url}: {error}") from error
        if not isinstance(document, dict):
            raise ProviderUnreachableError(f"{url} is no object")
        return document


def _signing_key(document: Any) -> Any:
    """A public key that may sign; None for any other, which is left out rather than in the way."""
    if not isinstance(document, dict) or document.get("kty") not in SIGNING or document.get("use", "sig") != "sig":
        return None
    try:
        return KeySet.import_key_set({"keys": [document]}).keys[0]
    except (JoseError, ValueError, TypeError, KeyError):
        return None
