"""From a record's state to facts: pure, so that the same state always gives the same facts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from uuid import UUID

from service.activities.attribution import owner_at, resolve
from service.activities.histories import (
    AmountEntry,
    CloseDateEntry,
    OwnerEntry,
    StageEntry,
    amount_history,
    close_date_history,
    owner_history,
)
from service.activities.instants import Moment, moment_of, moment_of_ms
from service.activities.mapping import CLOSED_LOST, CLOSED_WON, DerivationContext
from service.activities.records import ATTRIBUTE, CREATED, DEAL, RecordState


class ActivityKind(StrEnum):
    """What somebody did; the CRM's objects have the same names."""

    CALL = "call"
    MEETING = "meeting"
    EMAIL = "email"
    TASK = "task"


class DealOutcome(StrEnum):
    """Whether a deal is decided, and how."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


ACTIVITY_KINDS = frozenset(ActivityKind)
OUTCOMES = {CLOSED_WON: DealOutcome.WON.value, CLOSED_LOST: DealOutcome.LOST.value}


@dataclass(frozen=True, slots=True)
class DerivedActivity:
    """A call, meeting, e-mail or task, attributed to its owner at the time."""

    kind: str
    person_id: UUID | None
    deal_id: UUID | None
    occurred: Moment
    direction: str | None
    outcome: str | None
    status: str | None
    duration_seconds: Decimal | None
    attributes: dict[str, str]

    def cells(self) -> Iterable[tuple[UUID | None, date]]:
        """The (person, day) cells this fact adds to."""
        yield self.person_id, self.occurred.on


@dataclass(frozen=True, slots=True)
class DerivedStageChange:
    """A move into a stage; `person_id` owned the deal then."""

    from_stage: str | None
    to_stage: str
    person_id: UUID | None
    occurred: Moment


@dataclass(frozen=True, slots=True)
class DerivedDeal:
    """A deal with its moves; owners are those at creation, at closing and now."""

    name: str | None
    pipeline: str | None
    stage: str | None
    outcome: str
    amount: Decimal | None
    currency: str | None
    org_amount: Decimal | None
    owner_id: UUID | None
    created: Moment
    created_owner_id: UUID | None
    closed: Moment | None
    closed_owner_id: UUID | None
    expected_close_on: date | None
    slips: int
    attributes: dict[str, str]
    stage_changes: tuple[DerivedStageChange, ...]
    owner_history: tuple[OwnerEntry, ...]
    amount_history: tuple[AmountEntry, ...]
    close_date_history: tuple[CloseDateEntry, ...]

    @property
    def stage_history(self) -> tuple[StageEntry, ...]:
        """Its moves as dated entries."""
        return tuple(
            StageEntry(move.occurred.at, move.occurred.on, move.to_stage, move.person_id) for move in self.stage_changes
        )

    def cells(self) -> Iterable[tuple[UUID | None, date]]:
        """The (person, day) cells this fact adds to."""
        yield self.created_owner_id, self.created.on
        if self.closed is not None:
            yield self.closed_owner_id, self.closed.on
        for change in self.stage_changes:
            yield change.person_id, change.occurred.on
        for entry in self.owner_history:  # whose pipeline it was part of
            yield entry.person_id, entry.on


Fact = DerivedActivity | DerivedDeal


@dataclass(slots=True)
class Derivation:
    """The fact (None: deleted, merged away or of no kind we count) and what could not be resolved."""

    fact: Fact | None = None
    unmapped: set[str] = field(default_factory=set)

    def footprint(self) -> set[tuple[UUID, date]]:
        """The assigned cells that the fact adds to."""
        if self.fact is None:
            return set()
        return {(person, day) for person, day in self.fact.cells() if person is not None}


def derive(state: RecordState, object_type: str, context: DerivationContext) -> Derivation:
    """The fact a record's state stands for."""
    result = Derivation()
    if state.hidden or not state.fields:
        return result
    if object_type == "deal":
        result.fact = _deal(state, context, result.unmapped)
    elif object_type in ACTIVITY_KINDS:
        result.fact = _activity(state, object_type, context, result.unmapped)
    return result


def _activity(state: RecordState, kind: str, context: DerivationContext, unmapped: set[str]) -> DerivedActivity:
    text = state.value("occurred_at") or state.value("created_at")
    occurred = moment_of(text, context.zone) if text else _first_known(state, context)
    outcome = state.value("outcome")
    said = state.value("kind")
    return DerivedActivity(
        kind=said if said in ACTIVITY_KINDS else kind,
        person_id=owner_at(state, occurred.at, context, unmapped),
        deal_id=context.deals.get(state.value(DEAL) or ""),
        occurred=occurred,
        direction=state.value("direction"),
        outcome=None if outcome is None else context.dispositions.get(outcome, outcome),
        status=state.value("status"),
        duration_seconds=_duration(state, occurred, context),
        attributes=_attributes(state),
    )


