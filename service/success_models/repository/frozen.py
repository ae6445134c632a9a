"""Every query of what was on record of deals when their outcomes became known, as columns.

The outcome of a deal became known with the first of its states that has it and is followed by none that has another.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import ARRAY, BigInteger, String, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.records import ATTRIBUTE, CREATED, CREATION, DEAL, PROPERTY
from service.statistics.arrays import Bools, Indices
from service.success_models.filters import ATTRIBUTE_PREFIX
from service.success_models.frozen import Cutoffs, Times
from service.success_models.process import CLOSE_DATE
from service.success_models.readings import record_field

HISTORIES = {"amount": "amount_history", CLOSE_DATE: "close_date_history"}
"""Fields whose every value is dated, and the column that holds them."""
_MICROS = "(extract(epoch FROM {}) * 1000000)::bigint"
_MOMENT = "to_timestamp(0) + {} * interval '1 microsecond'"


@dataclass(frozen=True, slots=True, eq=False)
class RecordedField:
    """A field of deals as it is, as it was when the outcome became known, and when it was written last (0: never).

    Of a field whose every value is dated the two are its histories, as JSON.
    """

    present: Sequence[str | None]
    kept: Sequence[str | None]
    written: Times


@dataclass(frozen=True, slots=True, eq=False)
class RecordedDeals:
    """Deals as columns. `known`: when the outcome became known; `was_open`: whether it was known without it before.

    `closed` is 0 for open deals. `is_told`: its CRM itself says when it was made. `move_deals` are places among the
    deals; the moves of a deal are in order.
    """

    ids: Sequence[UUID]
    won: Bools
    closed: Times
    created: Times
    known: Times
    was_open: Bools
    is_told: Bools
    fields: Mapping[str, RecordedField]
    move_deals: Indices
    move_stages: Sequence[str]
    move_times: Times


@dataclass(frozen=True, slots=True, eq=False)
class RecordedActivities:
    """Activities about deals that were on record in time: the deals' places, when, and the fields asked for."""

    deals: Indices
    kinds: Sequence[str]
    times: Times
    fields: Mapping[str, Sequence[Any]]


async def load_recorded_deals(
    session: AsyncSession, org_id: UUID, deal_ids: Collection[UUID], fields: Sequence[str]
) -> RecordedDeals:
    """Deals by their ids, with some fields."""
    inner, outer, values = [], [], [bindparam("org", org_id, type_=Uuid)]
    for place, name in enumerate(fields):
        inner.append(f"{_field('d', name, place)} AS p{place}")
        inner.append(f"CASE WHEN kept.id IS NULL THEN {_field('d', name, place)}")
        inner[-1] += f" ELSE {_field('kept', name, place)} END AS k{place}"
        inner.append(f"coalesce((r.fields -> :r{place} ->> 0)::bigint, 0) * 1000 AS w{place}")
        outer += [f"array_agg(p{place})", f"array_agg(k{place})", f"string_agg(int8send(w{place}), '')"]
        values.append(bindparam(f"r{place}", record_field(name), type_=String))
        if name.startswith(ATTRIBUTE_PREFIX):
            values.append(bindparam(f"a{place}", name.removeprefix(ATTRIBUTE_PREFIX), type_=String))
    statement = text(_DEALS.format("".join(f", {one}" for one in outer), "".join(f", {one}" for one in inner)))
    statement = statement.bindparams(*values, bindparam("ids", list(deal_ids), type_=ARRAY(Uuid)))
    connection = await session.connection()
    row = (await connection.execute(statement)).one()
    ids = row[0] or []
    told = {
        name: RecordedField(row[6 + 3 * place] or [], row[7 + 3 * place] or [], _int8(row[8 + 3 * place]))
        for place, name in enumerate(fields)
    }
    flags = np.array(row[5] or [], dtype=np.intp)
    moves = text(_MOVES).bindparams(values[0], bindparam("ids", ids, type_=ARRAY(Uuid)))
    deals, stages, times = (await connection.execute(moves)).one()
    return RecordedDeals(
        ids=ids,
        won=(flags & 1) > 0,
        closed=_int8(row[1]),
        created=_int8(row[2]),
        known=_int8(row[3]),
        was_open=(flags & 2) > 0,
        is_told=(flags & 4) > 0,
        fields=told,
        move_deals=_int8(deals).astype(np.intp) - 1,
        move_stages=stages or [],
        move_times=_int8(times),
    )


