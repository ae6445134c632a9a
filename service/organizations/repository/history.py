"""Every query of what was known when: superseded states are kept, and read as of an instant."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy
from sqlalchemy import ColumnElement, func
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.organizations.known import KnownAbsences, KnownOrganization, KnownPerson
from service.organizations.models import (
    Absence,
    AbsenceVersion,
    Organization,
    OrganizationFields,
    OrganizationVersion,
    Person,
    PersonVersion,
    Team,
    TeamMember,
    TeamVersion,
)

TICK = timedelta(microseconds=1)
VERSIONS: dict[type[SQLModel], type[SQLModel]] = {
    Organization: OrganizationVersion,
    Person: PersonVersion,
    Absence: AbsenceVersion,
    Team: TeamVersion,
}
OF_THE_MOMENT = frozenset({"known_from", "known_until"})


def counted_fields(kind: type[SQLModel]) -> frozenset[str]:
    """The fields of a table whose past values are kept."""
    return frozenset(VERSIONS[kind].model_fields) - OF_THE_MOMENT - {"org_id", "id"}


def supersede(session: AsyncSession, row: Organization | Person | Absence | Team, **apart: Any) -> None:
    """Keep a row's state as it is, before it changes or goes; from now on another is known.

    `apart` holds what the version has and the row does not. Every state holds for a while, whatever the clock says.
    """
    now = max(utc_now(), row.known_from + TICK)
    kind = VERSIONS[type(row)]
    state = row.model_dump(include=set(kind.model_fields))
    session.add(kind(**{**state, **apart}, known_until=now))
    row.known_from = now


async def organization_as_known(
    session: AsyncSession, org_id: UUID, known_at: datetime | None
) -> KnownOrganization | None:
    """The organization's settings as they were known; the first ones at an instant before there were any.

    `known_at` None: as they are known now.
    """
    found: OrganizationFields | None
    found = (await session.exec(select(Organization).where(col(Organization.org_id) == org_id))).first()
    if found is not None and known_at is not None and found.known_from > known_at:
        version = col(OrganizationVersion.known_until)
        query = select(OrganizationVersion).where(col(OrganizationVersion.org_id) == org_id, version > known_at)
        found = (await session.exec(query.order_by(version).limit(1))).first() or found
    return None if found is None else _known(found)


def _known(row: OrganizationFields) -> KnownOrganization:
    return KnownOrganization(
        time_zone=row.time_zone,
        currency=row.currency,
        week_start=row.week_start,
        fiscal_year_start_month=row.fiscal_year_start_month,
        working_weekdays=tuple(row.working_weekdays),
        holiday_calendar=row.holiday_calendar,
        company_holidays=tuple(row.company_holidays),
        company_working_days=tuple(row.company_working_days),
        day_starts_hour=row.day_starts_hour,
        day_ends_hour=row.day_ends_hour,
    )


async def people_as_known(
    session: AsyncSession, org_id: UUID, ids: Collection[UUID] | None, known_at: datetime | None
) -> list[KnownPerson]:
    """Those of `ids` (None: everyone) who were known, with what was known of them; `known_at` None: now."""
    teams: dict[UUID, set[str]] = {}
    for person_id, team_id, name in await _teams_as_known(session, org_id, ids, known_at):
        teams.setdefault(person_id, set()).update((str(team_id), name))
    found = []
    for kind in _kinds(Person, known_at):
        # Columns and no rows of the session: there may be thousands, of whom each is read once.
        columns = (kind.id, kind.email, kind.job_role, kind.hired_on, kind.left_on, kind.holiday_calendar)
        query = sqlalchemy.select(*map(col, columns)).where(col(kind.org_id) == org_id, *_was_known(kind, known_at))
        if ids is not None:
            query = query.where(col(kind.id).in_(ids))
        rows = await (await session.connection()).execute(query)
        found += [KnownPerson(**row, teams=frozenset(teams.get(row["id"], ()))) for row in rows.mappings()]
    return found


async def _teams_as_known(
    session: AsyncSession, org_id: UUID, ids: Collection[UUID] | None, known_at: datetime | None
) -> list[tuple[UUID, UUID, str]]:
    """Who was known to be in which team, by person, team and the team's name."""
    query = (
        select(TeamMember.person_id, Team.id, Team.name)
        .join(Team, (col(Team.org_id) == col(TeamMember.org_id)) & (col(Team.id) == col(TeamMember.team_id)))
        .where(col(TeamMember.org_id) == org_id, *_was_known(Team, known_at))
    )
    if ids is not None:
        query = query.where(col(TeamMember.person_id).in_(ids))
    found = list((await session.exec(query)).all())
    if known_at is not None:
        then = select(TeamVersion).where(col(TeamVersion.org_id) == org_id, *_was_known(TeamVersion, known_at))
        for team in (await session.exec(then)).all():
            found += [(member, team.id, team.name) for member in team.member_ids]
    return found


async def absences_as_known(
    session: AsyncSession,
    org_id: UUID,
    ids: Collection[UUID] | None,
    span: tuple[date, date],
    known_at: datetime | None,
) -> KnownAbsences:
    """The absences of some people (None: of all) that were known and meet a span, both of its ends included."""
    found: dict[UUID, list[tuple[date, date, Decimal]]] = {}
    for kind in _kinds(Absence, known_at):
        # A row a person: there may be many absences of thousands, of which few are looked at. The lists of
        # one query are in one order, as all of its aggregates take each row in turn.
        parts = [func.array_agg(col(one)) for one in (kind.start_on, kind.end_on, kind.share)]
        query = (
            sqlalchemy.select(col(kind.person_id), *parts)
            .where(
                col(kind.org_id) == org_id,
                col(kind.start_on) <= span[1],
                col(kind.end_on) >= span[0],
                *_was_known(kind, known_at),
            )
            .group_by(col(kind.person_id))
        )
        if ids is not None:
            query = query.where(col(kind.person_id).in_(ids))
        for person_id, *lists in await (await session.connection()).execute(query):
            found.setdefault(person_id, []).extend(zip(*lists, strict=True))
    return found


def _kinds(kind: Any, known_at: datetime | None) -> list[Any]:
    """The tables to look into: what is known now, and for a past instant what was known before."""
    return [kind] if known_at is None else [kind, VERSIONS[kind]]


def _was_known(kind: Any, at: datetime | None) -> list[ColumnElement[bool]]:
    if at is None:
        return []
    since = col(kind.known_from) <= at
    return [since, col(kind.known_until) > at] if "known_until" in kind.model_fields else [since]
