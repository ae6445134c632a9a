"""Whether a criterion is met at an instant, and by what; pure. What nobody has said counts for nobody.

1. The latest inspection decides: `met` stands, `unmet` stands until a CRM field or an activity of a later time meets
   the criterion. No confirmation, before or after, weighs against it.
2. Without one, any way that is met suffices: a CRM field, activities, or the rep's latest confirmation.
3. Otherwise it is unmet if a way says so: a field that is empty or does not match, too few activities, a confirmation
   taken back.
4. Otherwise it is unknown. A field and a kind of activity say nothing before the organization has used them once, a
   person says nothing by being silent, and a field whose value at the time is not known says nothing either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any
from uuid import UUID

from service.success_models.filters import Filter
from service.success_models.process import ActivityNeed, Criterion

Value = str | Decimal | None


class Verdict(StrEnum):
    """What a piece of evidence, or a person, says about a criterion."""

    MET = "met"
    UNMET = "unmet"


class CriterionStatus(StrEnum):
    """How a criterion stands; `unknown` never counts against anybody."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class EvidenceSource(StrEnum):
    """Where a piece of evidence comes from."""

    CRM_FIELD = "crm_field"
    ACTIVITY = "activity"
    INSPECTION = "inspection"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a field of a deal held from `at` on, until the next reading."""

    at: datetime
    value: Value


@dataclass(frozen=True, slots=True)
class ActivityFact:
    """An activity that is linked to a deal; `values` by the names that filters use."""

    id: UUID
    kind: str
    at: datetime
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """An inspection or a confirmation of one criterion."""

    id: UUID
    criterion: str
    verdict: Verdict
    at: datetime
    person_id: UUID | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DealFacts:
    """All that could be evidence about a deal; every sequence in order of time.

    A field without readings, or before its first one, is not known.
    """

    readings: Mapping[str, Sequence[Reading]] = field(default_factory=dict)
    activities: Sequence[ActivityFact] = ()
    inspections: Sequence[Judgement] = ()
    confirmations: Sequence[Judgement] = ()


@dataclass(frozen=True, slots=True)
class Voices:
    """Since when each CRM field, and each kind of activity linked to a deal, is in use in the organization."""

    fields: Mapping[str, datetime] = field(default_factory=dict)
    kinds: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece: `at` is when it came to be so; `subject` the field, or the kind of activity, that says it.

    `record_id` is the inspection, the confirmation or the latest activity, `count` how many activities there are.
    """

    source: EvidenceSource
    verdict: Verdict
    at: datetime | None
    subject: str | None = None
    record_id: UUID | None = None
    person_id: UUID | None = None
    note: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A criterion as it stands at an instant, with every piece of evidence there is."""

    criterion: Criterion
    status: CriterionStatus
    evidence: tuple[Evidence, ...]


def assess(criterion: Criterion, facts: DealFacts, voices: Voices, at: datetime) -> Assessment:
    """Judge a criterion by what there is at `at`, that instant included; later evidence does not count."""
    ways = criterion.met_by
    pieces = [_from_field(condition, facts, voices, at) for condition in ways.crm_fields]
    pieces += [_from_activities(need, facts, voices, at) for need in ways.activities]
    found = [piece for piece in pieces if piece is not None]
    inspection = _latest(EvidenceSource.INSPECTION, facts.inspections, criterion, at) if ways.inspection else None
    confirmation = (
        _latest(EvidenceSource.CONFIRMATION, facts.confirmations, criterion, at) if ways.confirmation else None
    )
    status = weigh_evidence(found, inspection, confirmation)
    said = [piece for piece in (inspection, confirmation) if piece is not None]
    return Assessment(criterion, status, (*found, *said))


def weigh_evidence(
    found: Sequence[Evidence], inspection: Evidence | None, confirmation: Evidence | None
) -> CriterionStatus:
    """How a criterion stands by what fields and activities say, and by the latest inspection and confirmation."""
    if inspection is not None:
        if inspection.verdict is Verdict.MET or any(_overtakes(piece, inspection) for piece in found):
            return CriterionStatus.MET
        return CriterionStatus.UNMET
    verdicts = {piece.verdict for piece in (*found, *filter(None, [confirmation]))}
    if Verdict.MET in verdicts:
        return CriterionStatus.MET
    return CriterionStatus.UNMET if verdicts else CriterionStatus.UNKNOWN


def _overtakes(piece: Evidence, inspection: Evidence) -> bool:
    """Whether a fact that meets the criterion is of a later time than the inspection that found it unmet."""
    if piece.verdict is not Verdict.MET or piece.at is None or inspection.at is None:
        return False
    return piece.at > inspection.at


def _from_field(condition: Filter, facts: DealFacts, voices: Voices, at: datetime) -> Evidence | None:
    earlier = [reading for reading in facts.readings.get(condition.field, ()) if reading.at <= at]
    if not earlier:
        return None
    now = earlier[-1]
    if matches(condition, now.value):
        return Evidence(EvidenceSource.CRM_FIELD, Verdict.MET, now.at, condition.field)
    if not _speaks(voices.fields.get(condition.field), at):
        return None
    return Evidence(EvidenceSource.CRM_FIELD, Verdict.UNMET, now.at, condition.field)


def _from_activities(need: ActivityNeed, facts: DealFacts, voices: Voices, at: datetime) -> Evidence | None:
    start = None if need.within_days is None else at - timedelta(days=need.within_days)
    found = [
        activity
        for activity in facts.activities
        if activity.kind == need.kind.value
        and activity.at <= at
        and (start is None or activity.at > start)
        and all(matches(condition, activity.values.get(condition.field)) for condition in need.filters)
    ]
    enough = len(found) >= need.at_least
    if not enough and not _speaks(voices.kinds.get(need.kind.value), at):
        return None
    last = found[-1] if found else None
    return Evidence(
        EvidenceSource.ACTIVITY,
        Verdict.MET if enough else Verdict.UNMET,
        None if last is None else last.at,
        need.kind.value,
        record_id=None if last is None else last.id,
        count=len(found),
    )


def _speaks(since: datetime | None, at: datetime) -> bool:
    return since is not None and since <= at


def _latest(
    source: EvidenceSource, judgements: Sequence[Judgement], criterion: Criterion, at: datetime
) -> Evidence | None:
    """The last word that was given by then; earlier ones of the same source are replaced by it."""
    said = [one for one in judgements if one.criterion == criterion.key and one.at <= at]
    if not said:
        return None
    last = said[-1]
    return Evidence(source, last.verdict, last.at, None, last.id, last.person_id, last.note)


def matches(condition: Filter, value: Value) -> bool:
    """Whether a value meets a condition; nothing but `exists` holds of an empty one."""
    filled = value not in (None, "")
    if condition.op == "exists":
        return filled is condition.value
    if not filled:
        return False
    if condition.op in {"gte", "lte"} or isinstance(value, Decimal):
        number = _number(value)
        wanted = [_number(item) for item in condition.values]
        if number is None or None in wanted:
            return False
        return _compare(condition.op, number, wanted)
    return _compare(condition.op, value, condition.values)


def _compare(op: str, value: Any, wanted: Sequence[Any]) -> bool:
    if op == "gte":
        return bool(value >= wanted[0])
    if op == "lte":
        return bool(value <= wanted[0])
    return (value in wanted) is (op != "ne")


def _number(value: object) -> Decimal | None:
    """A number, or the number that a customer's own field has as text."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
