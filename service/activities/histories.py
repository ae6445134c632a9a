"""What a deal was when: its owners, amounts and close dates as dated entries, and how often it slipped; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from uuid import UUID

from service.activities.attribution import resolve
from service.activities.instants import Moment, moment_of, moment_of_ms
from service.activities.mapping import DerivationContext
from service.activities.records import FieldWrite, RecordState


@dataclass(frozen=True, slots=True)
class OwnerEntry:
    """From `at` on the deal was this person's (None: nobody known)."""

    at: datetime
    on: date
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class AmountEntry:
    """From `at` on the deal had this amount, in the organization's currency (None: none that is known)."""

    at: datetime
    on: date
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class CloseDateEntry:
    """From `at` on the deal was to close on this day; `slips` counts how often that had become later by then."""

    at: datetime
    on: date
    close_on: date | None
    slips: int


@dataclass(frozen=True, slots=True)
class StageEntry:
    """At `at` the deal came into this stage; `person_id` owned it then."""

    at: datetime
    on: date
    stage: str
    person_id: UUID | None


def owner_history(state: RecordState, context: DerivationContext, unmapped: set[str]) -> tuple[OwnerEntry, ...]:
    """Every change of owner, in order of time."""
    return tuple(
        OwnerEntry(moment.at, moment.on, resolve(write.value, context, unmapped))
        for moment, write in _moves(state, "owner", context.zone)
    )


def amount_history(state: RecordState, context: DerivationContext, *, known: bool) -> tuple[AmountEntry, ...]:
    """Every change of amount; `known` says whether its currency is the organization's."""
    return tuple(
        AmountEntry(moment.at, moment.on, Decimal(write.value) if write.value and known else None)
        for moment, write in _moves(state, "amount", context.zone)
    )


def close_date_history(
    state: RecordState, context: DerivationContext, closed_at: datetime | None
) -> tuple[CloseDateEntry, ...]:
    """Every change of the close date; one that comes with or after the closing (None: open) is no slip."""
    entries: list[CloseDateEntry] = []
    slips, expected = 0, None
    for moment, write in _moves(state, "closed_at", context.zone):
        close_on = moment_of(write.value, context.zone).on if write.value else None
        was_open = closed_at is None or moment.at < closed_at
        if was_open and close_on is not None and expected is not None and close_on > expected:
            slips += 1
        if not entries or entries[-1].close_on != close_on:
            entries.append(CloseDateEntry(moment.at, moment.on, close_on, slips))
        expected = close_on or expected
    return tuple(entries)


def _moves(state: RecordState, field: str, zone: tzinfo) -> Iterator[tuple[Moment, FieldWrite]]:
    """The writes of a dated field that changed its value; of a state from before the field was dated, its last."""
    writes = state.history.get(field)
    if writes is None:
        last = state.fields.get(field)
        writes = [] if last is None else [last]
    previous: str | None = None
    for write in writes:
        if write.value != previous:
            yield moment_of_ms(write.at, zone), write
        previous = write.value
