"""Every query of what was on record of deals when their outcomes became known: each set-based.

The outcome of a deal became known with the first of its states that has it and is followed by none that has another.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, DateTime, String, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.records import ATTRIBUTE, CREATED, CREATION, DEAL, PROPERTY
from service.success_models.filters import ATTRIBUTE_PREFIX
from service.success_models.frozen import Cutoff, FirstUse
from service.success_models.readings import record_field

INSTANTS: Any = ARRAY(DateTime(timezone=True))
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
EARLIEST = 200
"""How many of the earliest uses of a field or a kind of activity tell since when it is in use.

Of fields these are the oldest deals that have it, and those of the oldest deals that ever had it.
"""

decode = msgspec.json.decode


class KnownFields(NamedTuple):
    """The fields of a deal as they were known from `at` on; the histories are JSON."""

    at: datetime
    name: str | None
    pipeline: str | None
    currency: str | None
    attributes: str
    amounts: str
    close_dates: str

    def values(self) -> dict[str, str | None]:
        """Those without a history, by the names that criteria use."""
        plain = {"name": self.name, "pipeline": self.pipeline, "currency": self.currency}
        return plain | {ATTRIBUTE_PREFIX + name: value for name, value in decode(self.attributes).items()}


class RecordedDeal(NamedTuple):
    """A deal now, and as it was when its outcome became known.

    `known` is when that was; `was_open` whether it was known without that outcome before. `written`: when each field
    was written last, in epoch milliseconds, by its name in the record. `is_told`: its CRM itself says when it was made.
    """

    id: UUID
    outcome: str
    closed_at: datetime | None
    created_at: datetime
    known: datetime
    was_open: bool
    stages: str
    present: KnownFields
    kept: KnownFields
    written: Mapping[str, int]
    is_told: bool


class RecordedActivity(NamedTuple):
    """An activity about a deal that was on record in time."""

    deal_id: UUID
    kind: str
    occurred_at: datetime
    direction: str | None
    outcome: str | None
    status: str | None
    duration_seconds: Any
    attributes: str


_FIELDS = ("name", "pipeline", "currency", "attributes::text", "amount_history::text", "close_date_history::text")
_DEALS = f"""
SELECT d.id, d.outcome, d.closed_at, d.created_at, s.known, s.was_open, d.stage_history::text,
       d.known_from, {", ".join(f"d.{name}" for name in _FIELDS)},
       kept.known_from, {", ".join(f"kept.{name}" for name in _FIELDS)},
       w.written, coalesce(w.is_told, false)
FROM deal d
CROSS JOIN LATERAL (
    SELECT coalesce(max(v.known_until) FILTER (WHERE v.outcome <> d.outcome),
                    least(min(v.known_from), d.known_from)) AS known,
           coalesce(bool_or(v.outcome <> d.outcome), false) AS was_open
    FROM deal_version v WHERE v.org_id = :org AND v.id = d.id
) s
LEFT JOIN deal_version kept ON d.known_from > s.known AND kept.org_id = :org AND kept.id = d.id
    AND kept.known_from <= s.known AND kept.known_until > s.known
