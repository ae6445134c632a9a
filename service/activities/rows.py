"""Derived facts as rows of their tables, in the repository's column orders; pure."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from service.activities.derivation import Derivation, DerivedActivity, DerivedDeal

FACT_COLUMNS = ("org_id", "id", "received_at", "known_from", "fingerprint")
ACTIVITY_COLUMNS = (
    *FACT_COLUMNS, "kind", "person_id", "deal_id", "occurred_at", "occurred_on", "direction", "outcome", "status",
    "duration_seconds", "attributes",
)  # fmt: skip
DEAL_COLUMNS = (
    *FACT_COLUMNS, "name", "pipeline", "stage", "outcome", "amount", "currency", "org_amount", "owner_id",
    "created_at", "created_on", "created_owner_id", "closed_at", "closed_on", "closed_owner_id", "expected_close_on",
    "slips", "stage_history", "owner_history", "close_date_history", "amount_history", "attributes",
)  # fmt: skip
STAGE_CHANGE_COLUMNS = (
    "org_id", "deal_id", "position", "from_stage", "to_stage", "person_id", "occurred_at", "occurred_on",
    "received_at",
)  # fmt: skip

Row = tuple[Any, ...]

encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a fact's last change reached us, and since when we know the fact as it is; seldom two things."""

    received_at: datetime
    known_from: datetime


@dataclass(slots=True)
class FactWrites:
    """Rows to write for a batch of records; `known` says since when each of their facts is as it is."""

    records: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    deals: list[Row] = field(default_factory=list)
    moves: dict[UUID, int] = field(default_factory=dict)
    stage_changes: list[Row] = field(default_factory=list)
    gone: dict[UUID, datetime] = field(default_factory=dict)
    dirty: set[tuple[UUID, date]] = field(default_factory=set)

    def add(self, org_id: UUID, id_: UUID, derived: Derivation, arrival: Arrival) -> None:
        """Add a record's fact, or that it has none."""
        fact = derived.fact
        if isinstance(fact, DerivedActivity):
            self.activities.append(_fact_row(org_id, id_, arrival, _activity_content(fact)))
        elif isinstance(fact, DerivedDeal):
            self.deals.append(_fact_row(org_id, id_, arrival, _deal_content(fact)))
            self.moves[id_] = len(fact.stage_changes)
            self.stage_changes += _stage_change_rows(org_id, id_, fact, arrival.received_at)
        else:
            self.gone[id_] = arrival.known_from


def _fact_row(org_id: UUID, id_: UUID, arrival: Arrival, content: Row) -> Row:
    fingerprint = hashlib.blake2b(encode(content), digest_size=16).digest()
    return (org_id, id_, arrival.received_at, arrival.known_from, fingerprint, *content)


def _activity_content(fact: DerivedActivity) -> Row:
    return (
        fact.kind, fact.person_id, fact.deal_id, fact.occurred.at, fact.occurred.on, fact.direction, fact.outcome,
        fact.status, fact.duration_seconds, _text(fact.attributes),
    )  # fmt: skip


def _deal_content(fact: DerivedDeal) -> Row:
    closed = fact.closed
    return (
        fact.name, fact.pipeline, fact.stage, fact.outcome, fact.amount, fact.currency, fact.org_amount,
        fact.owner_id, fact.created.at, fact.created.on, fact.created_owner_id, closed and closed.at,
        closed and closed.on, fact.closed_owner_id, fact.expected_close_on, fact.slips, _text(fact.stage_history),
        _text(fact.owner_history), _text(fact.close_date_history), _text(fact.amount_history),
        _text(fact.attributes),
    )  # fmt: skip


def _stage_change_rows(org_id: UUID, id_: UUID, fact: DerivedDeal, received_at: datetime) -> Iterator[Row]:
    for position, change in enumerate(fact.stage_changes):
        yield (
            org_id, id_, position, change.from_stage, change.to_stage, change.person_id, change.occurred.at,
            change.occurred.on, received_at,
        )  # fmt: skip


def _text(value: object) -> str:
    """JSON as a jsonb column takes it; dataclasses become objects."""
    return encode(value).decode()


def write_footprint(cells: Iterable[tuple[UUID, date]]) -> list[str]:
    """The (person, day) cells of a record's facts as its row keeps them."""
    return [f"{person}/{day}" for person, day in cells]


def read_footprint(footprint: Iterable[str]) -> set[tuple[UUID, date]]:
    """The inverse of `write_footprint`."""
    cells = (entry.split("/") for entry in footprint)
    return {(UUID(person), date.fromisoformat(day)) for person, day in cells}
