"""Whose a record was when: owners by their id in the system or their e-mail address; pure."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from service.activities.mapping import DerivationContext
from service.activities.records import FieldWrite, RecordState


def owner_at(state: RecordState, at: datetime, context: DerivationContext, unmapped: set[str]) -> UUID | None:
    """The last owner written at or before the instant, else the earliest known one."""
    writes = state.history.get("owner")
    if not writes:
        return None
    index = bisect_right(writes, int(at.timestamp() * 1000), key=_at) - 1
    return resolve(writes[max(index, 0)].value, context, unmapped)


def resolve(owner: str | None, context: DerivationContext, unmapped: set[str]) -> UUID | None:
    """The person of an owner; one whom nobody knows yet is reported."""
    if not owner:
        return None
    person = resolve_owner(owner, context.owners)
    if person is None:
        unmapped.add(f"owner:{owner}")
    return person


def resolve_owner(owner: str, owners: Mapping[str, UUID]) -> UUID | None:
    """The person whom a system means: by their id in it, else by e-mail address."""
    return owners.get(owner) or owners.get(owner.lower())


def _at(write: FieldWrite) -> int:
    return write.at