LEFT JOIN LATERAL (
    SELECT (SELECT jsonb_object_agg(f.key, f.value -> 0) FROM jsonb_each(r.fields) f WHERE f.key = ANY(:names))::text
               AS written,
           (r.fields #>> '{{{CREATED},1}}') = '{CREATION}' AS is_told
    FROM (SELECT state -> 'fields' AS fields FROM record WHERE org_id = :org AND id = d.id OFFSET 0) r
) w ON true
WHERE d.org_id = :org AND d.id = ANY(:ids)
"""  # noqa: S608 - names of columns
_STATES = f"""
SELECT k.place, v.known_until = k.known, v.known_from, {", ".join(f"v.{name}" for name in _FIELDS)}
FROM unnest(:ids, :untils, :knowns) WITH ORDINALITY AS k(id, until, known, place)
JOIN deal_version v ON v.org_id = :org AND v.id = k.id
WHERE (v.known_from <= k.until AND v.known_until > k.until) OR v.known_until = k.known
ORDER BY k.place, v.known_from
"""  # noqa: S608 - names of columns
_SHOWN = "occurred_at, a.direction, a.outcome, a.status, a.duration_seconds, a.attributes::text"
_ACTIVITIES = f"""
WITH k AS MATERIALIZED (
    SELECT * FROM unnest(:ids, :untils, :knowns, :histories) AS k(deal_id, until, known, history)
), seen AS (
    SELECT a.*, k.known AS outcome_known, k.until, k.history FROM k
    JOIN activity a ON a.org_id = :org AND a.deal_id = k.deal_id
    WHERE a.kind = ANY(:kinds) AND a.occurred_at <= k.until
)
SELECT a.deal_id, a.kind, a.{_SHOWN} FROM seen a WHERE a.known_from <= a.outcome_known
UNION ALL
SELECT a.deal_id, a.kind, a.{_SHOWN} FROM seen a
CROSS JOIN LATERAL (
    SELECT r.fields #>> '{{{CREATED},1}}' AS rank,
           (SELECT max((f.value ->> 0)::bigint) FROM jsonb_each(r.fields) f WHERE f.key = ANY(:names)) AS written
    FROM (SELECT state -> 'fields' AS fields FROM record WHERE org_id = :org AND id = a.id OFFSET 0) r
) w
WHERE a.known_from > a.outcome_known
  AND (w.rank = '{CREATION}' AND to_timestamp(w.written / 1000.0) <= a.until
       OR w.rank = '{PROPERTY}' AND a.known_from <= a.history)
  AND NOT EXISTS (SELECT FROM activity_version v WHERE v.org_id = :org AND v.id = a.id
                  AND v.known_from <= a.outcome_known AND v.known_until > a.outcome_known)
UNION ALL
SELECT a.deal_id, a.kind, a.{_SHOWN} FROM k
JOIN activity_version a ON a.org_id = :org AND a.deal_id = k.deal_id
WHERE a.kind = ANY(:kinds) AND a.occurred_at <= k.until AND a.known_from <= k.known AND a.known_until > k.known
ORDER BY 3
"""  # noqa: S608 - names of columns
_KIND_USES = f"""
SELECT kinds.kind, a.occurred_at, least(a.known_from, v.first), w.rank, w.created
FROM unnest(:kinds) AS kinds(kind)
CROSS JOIN LATERAL (
    SELECT id, occurred_at, known_from FROM activity
    WHERE org_id = :org AND kind = kinds.kind AND deal_id IS NOT NULL ORDER BY occurred_at LIMIT {EARLIEST}
) a
LEFT JOIN LATERAL (
    SELECT min(known_from) AS first FROM activity_version WHERE org_id = :org AND id = a.id
) v ON true
LEFT JOIN LATERAL (
    SELECT state #>> '{{fields,{CREATED},1}}' AS rank, (state #>> '{{fields,{CREATED},0}}')::bigint AS created
    FROM record WHERE org_id = :org AND id = a.id
) w ON true
ORDER BY 1, 2
"""  # noqa: S608 - constants
_FIELD_USES = """
WITH used AS (
    (SELECT * FROM deal AS d WHERE d.org_id = :org AND {filled} ORDER BY d.created_at LIMIT :earliest)
    UNION
    SELECT d.* FROM (SELECT * FROM deal WHERE org_id = :org ORDER BY created_at LIMIT :earliest) d
    WHERE EXISTS (SELECT FROM deal_version v WHERE v.org_id = :org AND v.id = d.id AND {was_filled})
)
SELECT (r.state -> 'fields' -> :name ->> 0)::bigint, least(v.first, CASE WHEN {filled} THEN d.known_from END),
       (r.state #>> '{{fields,$created,1}}') = '0'
FROM used d
JOIN record r ON r.org_id = :org AND r.id = d.id
LEFT JOIN LATERAL (
    SELECT min(v.known_from) AS first FROM deal_version v WHERE v.org_id = :org AND v.id = d.id AND {was_filled}
) v ON true
WHERE r.state -> 'fields' ? :name
"""


async def list_recorded_deals(
    session: AsyncSession, org_id: UUID, deal_ids: Collection[UUID], fields: Collection[str]
) -> list[RecordedDeal]:
    """Deals by their ids, with what criteria on some fields need."""
    names = sorted({record_field(name) for name in fields})
    statement = text(_DEALS).bindparams(
        bindparam("org", org_id, type_=Uuid),
        bindparam("ids", list(deal_ids), type_=ARRAY(Uuid)),
        bindparam("names", names, type_=ARRAY(String)),
    )
    return [_deal(row) for row in (await (await session.connection()).execute(statement)).all()]


def _deal(row: Any) -> RecordedDeal:
    present, kept = KnownFields(*row[7:14]), KnownFields(*row[14:21])
    written = {} if row[21] is None else decode(row[21])
    deal_id, outcome, closed_at, created_at, known, was_open, stages = row[:7]
    kept = present if row[14] is None else kept
    return RecordedDeal(
        deal_id, outcome, closed_at, created_at, known, was_open, stages, present, kept, written, row[22]
    )


async def list_states_then(
    session: AsyncSession, org_id: UUID, cutoffs: Sequence[tuple[UUID, Cutoff]]
) -> tuple[dict[UUID, KnownFields], dict[UUID, KnownFields]]:
    """Of decided deals: what was known of them at the outcome, and last before it became known; by id."""
    statement = text(_STATES).bindparams(*_cut(org_id, cutoffs))
    then: dict[UUID, KnownFields] = {}
    before: dict[UUID, KnownFields] = {}
    for place, is_last, *fields in (await (await session.connection()).execute(statement)).all():
        deal_id, cutoff = cutoffs[place - 1]
        state = KnownFields(*fields)
        if state.at <= cutoff.until:
            then[deal_id] = state
        if is_last:
            before[deal_id] = state
    return then, before


async def list_recorded_activities(
    session: AsyncSession,
    org_id: UUID,
    cutoffs: Sequence[tuple[UUID, Cutoff]],
    kinds: Collection[str],
    fields: Collection[str],
) -> list[RecordedActivity]:
    """The activities about deals that came to be and were on record in time, the earliest first.

    `fields` are those that matter: where one was written late, so was the activity.
    """
    names = [CREATED, "occurred_at", DEAL, *(_activity_field(name) for name in fields)]
    histories = [cutoff.history_until for _, cutoff in cutoffs]
    statement = text(_ACTIVITIES).bindparams(
        *_cut(org_id, cutoffs),
        bindparam("histories", histories, type_=INSTANTS),
        bindparam("kinds", list(kinds), type_=ARRAY(String)),
        bindparam("names", names, type_=ARRAY(String)),
    )
    return [RecordedActivity(*row) for row in (await (await session.connection()).execute(statement)).all()]


async def list_first_uses(
    session: AsyncSession, org_id: UUID, fields: Collection[str], kinds: Collection[str]
) -> tuple[dict[str, list[FirstUse]], dict[str, list[FirstUse]]]:
    """The earliest uses of each field of deals, and of each kind of activity that is linked to one."""
    connection = await session.connection()
    statement = text(_KIND_USES).bindparams(
        bindparam("org", org_id, type_=Uuid), bindparam("kinds", list(kinds), type_=ARRAY(String))
    )
    by_kind: dict[str, list[FirstUse]] = {}
    for kind, at, received, rank, created in (await connection.execute(statement)).all() if kinds else ():
        recorded = _instant(created) if rank == str(CREATION) else None
        by_kind.setdefault(kind, []).append(FirstUse(at, received, recorded, rank == str(PROPERTY)))
    by_field: dict[str, list[FirstUse]] = {}
    for name in sorted(fields):
        for written, received, is_told in (await connection.execute(_field_uses(org_id, name))).all():
            # It may have been written again since: then it was there when we first knew of it, at the latest.
            at = min(_instant(written), received)
            by_field.setdefault(name, []).append(FirstUse(at, received, at if is_told else None))
    for uses in by_field.values():
        uses.sort(key=lambda use: use.at)
    return by_field, by_kind


def _field_uses(org_id: UUID, name: str) -> Any:
    """One field's; a constant number of them for any number of deals."""
    values = [
        bindparam("org", org_id, type_=Uuid),
        bindparam("name", record_field(name), type_=String),
        bindparam("earliest", EARLIEST),
    ]
    if name.startswith(ATTRIBUTE_PREFIX):
        filled = "{0}.attributes ? :attribute"
        values.append(bindparam("attribute", name.removeprefix(ATTRIBUTE_PREFIX), type_=String))
    else:
        filled = {
            "amount": "{0}.amount IS NOT NULL",
            "expected_close_on": "jsonb_array_length({0}.close_date_history) > 0",
        }.get(name, f"{{0}}.{name} IS NOT NULL")
    statement = _FIELD_USES.format(filled=filled.format("d"), was_filled=filled.format("v"))
    return text(statement).bindparams(*values)


def _cut(org_id: UUID, cutoffs: Sequence[tuple[UUID, Cutoff]]) -> list[Any]:
    return [
        bindparam("org", org_id, type_=Uuid),
        bindparam("ids", [deal_id for deal_id, _ in cutoffs], type_=ARRAY(Uuid)),
        bindparam("untils", [cutoff.until for _, cutoff in cutoffs], type_=INSTANTS),
        bindparam("knowns", [cutoff.known or NEVER for _, cutoff in cutoffs], type_=INSTANTS),
    ]


def _activity_field(name: str) -> str:
    if name.startswith(ATTRIBUTE_PREFIX):
        return ATTRIBUTE + name.removeprefix(ATTRIBUTE_PREFIX)
    return name


def _instant(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)