def _duration(state: RecordState, occurred: Moment, context: DerivationContext) -> Decimal | None:
    """The length the CRM gives, else the time from start to end; never below zero."""
    given, ended = _decimal(state.value("duration_seconds")), state.value("ended_at")
    if given is None and ended:
        given = Decimal(int((moment_of(ended, context.zone).at - occurred.at).total_seconds()))
    return None if given is None or given < 0 else given


def _deal(state: RecordState, context: DerivationContext, unmapped: set[str]) -> DerivedDeal:
    text = state.value("created_at")
    created = moment_of(text, context.zone) if text else _first_known(state, context)
    raw_stage = state.value("stage")
    stage = None if raw_stage is None else _stage(raw_stage, context, unmapped)
    changes = tuple(_stage_changes(state, context, unmapped))
    outcome = _outcome(state, stage)
    closed = _closed(state, outcome, stage, changes, context)
    amount, currency = _decimal(state.value("amount")), state.value("currency")
    known = currency in (None, context.currency)
    close_dates = close_date_history(state, context, None if closed is None else _decided_at(closed, changes))
    return DerivedDeal(
        name=state.value("name"),
        pipeline=state.value("pipeline"),
        stage=stage,
        outcome=outcome,
        amount=amount,
        currency=currency,
        org_amount=amount if known else None,
        owner_id=resolve(state.value("owner"), context, unmapped),
        created=created,
        created_owner_id=owner_at(state, created.at, context, unmapped),
        closed=closed,
        closed_owner_id=None if closed is None else owner_at(state, closed.at, context, unmapped),
        expected_close_on=close_dates[-1].close_on if close_dates and closed is None else None,
        slips=close_dates[-1].slips if close_dates else 0,
        attributes=_attributes(state),
        stage_changes=changes,
        owner_history=owner_history(state, context, unmapped),
        amount_history=amount_history(state, context, known=known),
        close_date_history=close_dates,
    )


def _decided_at(closed: Moment, changes: tuple[DerivedStageChange, ...]) -> datetime:
    """When it came into the closed stage it is in; its close date may be any time of that day."""
    last = changes[-1] if changes else None
    return last.occurred.at if last is not None and last.to_stage in OUTCOMES else closed.at


def _stage(raw: str, context: DerivationContext, unmapped: set[str]) -> str:
    """The model's stage; one that is not mapped keeps the vendor's id and is reported."""
    mapped = context.stages.get(raw)
    if mapped is not None:
        return mapped
    if raw not in context.stages.values():
        unmapped.add(f"stage:{raw}")
    return raw


def _stage_changes(state: RecordState, context: DerivationContext, unmapped: set[str]) -> Iterable[DerivedStageChange]:
    previous: str | None = None
    for write in state.history.get("stage", ()):
        if write.value is None:
            continue
        stage = _stage(write.value, context, unmapped)
        if stage == previous:
            continue
        occurred = moment_of_ms(write.at, context.zone)
        yield DerivedStageChange(previous, stage, owner_at(state, occurred.at, context, unmapped), occurred)
        previous = stage


def _outcome(state: RecordState, stage: str | None) -> str:
    """The closed stages decide; where the stage says nothing, the CRM's own flags do."""
    if stage in OUTCOMES:
        return OUTCOMES[stage]
    if state.value("is_won") == "true":
        return "won"
    if state.value("is_closed") == "true":
        return "lost"
    return "open"


def _closed(
    state: RecordState,
    outcome: str,
    stage: str | None,
    changes: tuple[DerivedStageChange, ...],
    context: DerivationContext,
) -> Moment | None:
    """When a decided deal closed: its close date, else when what decided it was written."""
    if outcome == "open":
        return None
    text = state.value("closed_at")
    if text:
        return moment_of(text, context.zone)
    if stage in OUTCOMES:
        return next(change.occurred for change in reversed(changes) if change.to_stage == stage)
    return moment_of_ms(state.fields["is_won" if outcome == "won" else "is_closed"].at, context.zone)


def _first_known(state: RecordState, context: DerivationContext) -> Moment:
    """When the CRM said it was created, else the earliest write known of it."""
    created = state.fields.get(CREATED)
    if created is not None:
        return moment_of_ms(created.at, context.zone)
    writes = chain(state.fields.values(), *state.history.values())
    return moment_of_ms(min(write.at for write in writes), context.zone)


def _decimal(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _attributes(state: RecordState) -> dict[str, str]:
    return {
        name.removeprefix(ATTRIBUTE): write.value
        for name, write in sorted(state.fields.items())
        if name.startswith(ATTRIBUTE) and write.value is not None
    }
