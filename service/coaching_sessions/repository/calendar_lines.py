"""What calendar files are made of, read by one query, so that one statement tells whether anything of it changed."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

import asyncpg
import sqlalchemy
from sqlalchemy import and_, bindparam, func, literal_column
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.models import CalendarFeed, CoachingCadence, CoachingSession, SessionFormat
from service.coaching_sessions.repository.attending import attended_by
from service.organizations.models import Organization, Person

Session, Feed, Cadence = CoachingSession, CalendarFeed, CoachingCadence
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Line:
    """A session as calendars show it: who takes part, its format's agenda and its cadence's rule.

    The manager is who holds it; `reps` and `coaches` are those beyond these two, as [name, e-mail].
    """

    session_id: UUID
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    sequence: int
    status: str
    reminder_minutes: list[int]
    created_at: datetime
    updated_at: datetime
    occurs_on: date | None
    manager_name: str
    manager_email: str
    rep_name: str
    rep_email: str
    reps: list[list[str]]
    coaches: list[list[str]]
    format_name: str
    section_titles: list[str]
    section_minutes: list[int]
    cadence_id: UUID | None
    rule: str | None
    series_starts_on: date | None
    series_at: time | None


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed, its person, and the fingerprint of its lines; `shown_tag` and `shown_at` are what was shown last."""

    person_id: UUID
    token_hash: bytes
    shown_tag: str | None
    shown_at: datetime | None
    person_name: str
    left_on: date | None
    organization_zone: str
    fingerprint: str


async def get_line(session: AsyncSession, org_id: UUID, session_id: UUID) -> Line | None:
    """One session's."""
    row: Any = (await (await session.connection()).execute(_LINE, {"org_id": org_id, "session_id": session_id})).first()
    return None if row is None else Line(*row)


async def get_feed_state(
    connection: asyncpg.Connection | asyncpg.pool.PoolConnectionProxy, org_id: UUID, feed_id: UUID, span: Span
) -> FeedState | None:
    """A feed with the fingerprint of its lines within a span, its end excluded, in one statement.

    It is asked for by every reader again and again, so that it goes by the driver alone.
    """
    text, names = _driver_statement()
    values = {"org_id": org_id, "feed_id": feed_id, "since": span[0], "until": span[1]}
    row = await connection.fetchrow(text, *(values[name] for name in names))
    return None if row is None else FeedState(*row)


async def list_lines(session: AsyncSession, org_id: UUID, person_id: UUID, span: Span) -> tuple[list[Line], str]:
    """A person's lines within a span, and the fingerprint of just these."""
    values = {"org_id": org_id, "person_id": person_id, "since": span[0], "until": span[1]}
    rows: Iterable[Any] = (await (await session.connection()).execute(_LINES, values)).all()
    found, fingerprint = [], NOTHING
    for of_all, *fields in rows:
        found.append(Line(*fields))
        fingerprint = of_all
    return found, fingerprint


async def write_shown(session: AsyncSession, org_id: UUID, feed_id: UUID, tag: str, at: datetime) -> None:
    """Remember what a feed shows from now on, and since when."""
    query = sqlalchemy.update(Feed).where(col(Feed.org_id) == org_id, col(Feed.id) == feed_id)
    await (await session.connection()).execute(query.values(shown_tag=tag, shown_at=at))


NOTHING = ""
"""The fingerprint of no lines."""


def _fingerprint(lines: Any) -> Any:
    """Of the whole text of every line: what a file is made of cannot change without it."""
    text: Any = literal_column("line::text")
    in_order = func.string_agg(text, aggregate_order_by(literal_column("'\n'"), lines.c.session_id))
    return sqlalchemy.select(func.coalesce(func.md5(in_order), literal_column("''"))).select_from(lines)


def _of_sections(form: Any, name: str) -> Any:
    """A field of each of a format's sections, in order."""
    return func.jsonb_path_query_array(form.c.document, literal_column(f"'$.sections[*].{name}'"))


def _people_of(ids: Any) -> Any:
    """[name, e-mail] of each that is still there, by name."""
    person = aliased(Person)
    both = func.jsonb_build_array(col(person.name), col(person.email))
    listed = func.jsonb_agg(aggregate_order_by(both, col(person.name), col(person.id)))
    found = sqlalchemy.select(listed).where(col(person.org_id) == col(Session.org_id), col(person.id) == func.any(ids))
    return func.coalesce(found.correlate(Session).scalar_subquery(), literal_column("'[]'::jsonb"))


