"""Every query of people, their reporting lines and their identities in other systems."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest
from service.organizations.dto.people import PERSON_SORTING, PersonFilter
from service.organizations.external_ids import canonical_external_id
from service.organizations.hierarchy import Line
from service.organizations.models import ExternalIdentity, ManagerPeriod, Person


def _people(org_id: UUID, visible: Collection[UUID] | None) -> SelectOfScalar[Person]:
    """Scope at the first select: the organization, and the people the caller may see (None: all)."""
    query = select(Person).where(col(Person.org_id) == org_id)
    return query if visible is None else query.where(col(Person.id).in_(visible))


def in_force(on: date) -> ColumnElement[bool]:
    """The reporting lines that hold on a day."""
    return and_(
        col(ManagerPeriod.start_on) <= on,
        or_(col(ManagerPeriod.end_on).is_(None), col(ManagerPeriod.end_on) > on),
    )


async def get_person(session: AsyncSession, org_id: UUID, person_id: UUID) -> Person | None:
    """One person of the organization."""
    return (await session.exec(_people(org_id, None).where(col(Person.id) == person_id))).first()


async def lock_person(session: AsyncSession, org_id: UUID, person_id: UUID) -> bool:
    """Let writers of what belongs to a person take turns until the transaction ends; False if there is nobody."""
    query = select(Person.id).where(col(Person.org_id) == org_id, col(Person.id) == person_id)
    # No key: whoever writes a row that refers to the person need not wait.
    return (await session.exec(query.with_for_update(key_share=True))).first() is not None


async def get_person_by_email(session: AsyncSession, org_id: UUID, email: str) -> Person | None:
    """The person with this e-mail address (lower case)."""
    return (await session.exec(_people(org_id, None).where(col(Person.email) == email))).first()


async def get_people(session: AsyncSession, org_id: UUID, ids: Collection[UUID] | None) -> list[Person]:
    """The people with these ids (None: everyone), by name."""
    query = _people(org_id, ids).order_by(col(Person.name), col(Person.id))
    return list((await session.exec(query)).all())


async def list_people(
    session: AsyncSession,
    org_id: UUID,
    visible: Collection[UUID] | None,
    filters: PersonFilter,
    on: date,
    page: PageRequest,
) -> Page[Person]:
    """One page of people; `manager_id` is matched as of `on`."""
    query = _people(org_id, visible)
    if filters.role is not None:
        query = query.where(col(Person.role) == filters.role.value)
    if filters.job_role is not None:
        query = query.where(col(Person.job_role) == filters.job_role)
    if filters.email is not None:
        query = query.where(col(Person.email) == filters.email.lower())
    if filters.manager_id is not None:
        reports = (
            select(ManagerPeriod.person_id)
            .where(col(ManagerPeriod.org_id) == org_id)
            .where(col(ManagerPeriod.manager_id) == filters.manager_id, in_force(on))
        )
        query = query.where(col(Person.id).in_(reports))
    return await fetch_page(session, query, Person, PERSON_SORTING, page)


async def count_other_admins(session: AsyncSession, org_id: UUID, person_id: UUID) -> int:
    """Administrators besides one person, not counting those who have left or have a day to leave."""
    query = (
        select(func.count())
        .select_from(Person)
        .where(col(Person.org_id) == org_id, col(Person.role) == "admin", col(Person.left_on).is_(None))
        .where(col(Person.id) != person_id)
    )
    return (await session.exec(query)).one()


async def delete_person(session: AsyncSession, org_id: UUID, person_id: UUID) -> None:
    """Remove a person; lines, identities and keys go with them."""
    await session.exec(delete(Person).where(col(Person.org_id) == org_id, col(Person.id) == person_id))


async def list_manager_periods(
    session: AsyncSession, org_id: UUID, person_ids: Collection[UUID] | None = None, on: date | None = None
) -> list[ManagerPeriod]:
    """Reporting lines of some people (None: of all), by start; only those in force on a day if given."""
    query = select(ManagerPeriod).where(col(ManagerPeriod.org_id) == org_id)
    if person_ids is not None:
        query = query.where(col(ManagerPeriod.person_id).in_(person_ids))
    if on is not None:
        query = query.where(in_force(on))
    return list((await session.exec(query.order_by(col(ManagerPeriod.start_on)))).all())


async def get_manager_period(session: AsyncSession, org_id: UUID, period_id: UUID) -> ManagerPeriod | None:
    """One reporting line."""
    query = select(ManagerPeriod).where(col(ManagerPeriod.org_id) == org_id, col(ManagerPeriod.id) == period_id)
    return (await session.exec(query)).first()


async def list_lines_above(session: AsyncSession, org_id: UUID, person_id: UUID) -> list[Line]:
    """The reporting lines, at any date, of a person and of everyone above them."""
    line = select(
        col(ManagerPeriod.person_id),
        col(ManagerPeriod.manager_id),
        col(ManagerPeriod.start_on),
        col(ManagerPeriod.end_on),
    ).where(col(ManagerPeriod.org_id) == org_id)
    own = line.where(col(ManagerPeriod.person_id) == person_id).cte("above", recursive=True)
    further = line.join(own, col(ManagerPeriod.person_id) == own.c.manager_id)
    above = own.union(further).c
    rows = await session.exec(select(above.person_id, above.manager_id, above.start_on, above.end_on))
    return [Line(*row) for row in rows.all()]


async def list_report_ids(session: AsyncSession, org_id: UUID, manager_id: UUID, on: date) -> list[UUID]:
    """Those who report to a manager directly on a day."""
    query = select(ManagerPeriod.person_id).where(
        col(ManagerPeriod.org_id) == org_id, col(ManagerPeriod.manager_id) == manager_id, in_force(on)
    )
    return list((await session.exec(query)).all())


async def list_tree_ids(session: AsyncSession, org_id: UUID, manager_id: UUID, on: date) -> set[UUID]:
    """Everyone below a manager on a day; UNION ends the recursion even if lines formed a cycle."""
    tree = (
        select(ManagerPeriod.person_id)
        .where(col(ManagerPeriod.org_id) == org_id, col(ManagerPeriod.manager_id) == manager_id, in_force(on))
        .cte("tree", recursive=True)
    )
    below = (
        select(ManagerPeriod.person_id)
        .join(tree, col(ManagerPeriod.manager_id) == tree.c.person_id)
        .where(col(ManagerPeriod.org_id) == org_id, in_force(on))
    )
    return set((await session.exec(select(tree.union(below).c.person_id))).all())


async def list_identities(
    session: AsyncSession, org_id: UUID, *, person_ids: Iterable[UUID] | None = None, system: str | None = None
) -> list[ExternalIdentity]:
    """Identities of some people, or all of one system."""
    query = select(ExternalIdentity).where(col(ExternalIdentity.org_id) == org_id)
    if person_ids is not None:
        query = query.where(col(ExternalIdentity.person_id).in_(list(person_ids)))
    if system is not None:
        query = query.where(col(ExternalIdentity.system) == system)
    order = (col(ExternalIdentity.system), col(ExternalIdentity.external_id))
    return list((await session.exec(query.order_by(*order))).all())


async def get_identity(session: AsyncSession, org_id: UUID, system: str, external_id: str) -> ExternalIdentity | None:
    """Who somebody in another system is here; the id in any of its forms."""
    query = select(ExternalIdentity).where(
        col(ExternalIdentity.org_id) == org_id,
        col(ExternalIdentity.system) == system,
        col(ExternalIdentity.external_id) == canonical_external_id(system, external_id),
    )
    return (await session.exec(query)).first()


async def list_emails(session: AsyncSession, org_id: UUID) -> list[tuple[str, UUID]]:
    """Every person's e-mail address and id."""
    query = select(Person.email, Person.id).where(col(Person.org_id) == org_id)
    return list((await session.exec(query)).all())
