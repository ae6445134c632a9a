"""What one process holds: its settings, pools and keys, made once and handed down."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from service.core.authentication import Authenticator, NobodyComesIn
from service.core.database import Database
from service.core.embedded import DatabaseUrls, ensure_database
from service.core.migrating import migrate
from service.core.rate_limits import RateLimiter
from service.core.secrets import SecretBox
from service.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """The process's resources; `database` is the pool of the application's role.

    The composition root gives a process with surfaces its `authenticator`.
    """

    settings: Settings
    urls: DatabaseUrls
    database: Database
    secret_box: SecretBox
    authenticator: Authenticator = field(default_factory=NobodyComesIn)
    limiter: RateLimiter = field(init=False)

    def __post_init__(self) -> None:
        """Every process has a limiter: it holds nothing until somebody spends."""
        object.__setattr__(self, "limiter", RateLimiter(self.database, self.settings))


def resolve_urls(settings: Settings) -> DatabaseUrls:
    """The configured URLs, or those of the embedded server, which this starts (blocking)."""
    if settings.database_url is None:
        return ensure_database(settings.home / "postgres")
    app = settings.database_url.get_secret_value()
    ingest = settings.ingest_url.get_secret_value() if settings.ingest_url else app
    owner = settings.owner_url.get_secret_value() if settings.owner_url else app
    return DatabaseUrls(app=app, ingest=ingest, owner=owner)


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Open the process's resources; the embedded database is migrated first, an external one never is."""
    urls = await asyncio.to_thread(resolve_urls, settings)
    if settings.embedded:
        await migrate(urls)
    database = Database(urls.app, pool_size=settings.read_pool_size)
    try:
        yield Runtime(settings, urls, database, SecretBox(settings.fernet_keys()))
    finally:
        await database.close()
