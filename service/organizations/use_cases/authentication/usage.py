"""When keys were last used: gathered in memory, written a minute later, never by the request itself."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from service.core.database import Database
from service.core.errors import ServiceError
from service.core.logging import get_logger
from service.organizations.repository import api_keys as repository

logger = get_logger(__name__)

FLUSH_SECONDS = 60.0


class KeyUsage:
    """What one process has seen since the last flush; a killed process forgets at most a minute of it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[UUID, dict[UUID, datetime]] = {}

    def note(self, org_id: UUID, key_id: UUID, at: datetime) -> None:
        """A key was used."""
        self._seen.setdefault(org_id, {})[key_id] = at

    async def flush(self) -> None:
        """Write what was seen, one statement per organization; what cannot be written waits for the next flush."""
        seen, self._seen = self._seen, {}
        for org_id, keys in seen.items():
            try:
                await self._write(org_id, keys)
            except ServiceError as error:
                logger.warning("key_usage_not_written", org_id=str(org_id), error=error.code)
                for key_id, at in keys.items():
                    self._seen.setdefault(org_id, {}).setdefault(key_id, at)

    async def _write(self, org_id: UUID, keys: Mapping[UUID, datetime]) -> None:
        async with self._database.tenant(org_id) as session:
            await repository.touch_keys(session, org_id, keys)
