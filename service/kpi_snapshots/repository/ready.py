"""Every query of ready snapshots and of the marks that say whose are out of date."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Select,
    String,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.kpi_snapshots.models import ReadySnapshot, SnapshotMark
from service.kpi_snapshots.repository.rows import rows, run
from service.organizations.models.people import Person

READY: Table = SQLModel.metadata.tables[str(ReadySnapshot.__tablename__)]
PERSON: Table = SQLModel.metadata.tables[str(Person.__tablename__)]
ROWS_PER_STATEMENT = 1000


class Wanted(NamedTuple):
    """Ready rows that answer a question of now.

    Of whom (None: of everybody), which kind of period, holding which day and beginning when (None: whenever), not
    older than when; and the model by job role.
    """

    org_id: UUID
    person_ids: Collection[UUID] | None
    period: str
    today: date
    period_start: date | None
    fresh_since: datetime
    models: Mapping[str | None, UUID]


async def mark_people(session: AsyncSession, org_id: UUID, changes: Mapping[UUID, date | None]) -> None:
    """Mark people's snapshots as out of date from a day on; None: altogether."""
    marks = [SnapshotMark(org_id=org_id, id=new_id(), person_id=id_, first_day=day) for id_, day in changes.items()]
    for start in range(0, len(marks), ROWS_PER_STATEMENT):
        part = [mark.model_dump() for mark in marks[start : start + ROWS_PER_STATEMENT]]
        await run(session, insert(SnapshotMark).values(part))


async def take_marks(session: AsyncSession, org_id: UUID, limit: int) -> dict[UUID, date | None]:
    """Remove up to `limit` marks, and whatever else marks the same people; the earliest day of each person."""
    table = SQLModel.metadata.tables[str(SnapshotMark.__tablename__)]
    chosen = (
        select(table.c.id)
        .where(table.c.org_id == org_id)
        .order_by(table.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("chosen")
        .prefix_with("MATERIALIZED")
    )
    taken = (
        delete(table)
        .where(table.c.org_id == org_id, table.c.id == chosen.c.id)
        .returning(table.c.person_id, table.c.first_day)
    )
    found: dict[UUID, date | None] = {}
    for person_id, first_day in await rows(session, taken):
        before = found.get(person_id, first_day)
        found[person_id] = None if before is None or first_day is None else min(before, first_day)
    return found


async def list_stale_people(session: AsyncSession, org_id: UUID, before: datetime, limit: int) -> list[UUID]:
    """People with a ready snapshot of before an instant."""
    query = (
        select(READY.c.person_id)
        .where(READY.c.org_id == org_id, READY.c.as_of < before)
        .order_by(READY.c.as_of)
        .limit(limit)
    )
    return sorted({row[0] for row in await rows(session, query)})


async def newest_instant(session: AsyncSession, org_id: UUID) -> datetime | None:
    """The last instant that a ready snapshot is of."""
    found = await rows(session, select(func.max(READY.c.as_of)).where(READY.c.org_id == org_id))
    newest: datetime | None = found[0][0]
    return newest


async def write_ready(
    session: AsyncSession, org_id: UUID, person_ids: Collection[UUID], fresh: Sequence[dict[str, Any]]
) -> None:
    """Put these people's rows in the place of all that they had."""
    keys = ("person_id", "period", "kpi")
    kept = {tuple(row[key] for key in keys) for row in fresh}
    query = select(READY.c.person_id, READY.c.period, READY.c.kpi).where(
        READY.c.org_id == org_id, READY.c.person_id.in_(list(person_ids))
    )
    gone = [tuple(row) for row in await rows(session, query) if tuple(row) not in kept]
    if gone:
        named = tuple_(READY.c.person_id, READY.c.period, READY.c.kpi)
        await run(session, delete(READY).where(READY.c.org_id == org_id, named.in_(gone)))
    if fresh:
        upsert = insert(READY)
        new = {name: upsert.excluded[name] for name in READY.c.keys() if name not in {"org_id", *keys}}  # noqa: SIM118
        statement = upsert.on_conflict_do_update(index_elements=["org_id", *keys], set_=new)
        await (await session.connection()).execute(statement, list(fresh))


async def list_missing(session: AsyncSession, wanted: Wanted, limit: int | None = None) -> list[UUID]:
    """Those asked for who have a model, but no ready rows of it."""
    fresh = select(READY.c.kpi).where(
        _fits(wanted), READY.c.person_id == PERSON.c.id, READY.c.model_id == _model_of(wanted)
    )
    missing = select(PERSON.c.id).where(
        PERSON.c.org_id == wanted.org_id, _model_of(wanted).is_not(None), ~fresh.correlate(PERSON).exists()
    )
    if wanted.person_ids is not None:
        missing = missing.where(PERSON.c.id == func.any(_ids(wanted.person_ids)))
    return [row[0] for row in await rows(session, missing.limit(limit))]


async def load_ready_page(
    session: AsyncSession, wanted: Wanted, kpi: str | None, page: PageRequest
) -> list[tuple[tuple[str, ...], str]]:
    """One page's rows and one more, by person's name and in the model's order, each as JSON with its position.

    Backward pages have the last one first.
    """
    order: Sequence[Any] = [
        part.collate("C")
        for part in (PERSON.c.name, PERSON.c.id.cast(String), func.lpad(READY.c.place.cast(String), 5, "0"))
    ]
    query = _ready(wanted, kpi, *order, READY.c.snapshot.cast(Text))
    after, before = page.bounds(len(order))
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*after))
    if before is not None:
        query = query.where(tuple_(*order) < tuple_(*before))
    query = query.order_by(*(part.desc() if page.backward else part for part in order)).limit(page.limit + 1)
    return [((row[0], row[1], row[2]), row[3]) for row in await rows(session, query)]


