"""A CRM record assembled from writes to its fields: last write wins, in any order of arrival.

The state is a join-semilattice: merging is commutative, associative and idempotent, so duplicates,
reorderings and replays all end in the same state (Shapiro et al. 2011, LWW-element map).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

CREATION, PROPERTY, ASSOCIATION, DELETION = range(4)
"""Ranks: on a tie in time, creation < property change < association < deletion. A restore has the
rank of an association, so that a deletion of the same instant stands."""

CREATED, DELETED, MERGED_INTO = "$created", "$deleted", "$merged_into"
"""Fields that the CRM does not have: the record's life itself."""

ATTRIBUTE = "attr:"
"""Prefix of a customer's own fields."""

DATED_FIELDS = frozenset({"stage", "owner", "closed_at", "amount"})
"""Fields whose every value is kept with its time: who owned a deal then, where it stood, what it was worth."""

DEAL = "deal"
"""Field of an activity: the external id, in the same source, of the deal it is about."""


class FieldWrite(msgspec.Struct, array_like=True, frozen=True):
    """A value written at `at` (epoch milliseconds); `rank` and then `key` (dedup key, hex) break ties."""

    at: int
    rank: int
    key: str
    value: str | None


class RecordState(msgspec.Struct):
    """The winning write per field, and every write of the dated fields in order."""

    fields: dict[str, FieldWrite] = {}
    history: dict[str, list[FieldWrite]] = {}

    def value(self, name: str) -> str | None:
        """The field's present value; None also where it was never written."""
        write = self.fields.get(name)
        return None if write is None else write.value

    @property
    def hidden(self) -> bool:
        """Deleted and not restored since, or merged into another record."""
        return self.value(DELETED) == "true" or self.value(MERGED_INTO) is not None


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One write to one field of one record of a source."""

    object_type: str
    external_id: str
    field: str
    write: FieldWrite


def _precedes(old: FieldWrite, new: FieldWrite) -> bool:
    return (old.at, old.rank, old.key, old.value or "") < (new.at, new.rank, new.key, new.value or "")


def merge(state: RecordState, field: str, write: FieldWrite) -> bool:
    """Merge one write in place; True if the state changed."""
    changed = False
    if field in DATED_FIELDS:
        writes = state.history.setdefault(field, [])
        if write not in writes:
            writes.append(write)
            writes.sort(key=lambda w: (w.at, w.rank, w.key, w.value or ""))
            changed = True
    current = state.fields.get(field)
    if current is None or _precedes(current, write):
        state.fields[field] = write
        return True
    return changed


def merge_all(state: RecordState, writes: Iterable[tuple[str, FieldWrite]]) -> bool:
    """Merge several writes in place; True if the state changed."""
    changed = False
    for field, write in writes:
        changed |= merge(state, field, write)
    return changed
