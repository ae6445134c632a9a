"""Every query of what was known when: superseded states are kept, and read as of an instant."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.organizations.known import KnownAbsence, KnownOrganization, KnownPerson
from service.organizations.models import (
    Absence,
    AbsenceFields,
    AbsenceVersion,
    Organization,
    OrganizationVersion,
    Person,
    PersonFields,
    PersonVersion,
    Team,
    TeamMember,
    TeamVersion,
)
from service.organizations.working_time import Away

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


def _was_known(kind: Any, at: datetime) -> tuple[ColumnElement[bool], ...]:
    since = col(kind.known_from) <= at
    return (since, col(kind.known_until) > at) if "known_until" in kind.model_fields else (since,)


async def organization_as_known(session: AsyncSession, org_id: UUID, known_at: datetime | None) -> KnownOrganization:
    """The organization's settings as they were known; the first ones at an instant before there were any.

    `known_at` None: as they are known now.
    """
    row: Organization | OrganizationVersion = (
        await session.exec(select(Organization).where(col(Organization.org_id) == org_id))
    ).one()
    if known_at is not None and row.known_from > known_at:
        version = col(OrganizationVersion.known_until)
        query = select(OrganizationVersion).where(col(OrganizationVersion.org_id) == org_id, version > known_at)
        row = (await session.exec(query.order_by(version).limit(1))).first() or row
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
) -> dict[UUID, KnownPerson]:
    """Those of `ids` (None: everyone) who were known, with what was known of them; `known_at` None: now."""
    rows: list[PersonFields] = []
    kinds: tuple[type[PersonFields], ...] = (Person,) if known_at is None else (Person, PersonVersion)
    for kind in kinds:
        query = select(kind).where(col(kind.org_id) == org_id)
        if ids is not None:
            query = query.where(col(kind.id).in_(ids))
        if known_at is not None:
            query = query.where(*_was_known(kind, known_at))
        rows += (await session.exec(query)).all()
    teams: dict[UUID, set[str]] = {}
    for person_id, team_id, name in await _teams_as_known(session, org_id, known_at):
        teams.setdefault(person_id, set()).update((str(team_id), name))
    return {
        row.id: KnownPerson(
            id=row.id,
            email=row.email,
            job_role=row.job_role,
            hired_on=row.hired_on,
            left_on=row.left_on,
            holiday_calendar=row.holiday_calendar,
            teams=frozenset(teams.get(row.id, ())),
        )
        for row in rows
    }


async def _teams_as_known(
    session: AsyncSession, org_id: UUID, known_at: datetime | None
) -> list[tuple[UUID, UUID, str]]:
    """Who was known to be in which team, by person, team and the team's name."""
    query = (
        select(TeamMember.person_id, Team.id, Team.name)
        .join(Team, (col(Team.org_id) == col(TeamMember.org_id)) & (col(Team.id) == col(TeamMember.team_id)))
        .where(col(TeamMember.org_id) == org_id)
    )
    if known_at is None:
        return list((await session.exec(query)).all())
    found = list((await session.exec(query.where(*_was_known(Team, known_at)))).all())
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
) -> list[KnownAbsence]:
    """The absences of some people (None: of all) that were known and meet a span, both of its ends included."""
    rows: list[AbsenceFields] = []
    kinds: tuple[type[AbsenceFields], ...] = (Absence,) if known_at is None else (Absence, AbsenceVersion)
    for kind in kinds:
        query = select(kind).where(
            col(kind.org_id) == org_id, col(kind.start_on) <= span[1], col(kind.end_on) >= span[0]
        )
        if ids is not None:
            query = query.where(col(kind.person_id).in_(ids))
        if known_at is not None:
            query = query.where(*_was_known(kind, known_at))
        rows += (await session.exec(query)).all()
    return [KnownAbsence(row.person_id, Away(row.start_on, row.end_on, Fraction(row.share))) for row in rows]
