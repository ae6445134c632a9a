"""Every id is a UUIDv7 made here, by the client, never by a database default."""

import uuid

from uuid_utils import compat


def new_id() -> uuid.UUID:
    """A time-ordered UUIDv7 (RFC 9562), so that primary keys grow to the right."""
    return compat.uuid7()
