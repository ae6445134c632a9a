"""Sessions as an account sees them: what each was at an instant, whatever became of it since; pure.

A session counts where it was due at first, wherever it was moved. Nothing that happened later than the instant is in
it: what was cancelled the day after was still scheduled then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.lifecycle import Side, is_overdue

ON_TIME = timedelta(minutes=10)
"""A session that starts no further than this from its time is on time."""


class Standing(StrEnum):
    """What became of a session by an instant."""

    AHEAD = "ahead"
    """It is still to come, or within its grace time, and nobody has decided it."""
    HELD = "held"
    CANCELLED = "cancelled"
    MISSED = "missed"
    """Nobody started it until its grace time was over, whether the clock has said so yet or not."""
    UNFINISHED = "unfinished"
    """It was started, and nobody completed it until its grace time was over."""


@dataclass(frozen=True, slots=True)
class RecordedMove:
    """A session was put at another time, in the order of `moved_at`."""

    moved_at: datetime
    side: Side
    from_starts_at: datetime
    from_ends_at: datetime
    to_starts_at: datetime


@dataclass(frozen=True, slots=True)
class Statement:
    """What one side says of how a session went."""

    held: bool
    minutes: int | None
    on_topic: bool | None


@dataclass(frozen=True, slots=True)
class Yield:
    """What came out of a session: its format's questions and outcomes, and what it was about."""

    fulfilled: int = 0
    asked: int = 0
    concerns: tuple[Concern, ...] = ()
    """Of every topic discussed and commitment made."""


@dataclass(frozen=True, slots=True)
class Record:
    """A session as it is kept now, all of its instants included."""

    id: UUID
    manager_id: UUID
    rep_id: UUID
    due_at: datetime
    starts_at: datetime
    ends_at: datetime
    owed: bool
    coach_ids: Sequence[UUID] = ()
    rep_ids: Sequence[UUID] = ()
    substitute_id: UUID | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    minutes_held: int | None = None
    cancelled_at: datetime | None = None
    cancelled_side: Side | None = None
    cancel_reason: str | None = None
    missed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LedgerSession:
    """A session as it was at an instant; `due_on` is the organization's day of `due_at`.

    `manager_id` owed it to all of `rep_ids`; `assistants` are those who coached in it beside or in place of them.
    """

    id: UUID
    manager_id: UUID
    rep_ids: tuple[UUID, ...]
    assistants: tuple[UUID, ...]
    due_at: datetime
    due_on: date
    starts_at: datetime
    standing: Standing
    is_running: bool
    """It was started, and is neither over nor out of its grace time."""
    owed: bool
    on_time: bool
    rescheduled: bool
    """Somebody moved it; what its series did by itself is nobody's doing."""
    minutes: int
    cancelled_side: Side | None
    cancel_reason: str | None
    statements: Mapping[Side, Sequence[Statement]]
    outcome: Yield
    substitute_id: UUID | None = None

    @property
    def is_attested(self) -> bool:
        """Whether both sides said how it went: one who coached, and every rep."""
        coaches, reps = (len(self.statements.get(side, ())) for side in (Side.MANAGER, Side.REP))
        return coaches > 0 and reps >= len(self.rep_ids)


@dataclass(frozen=True, slots=True)
class LedgerGap:
    """An occurrence of a series without a session; `is_due`: its time, with its grace, is over."""

    manager_id: UUID
    rep_id: UUID
    due_at: datetime
    due_on: date
    reason: str
    owed: bool
    is_due: bool


@dataclass(frozen=True, slots=True)
class LedgerPromise:
    """A commitment made in a session of this manager, settled as done or missed."""

    manager_id: UUID
    due_on: date
    kept: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """The instant of an account, with the organization's grace time and zone."""

    at: datetime
    grace_hours: int
    zone: tzinfo

    def has_come(self, at: datetime | None) -> bool:
        """Whether something had happened by then; None: it never did."""
        return at is not None and at <= self.at

    def day_of(self, at: datetime) -> date:
        """The organization's day."""
        return at.astimezone(self.zone).date()

    def is_over(self, ends_at: datetime) -> bool:
        """Whether what ends then is over, its grace time included."""
        return is_overdue(ends_at, self.grace_hours, self.at)


def as_it_was(
    record: Record,
    moves: Sequence[RecordedMove],
    statements: Mapping[Side, Sequence[Statement]],
    outcome: Yield,
    moment: Moment,
) -> LedgerSession:
    """What a session was at a moment; statements and outcome are those of then already."""
    later = next((move for move in moves if move.moved_at > moment.at), None)
    made = [move for move in moves if move.moved_at <= moment.at]
    starts_at = record.starts_at if later is None else later.from_starts_at
    ends_at = record.ends_at if later is None else later.from_ends_at
    standing = _standing(record, ends_at, moment)
    is_held, is_cancelled = standing is Standing.HELD, standing is Standing.CANCELLED
    planned_at = _planned_at(record.due_at, made)
    return LedgerSession(
        id=record.id,
        manager_id=record.manager_id,
        rep_ids=(record.rep_id, *record.rep_ids),
        assistants=(*record.coach_ids, *(() if record.substitute_id is None else (record.substitute_id,))),
        due_at=record.due_at,
        due_on=moment.day_of(record.due_at),
        starts_at=starts_at,
        standing=standing,
        is_running=standing is Standing.AHEAD and moment.has_come(record.started_at),
        # A series gives a session up by cancelling it: until then it was owed.
        owed=record.owed or (record.cancelled_at is not None and not is_cancelled),
        on_time=is_held and record.started_at is not None and abs(record.started_at - planned_at) <= ON_TIME,
        rescheduled=any(move.side is not Side.SYSTEM for move in made),
        minutes=(record.minutes_held or 0) if is_held else 0,
        cancelled_side=record.cancelled_side if is_cancelled else None,
        cancel_reason=record.cancel_reason if is_cancelled else None,
        statements=statements,
        outcome=outcome if is_held else Yield(),
        substitute_id=record.substitute_id,
    )


def _planned_at(due_at: datetime, moves: Sequence[RecordedMove]) -> datetime:
    """When it was to start before anybody moved it: its series may have put it elsewhere, around a day off.

    Moves that start elsewhere are of before: its series had given it up, and took it up again.
    """
    for move in moves:
        if move.from_starts_at != due_at:
            continue
        if move.side is not Side.SYSTEM:
            break
        due_at = move.to_starts_at
    return due_at


def _standing(record: Record, ends_at: datetime, moment: Moment) -> Standing:
    if moment.has_come(record.completed_at):
        return Standing.HELD
    if moment.has_come(record.cancelled_at):
        return Standing.CANCELLED
    if moment.has_come(record.missed_at):
        return Standing.MISSED
    if not moment.is_over(ends_at):
        return Standing.AHEAD
    return Standing.UNFINISHED if moment.has_come(record.started_at) else Standing.MISSED