def _field(row: str, name: str, place: int) -> str:
    if name.startswith(ATTRIBUTE_PREFIX):
        return f"{row}.attributes ->> :a{place}"
    return f"{row}.{HISTORIES[name]}::text" if name in HISTORIES else f"{row}.{name}"


_DEALS = f"""
SELECT array_agg(id), string_agg(int8send(closed), ''), string_agg(int8send(created), ''),
       string_agg(int8send(known), ''), count(*), array_agg(flags){{0}}
FROM (
    SELECT d.id, coalesce({_MICROS.format("d.closed_at")}, 0) AS closed, {_MICROS.format("d.created_at")} AS created,
           {_MICROS.format("s.known")} AS known,
           (d.outcome = 'won')::int + 2 * s.was_open::int
           + 4 * coalesce((r.fields #>> '{{{{{CREATED},1}}}}') = '{CREATION}', false)::int AS flags{{1}}
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
        SELECT state -> 'fields' AS fields FROM record WHERE org_id = :org AND id = d.id OFFSET 0
    ) r ON true
    WHERE d.org_id = :org AND d.id = ANY(:ids)
) q
"""  # noqa: S608 - names of columns
_MOVES = f"""
SELECT string_agg(int8send(place), ''), array_agg(to_stage), string_agg(int8send(at), '')
FROM (
    SELECT k.place, m.to_stage, {_MICROS.format("m.occurred_at")} AS at
    FROM unnest(:ids) WITH ORDINALITY AS k(id, place)
    JOIN stage_change m ON m.org_id = :org AND m.deal_id = k.id ORDER BY k.place, m.position
) q
"""  # noqa: S608 - names of columns


async def load_states_then(
    session: AsyncSession, org_id: UUID, ids: Sequence[UUID], cutoffs: Cutoffs, fields: Sequence[str]
) -> tuple[dict[int, tuple[int, dict[str, str | None]]], dict[int, dict[str, str | None]]]:
    """Of decided deals, by place: the fields known at the outcome and since when, and those known last before it was.

    Only fields without a history.
    """
    then: dict[int, tuple[int, dict[str, str | None]]] = {}
    before: dict[int, dict[str, str | None]] = {}
    if not ids:
        return then, before
    names: list[Any] = [
        bindparam(f"a{place}", name.removeprefix(ATTRIBUTE_PREFIX)) for place, name in enumerate(fields)
    ]
    used = [one for one, name in zip(names, fields, strict=True) if name.startswith(ATTRIBUTE_PREFIX)]
    columns = "".join(f", {_field('v', name, place)}" for place, name in enumerate(fields))
    statement = text(_STATES.format(columns)).bindparams(*used, *_cut(org_id, ids, cutoffs))
    for place, is_last, at, *values in (await (await session.connection()).execute(statement)).all():
        state = dict(zip(fields, values, strict=True))
        if at <= cutoffs.until[place - 1]:
            then[place - 1] = (at, state)
        if is_last:
            before[place - 1] = state
    return then, before


_STATES = f"""
SELECT k.place, v.known_until = k.known, {_MICROS.format("v.known_from")}{{0}}
FROM (
    SELECT id, {_MOMENT.format("until")} AS until, {_MOMENT.format("known")} AS known, place
    FROM unnest(:ids, :untils, :knowns) WITH ORDINALITY AS k(id, until, known, place)
) k
JOIN deal_version v ON v.org_id = :org AND v.id = k.id
WHERE (v.known_from <= k.until AND v.known_until > k.until) OR v.known_until = k.known
ORDER BY k.place, v.known_from
"""  # noqa: S608 - names of columns