def _looked_up(model: Any, org_id: Any, id_: Any, *columns: Any) -> Any:
    """The row of a key, or none; to be joined.

    The limit keeps it a look-up of its own: where nothing is known of the tables yet, as after an import, PostgreSQL
    would take them for nearly empty, pair all people of an organization with each other first, and take minutes.
    """
    row = sqlalchemy.select(*columns).where(col(model.org_id) == org_id, col(model.id) == id_)
    return row.limit(literal_column("1")).lateral()


def _person(org_id: Any, id_: Any) -> Any:
    return _looked_up(Person, org_id, id_, Person.name, Person.email, Person.left_on)


def _lines(person: Any = None) -> Any:
    """The query of `Line`, its columns in the same order: of a session, or of a person within a span."""
    org_id = col(Session.org_id)
    manager, substitute, rep = (
        _person(org_id, col(id_)) for id_ in (Session.manager_id, Session.substitute_id, Session.rep_id)
    )
    form = _looked_up(SessionFormat, org_id, col(Session.format_id), SessionFormat.name, SessionFormat.document)
    of_cadence: tuple[Any, ...] = (Cadence.id, Cadence.rule, Cadence.starts_on, Cadence.starts_at)
    cadence = _looked_up(Cadence, org_id, col(Session.cadence_id), *of_cadence)
    own: tuple[Any, ...] = (
        *(Session.starts_at, Session.ends_at, Session.time_zone, Session.sequence, Session.status),
        *(Session.reminder_minutes, Session.created_at, Session.updated_at, Session.occurs_on),
    )
    query = (
        sqlalchemy.select(
            col(Session.id).label("session_id"),
            *map(col, own),
            func.coalesce(substitute.c.name, manager.c.name).label("manager_name"),
            func.coalesce(substitute.c.email, manager.c.email).label("manager_email"),
            rep.c.name.label("rep_name"),
            rep.c.email.label("rep_email"),
            _people_of(Session.rep_ids).label("reps"),
            _people_of(Session.coach_ids).label("coaches"),
            form.c.name.label("format_name"),
            _of_sections(form, "title").label("section_titles"),
            _of_sections(form, "minutes").label("section_minutes"),
            cadence.c.id.label("cadence_id"),
            cadence.c.rule,
            cadence.c.starts_on.label("series_starts_on"),
            cadence.c.starts_at.label("series_at"),
        )
        .select_from(Session)
        .join(manager, sqlalchemy.true())
        .outerjoin(substitute, sqlalchemy.true())
        .join(rep, sqlalchemy.true())
        .join(form, sqlalchemy.true())
        .outerjoin(cadence, sqlalchemy.true())
        .where(org_id == bindparam("org_id"))
    )
    if person is None:
        return query.where(col(Session.id) == bindparam("session_id"))
    is_within = and_(col(Session.starts_at) >= bindparam("since"), col(Session.starts_at) < bindparam("until"))
    return query.where(attended_by(person), is_within)


def _lines_query() -> Any:
    lines = _lines(bindparam("person_id")).cte("line")
    return sqlalchemy.select(_fingerprint(lines).scalar_subquery(), *lines.c)


def _state_query() -> Any:
    lines = _lines(col(Feed.person_id)).correlate(Feed).subquery("line")
    columns: tuple[Any, ...] = (Feed.person_id, Feed.token_hash, Feed.shown_tag, Feed.shown_at)
    person = _person(col(Feed.org_id), col(Feed.person_id))
    return (
        sqlalchemy.select(
            *map(col, columns),
            person.c.name,
            person.c.left_on,
            col(Organization.time_zone),
            _fingerprint(lines).scalar_subquery(),
        )
        .select_from(Feed)
        .join(person, sqlalchemy.true())
        .join(Organization, col(Organization.org_id) == col(Feed.org_id))
        .where(col(Feed.org_id) == bindparam("org_id"), col(Feed.id) == bindparam("feed_id"))
    )


# Built once: to put them together takes longer than to run them.
_LINE, _LINES, _STATE = _lines(), _lines_query(), _state_query()


@functools.cache
def _driver_statement() -> tuple[str, tuple[str, ...]]:
    """The text of a feed's state with its parameters' names, by position."""
    compiled = _STATE.compile(dialect=registry.load("postgresql.asyncpg")())
    return str(compiled), tuple(compiled.positiontup)
