"""Every deal and its moves as columns, packed by the database so that no row becomes an object; and targets met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import nan
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ARRAY, Date, DateTime, Integer, String, Uuid, bindparam, func, select, text, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from service.kpi_snapshots.figures import Total
from service.kpi_snapshots.quadrants.cases import DealFlow
from service.kpi_snapshots.repository.relations import NOW
from service.kpi_snapshots.repository.rows import rows
from service.kpi_snapshots.repository.statements import CELL
from service.kpi_snapshots.repository.totals import between, totals_of
from service.statistics.arrays import Indices
from service.statistics.competing_risks import Ending
from service.success_models.measures import Measure

SEGMENT, SOURCE = "segment", "source"
"""The customer's own fields that tell deals apart; a deal without a segment has its pipeline as one."""
MOST_VALUES = 30
"""The most frequent values of such a field stand each for itself, all others together."""

Ids = NDArray[np.bytes_]

_DEALS = f"""
SELECT string_agg(uuid_send(id), ''), string_agg(int4send(person), ''), string_agg(float8send(created), ''),
       string_agg(float8send(seen), ''), string_agg(int4send(ending), ''), string_agg(int8send(segment), ''),
       string_agg(int8send(source), ''), string_agg(float8send(amount), '')
FROM (
    SELECT d.id, (coalesce(p.place, 0) - 1)::int AS person, d.created, greatest(d.seen, d.created) AS seen, d.ending,
           CASE WHEN d.segment IS NULL THEN -1 ELSE hashtext(d.segment)::bigint + 2147483648 END AS segment,
           CASE WHEN d.source IS NULL THEN -1 ELSE hashtext(d.source)::bigint + 2147483648 END AS source,
           coalesce(d.amount, :unknown) AS amount
    FROM (
        SELECT id, extract(epoch FROM created_at)::float8 / 86400 AS created,
               extract(epoch FROM CASE WHEN is_closed THEN closed_at ELSE :as_of END)::float8 / 86400 AS seen,
               CASE WHEN is_closed THEN closed_owner_id ELSE owner_id END AS owner_id,
               CASE WHEN NOT is_closed THEN {int(Ending.OPEN)} WHEN outcome = 'won' THEN {int(Ending.WON)}
                    ELSE {int(Ending.LOST)} END AS ending,
               coalesce(attributes ->> '{SEGMENT}', pipeline) AS segment, attributes ->> '{SOURCE}' AS source,
               coalesce(amount_history -> 0 ->> 'amount', org_amount::text)::float8 AS amount
        FROM (
            SELECT *, outcome <> 'open' AND closed_at IS NOT NULL AND closed_at <= :as_of AS is_closed FROM deal
            WHERE org_id = :org AND created_at <= :as_of
        ) known
    ) d
    LEFT JOIN unnest(:people) WITH ORDINALITY AS p(id, place) ON p.id = d.owner_id
    ORDER BY d.id
) packed
"""  # noqa: S608 - constants
_MOVES = """
SELECT string_agg(uuid_send(m.deal_id), ''), string_agg(int4send((s.rank - 1)::int), ''),
       string_agg(float8send(extract(epoch FROM m.occurred_at)::float8 / 86400), '')
FROM stage_change m
JOIN unnest(:stages, :ranks) AS s(stage, rank) ON s.stage = m.to_stage
WHERE m.org_id = :org AND m.occurred_at <= :as_of
"""
INSTANT = DateTime(timezone=True)


@dataclass(frozen=True, slots=True, eq=False)
class OrganizationDeals:
    """The deals of an organization by an instant as columns, and their ids in the same order."""

    flow: DealFlow
    ids: Ids

    def ids_at(self, places: Indices) -> list[UUID]:
        """Some of the ids."""
        return [UUID(bytes=bytes(id_).ljust(16, b"\0")) for id_ in self.ids[places]]