async def load_recorded_activities(
    session: AsyncSession,
    org_id: UUID,
    ids: Sequence[UUID],
    cutoffs: Cutoffs,
    kinds: Collection[str],
    fields: Sequence[str],
) -> RecordedActivities:
    """The activities about deals that came to be and were on record in time.

    `fields` are those that matter: where one was written late, so was the activity.
    """
    if not kinds:
        return RecordedActivities(np.zeros(0, dtype=np.intp), [], np.zeros(0, dtype=np.int64), {})
    names = [CREATED, "occurred_at", DEAL, *(_activity_field(name) for name in fields)]
    shown = [
        f"a.attributes ->> :a{place}" if name.startswith(ATTRIBUTE_PREFIX) else f"a.{name}"
        for place, name in enumerate(fields)
    ]
    inner = "".join(f", {one} AS f{place}" for place, one in enumerate(shown))
    outer = "".join(f", array_agg(f{place})" for place in range(len(fields)))
    attributes = [
        bindparam(f"a{place}", name.removeprefix(ATTRIBUTE_PREFIX), type_=String)
        for place, name in enumerate(fields)
        if name.startswith(ATTRIBUTE_PREFIX)
    ]
    statement = text(_ACTIVITIES.format(outer, inner)).bindparams(
        *_cut(org_id, ids, cutoffs),
        *attributes,
        bindparam("histories", cutoffs.history_until.tolist(), type_=ARRAY(BigInteger)),
        bindparam("kinds", list(kinds), type_=ARRAY(String)),
        bindparam("names", names, type_=ARRAY(String)),
    )
    deals, kind, times, *values = (await (await session.connection()).execute(statement)).one()
    told = {name: value or [] for name, value in zip(fields, values, strict=True)}
    return RecordedActivities(_int8(deals).astype(np.intp) - 1, kind or [], _int8(times), told)


_ACTIVITIES = f"""
WITH k AS MATERIALIZED (
    SELECT deal_id, place, {_MOMENT.format("until")} AS until, {_MOMENT.format("known")} AS known,
           {_MOMENT.format("history")} AS history
    FROM unnest(:ids, :untils, :knowns, :histories) WITH ORDINALITY AS k(deal_id, until, known, history, place)
), seen AS (
    SELECT a.*, k.place, k.until, k.known AS outcome_known, k.history FROM k
    JOIN activity a ON a.org_id = :org AND a.deal_id = k.deal_id
    WHERE a.kind = ANY(:kinds) AND a.occurred_at <= k.until
), counted AS (
    SELECT a.place, a.kind, a.occurred_at{{1}} FROM seen a WHERE a.known_from <= a.outcome_known
    UNION ALL
    SELECT a.place, a.kind, a.occurred_at{{1}} FROM seen a
    CROSS JOIN LATERAL (
        SELECT r.fields #>> '{{{{{CREATED},1}}}}' AS rank,
               (SELECT max((f.value ->> 0)::bigint) FROM jsonb_each(r.fields) f WHERE f.key = ANY(:names)) AS written
        FROM (SELECT state -> 'fields' AS fields FROM record WHERE org_id = :org AND id = a.id OFFSET 0) r
    ) w
    WHERE a.known_from > a.outcome_known
      AND (w.rank = '{CREATION}' AND to_timestamp(w.written / 1000.0) <= a.until
           OR w.rank = '{PROPERTY}' AND a.known_from <= a.history)
      AND NOT EXISTS (SELECT FROM activity_version v WHERE v.org_id = :org AND v.id = a.id
                      AND v.known_from <= a.outcome_known AND v.known_until > a.outcome_known)
    UNION ALL
    SELECT k.place, a.kind, a.occurred_at{{1}} FROM k
    JOIN activity_version a ON a.org_id = :org AND a.deal_id = k.deal_id
    WHERE a.kind = ANY(:kinds) AND a.occurred_at <= k.until AND a.known_from <= k.known AND a.known_until > k.known
)
SELECT string_agg(int8send(place), ''), array_agg(kind), string_agg(int8send({_MICROS.format("occurred_at")}), ''){{0}}
FROM counted
"""  # noqa: S608 - names of columns


def _cut(org_id: UUID, ids: Sequence[UUID], cutoffs: Cutoffs) -> list[Any]:
    return [
        bindparam("org", org_id, type_=Uuid),
        bindparam("ids", list(ids), type_=ARRAY(Uuid)),
        bindparam("untils", cutoffs.until.tolist(), type_=ARRAY(BigInteger)),
        bindparam("knowns", cutoffs.known.tolist(), type_=ARRAY(BigInteger)),
    ]


def _int8(packed: bytes | None) -> Times:
    return np.frombuffer(packed or b"", ">i8").astype(np.int64)


def _activity_field(name: str) -> str:
    if name.startswith(ATTRIBUTE_PREFIX):
        return ATTRIBUTE + name.removeprefix(ATTRIBUTE_PREFIX)
    return name