async def load_ready(session: AsyncSession, wanted: Wanted, kpi: str | None) -> list[str]:
    """All the rows, those of a person in the model's order: per person one text of JSON documents with commas."""
    documents = func.string_agg(READY.c.snapshot.cast(Text), aggregate_order_by(literal(","), READY.c.place))
    query = _ready(wanted, kpi, documents).group_by(READY.c.person_id)
    return [row[0] for row in await rows(session, query)]


def _ready(wanted: Wanted, kpi: str | None, *columns: Any) -> Select[Any]:
    joined = READY.join(PERSON, and_(PERSON.c.org_id == READY.c.org_id, PERSON.c.id == READY.c.person_id))
    query = select(*columns).select_from(joined)
    query = query.where(_fits(wanted), PERSON.c.org_id == wanted.org_id, READY.c.model_id == _model_of(wanted))
    if wanted.person_ids is not None:
        query = query.where(READY.c.person_id == func.any(_ids(wanted.person_ids)))
    return query if kpi is None else query.where(READY.c.kpi == kpi)


def _fits(wanted: Wanted) -> Any:
    begins = () if wanted.period_start is None else (READY.c.period_start == wanted.period_start,)
    return and_(
        *begins,
        READY.c.org_id == wanted.org_id,
        READY.c.period == wanted.period,
        READY.c.period_start <= wanted.today,
        READY.c.period_end >= wanted.today,
        READY.c.as_of >= wanted.fresh_since,
    )


def _model_of(wanted: Wanted) -> Any:
    """The model that holds for a person; NULL: none."""
    default = literal(wanted.models.get(None), Uuid)
    cases = [(PERSON.c.job_role == role, literal(id_, Uuid)) for role, id_ in wanted.models.items() if role is not None]
    return case(*cases, else_=default) if cases else default


def _ids(person_ids: Collection[UUID]) -> Any:
    return bindparam("ready_people", list(person_ids), type_=ARRAY(Uuid))