async def load_deals(
    session: AsyncSession, org_id: UUID, people: Sequence[UUID], stages: Mapping[str, int], as_of: datetime
) -> OrganizationDeals:
    """Every deal made by an instant with its moves by then; `stages` are the ranks of open stages, from 0 on."""
    known = [bindparam("org", org_id, type_=Uuid), bindparam("as_of", as_of, type_=INSTANT)]
    everybody = bindparam("people", list(people), type_=ARRAY(Uuid))
    query = text(_DEALS).bindparams(*known, everybody, bindparam("unknown", nan))
    ids, owner, created, seen, ending, segment, source, amount = (await rows(session, query))[0]
    ranks = bindparam("ranks", [rank + 1 for rank in stages.values()], type_=ARRAY(Integer))
    query = text(_MOVES).bindparams(*known, ranks, bindparam("stages", list(stages), type_=ARRAY(String)))
    moved, rank, at = (await rows(session, query))[0]
    names = _unpacked(ids, "S16")
    deals, kept = _places(names, _unpacked(moved, "S16"))
    flow = DealFlow(
        people=_unpacked(owner, ">i4").astype(np.intp),
        created=_unpacked(created, ">f8").astype(np.float64),
        seen=_unpacked(seen, ">f8").astype(np.float64),
        endings=_unpacked(ending, ">i4").astype(np.intp),
        segments=_codes(_unpacked(segment, ">i8").astype(np.int64)),
        sources=_codes(_unpacked(source, ">i8").astype(np.int64)),
        amounts=_unpacked(amount, ">f8").astype(np.float64),
        move_deals=deals,
        move_stages=_unpacked(rank, ">i4").astype(np.intp)[kept],
        move_times=_unpacked(at, ">f8").astype(np.float64)[kept],
    )
    return OrganizationDeals(flow, names)


def _unpacked(packed: bytes | None, kind: str) -> NDArray[Any]:
    return np.frombuffer(packed or b"", kind)


def _places(names: Ids, moved: Ids) -> tuple[Indices, NDArray[np.bool_]]:
    """Where among the deals, which are in order, each move's is; and which moves are of one of them."""
    if not names.size:
        return np.zeros(0, dtype=np.intp), np.zeros(moved.size, dtype=np.bool_)
    places = np.minimum(np.searchsorted(names, moved), names.size - 1)
    kept = names[places] == moved
    return places[kept], kept


def _codes(hashes: NDArray[np.int64]) -> Indices:
    """Codes from 0 on by how frequent a value is, -1 where it is unknown."""
    values, places, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    order = np.argsort(-np.where(values < 0, 0, counts), kind="stable")
    codes = np.empty(values.size, dtype=np.intp)
    codes[order] = np.minimum(np.arange(values.size), MOST_VALUES)
    return np.where(values < 0, -1, codes)[places]


async def load_totals_by_period(
    session: AsyncSession,
    org_id: UUID,
    people: Sequence[UUID],
    kept: tuple[Sequence[Measure], Sequence[Measure]],
    spans: Sequence[tuple[date, date]],
    as_of: datetime,
) -> list[dict[tuple[UUID, UUID], Total]]:
    """What measures that add up come to in each of some periods that are over, by person and measure.

    `spans` follow one another, both ends included. `kept` are the measures with complete cells, and the others.
    """
    found: list[dict[tuple[UUID, UUID], Total]] = [{} for _ in spans]
    built, unbuilt = kept
    parts: list[Any] = []
    start, end = spans[0][0], spans[-1][1]
    if built:
        ids = bindparam("cell_people", list(people), type_=ARRAY(Uuid))
        wanted = bindparam("cell_measures", [measure.identity() for measure in built], type_=ARRAY(Uuid))
        cells = select(CELL.c.person_id, CELL.c.measure_id, CELL.c.day, CELL.c.value, CELL.c.n)
        parts.append(
            cells.where(CELL.c.org_id == org_id, CELL.c.person_id == func.any(ids)).where(
                CELL.c.measure_id == func.any(wanted), CELL.c.day >= start, CELL.c.day <= end
            )
        )
    if unbuilt:
        bound = between(people, start, date.fromordinal(end.toordinal() + 1), as_of)
        by_day = totals_of(org_id, unbuilt, bound, by_day=True, facts=NOW).subquery("fresh")
        parts.append(select(*(by_day.c[name] for name in ("person_id", "measure_id", "day", "value", "n"))))
    if not parts:
        return found
    days = union_all(*parts).subquery("days")
    starts = bindparam("starts", [first for first, _ in spans], type_=ARRAY(Date))
    slot: Any = func.width_bucket(days.c.day, starts)
    keys = (days.c.person_id, days.c.measure_id, slot)
    query = select(*keys, func.sum(days.c.value), func.sum(days.c.n)).group_by(*keys)
    for person_id, measure_id, place, value, n in await rows(session, query):
        found[place - 1][person_id, measure_id] = Total(Decimal(value), int(n))
    return found
