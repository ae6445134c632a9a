"""A deal's dated arrays as what happened: stages entered, moves made, close dates put off; pure."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from service.activities.histories import AmountEntry, CloseDateEntry, StageEntry
from service.activities.mapping import CLOSED_LOST, CLOSED_WON
from service.success_models.evidence import Reading
from service.success_models.process import CLOSE_DATE, CLOSED, SalesProcess

Entry = Mapping[str, Any]
"""One entry of a dated array, as JSON has it."""


class MoveKind(StrEnum):
    """`forward`: to a later stage, or won; `back`: to an earlier one, or open again; `lost`: given up.

    `other`: from or to a stage that the model does not have, or from one closed stage to the other.
    """

    FORWARD = "forward"
    BACK = "back"
    LOST = "lost"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Move:
    """From one stage to another; `skipped` are the stages of the process that a move forward jumps over."""

    entry: StageEntry
    from_stage: str
    kind: MoveKind
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DealHistory:
    """A deal over time; `closed_at` is None while it is open."""

    stages: tuple[StageEntry, ...]
    close_dates: tuple[CloseDateEntry, ...]
    amounts: tuple[AmountEntry, ...]
    outcome: str
    closed_at: datetime | None

    def is_decided(self, at: datetime) -> bool:
        """Whether it was won or lost by then."""
        return self.closed_at is not None and self.closed_at <= at

    def entry(self, at: datetime) -> StageEntry | None:
        """Into which stage it came last by then; None of a deal whose stage is not known then."""
        return next((entry for entry in reversed(self.stages) if entry.at <= at), None)

    def slips(self, at: datetime) -> int | None:
        """How often its close date had become later by then, while it was open; None if it never had one."""
        known = [entry for entry in self.close_dates if entry.at <= at]
        return known[-1].slips if any(entry.close_on is not None for entry in known) else None

    def readings(self) -> dict[str, list[Reading]]:
        """What the fields held when, whose every value is kept with its time."""
        days = [(entry.at, entry.close_on) for entry in self.close_dates]
        return {
            CLOSE_DATE: [Reading(at, None if day is None else day.isoformat()) for at, day in days],
            "amount": [Reading(entry.at, entry.amount) for entry in self.amounts],
        }

    def moves(self, process: SalesProcess) -> list[Move]:
        """Every move, in order; what a deal begins with is none."""
        return [_move(before.stage, entry, process) for before, entry in itertools.pairwise(self.stages)]


def _move(left: str, entry: StageEntry, process: SalesProcess) -> Move:
    order, entered = process.open_stages, entry.stage
    if entered == CLOSED_LOST and left not in CLOSED:
        return Move(entry, left, MoveKind.LOST)
    if left in CLOSED and entered in order:
        return Move(entry, left, MoveKind.BACK)
    if left not in order or (entered != CLOSED_WON and entered not in order):
        return Move(entry, left, MoveKind.OTHER)
    start, end = order.index(left), len(order) if entered == CLOSED_WON else order.index(entered)
    if end < start:
        return Move(entry, left, MoveKind.BACK)
    return Move(entry, left, MoveKind.FORWARD, order[start + 1 : end])


def read_history(
    stages: Sequence[Entry],
    close_dates: Sequence[Entry],
    amounts: Sequence[Entry],
    outcome: str,
    closed_at: datetime | None,
) -> DealHistory:
    """The dated arrays that a deal's row holds, oldest first."""
    return DealHistory(
        tuple(StageEntry(*_time(one), one["stage"], _person(one["person_id"])) for one in stages),
        tuple(CloseDateEntry(*_time(one), _day(one["close_on"]), one["slips"]) for one in close_dates),
        tuple(AmountEntry(*_time(one), _number(one["amount"])) for one in amounts),
        outcome,
        closed_at,
    )


def _time(entry: Entry) -> tuple[datetime, date]:
    return datetime.fromisoformat(entry["at"]), date.fromisoformat(entry["on"])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _person(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
