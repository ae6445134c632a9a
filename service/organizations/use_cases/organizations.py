"""Organizations: creation by the operator, settings by the administrator, deletion as one job."""

import hashlib
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.database import Database
from service.core.errors import conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.jobs import enqueue
from service.core.principal import Principal, Role, require
from service.organizations.dto.api_keys import CreateApiKey, CreatedApiKeyDTO
from service.organizations.dto.organizations import CreateOrganization, OrganizationDTO, UpdateOrganization
from service.organizations.models import Organization, OrganizationDirectory, Person
from service.organizations.permissions import Permission
from service.organizations.repository import organizations as repository
from service.organizations.repository.history import counted_fields, supersede
from service.organizations.use_cases.api_keys import create_api_key
from service.organizations.use_cases.changes import announce, follow_people, wake_snapshots

REDERIVE_ALL = "rederive_all"
DELETE_ORGANIZATION = "delete_organization"

FACTS_MOVE = frozenset({"time_zone", "currency"})
"""The settings that facts are derived with."""
SESSIONS_MOVE = frozenset(
    {
        *("time_zone", "working_weekdays", "holiday_calendar", "company_holidays", "company_working_days"),
        *("day_starts_hour", "day_ends_hour", "session_horizon_weeks"),
    }
)
"""The settings that coaching sessions are laid down with."""


def name_hash(name: str) -> bytes:
    """What the directory holds of an organization's name."""
    return hashlib.sha256(name.strip().casefold().encode()).digest()


def to_dto(row: Organization) -> OrganizationDTO:
    """A row as the surfaces show it."""
    return OrganizationDTO.model_validate({**row.model_dump(), "id": row.org_id})


async def create_organization(database: Database, data: CreateOrganization) -> tuple[OrganizationDTO, CreatedApiKeyDTO]:
    """Create an organization with its first administrator and that person's key (shown once).

    The operator's call, so it takes no principal. `conflict` when the name is taken.
    """
    org_id, now = new_id(), utc_now()
    async with database.tenant(org_id) as session:
        if await repository.find_in_directory(session, name_hash(data.name)):
            raise conflict("organization_name_taken", "An organization of this name exists.", "/name")
        session.add(OrganizationDirectory(org_id=org_id, name_hash=name_hash(data.name)))
        organization = Organization(
            org_id=org_id,
            known_from=now,
            created_at=now,
            updated_at=now,
            **data.model_dump(exclude={"admin_email", "admin_name"}),
        )
        admin = Person(
            org_id=org_id,
            email=data.admin_email,
            name=data.admin_name or data.admin_email.partition("@")[0],
            role=Role.ADMIN.value,
            known_from=now,
            created_at=now,
            updated_at=now,
        )
        session.add_all([organization, admin])
        await session.flush()
        key = await create_api_key(
            session,
            Principal.system(org_id),
            CreateApiKey(name="First administrator", person_id=admin.id),
        )
    return to_dto(organization), key


async def find_organization_id(database: Database, name_or_id: str) -> UUID | None:
    """The organization an operator names by id or by name."""
    async with database.directory() as session:
        try:
            org_id = UUID(name_or_id)
        except ValueError:
            return await repository.find_in_directory(session, name_hash(name_or_id))
        return org_id if await repository.is_in_directory(session, org_id) else None


async def list_organization_ids(database: Database) -> list[UUID]:
    """Every organization, for workers and the operator."""
    async with database.directory() as session:
        return await repository.list_directory(session)


async def list_organizations(database: Database) -> list[OrganizationDTO]:
    """Every organization with its settings, for the operator."""
    found = []
    for org_id in await list_organization_ids(database):
        async with database.tenant(org_id) as session:
            found.append(await get_organization(session, Principal.system(org_id)))
    return found


async def get_organization(session: AsyncSession, principal: Principal) -> OrganizationDTO:
    """The caller's organization."""
    require(principal, Permission.ORGANIZATION_READ)
    row = await repository.get_organization(session, principal.org_id)
    if row is None:
        raise not_found("organization")
    return to_dto(row)


async def update_organization(
    session: AsyncSession, principal: Principal, data: UpdateOrganization, expected: Precondition = UNCONDITIONAL
) -> OrganizationDTO:
    """Change settings; another time zone or currency derives every fact anew, and working time moves targets."""
    require(principal, Permission.ORGANIZATION_WRITE)
    row = await repository.get_organization(session, principal.org_id, lock=True)
    if row is None:
        raise not_found("organization")
    expected.check(to_dto(row))
    changes = data.model_dump(exclude_unset=True)
    if "name" in changes and name_hash(changes["name"]) != name_hash(row.name):
        if await repository.find_in_directory(session, name_hash(changes["name"])):
            raise conflict("organization_name_taken", "An organization of this name exists.", "/name")
        await repository.rename_in_directory(session, principal.org_id, name_hash(changes["name"]))
    _check_working_time(row, changes)
    changed = {name for name, value in changes.items() if getattr(row, name) != value}
    if changed & counted_fields(Organization):
        supersede(session, row)
    for name, value in changes.items():
        setattr(row, name, value)
    row.updated_at = utc_now()
    await announce(session, principal.org_id)
    if changed & FACTS_MOVE:
        await enqueue(session, REDERIVE_ALL, principal.org_id)
    if changed & counted_fields(Organization):
        await wake_snapshots(session, principal.org_id)
    if changed & SESSIONS_MOVE:
        await follow_people(session, principal.org_id)
    return to_dto(row)


def _check_working_time(row: Organization, changes: dict[str, Any]) -> None:
    """The rules that span several fields, over what is there and what changes; `invalid` names the field that does."""
    settled = {**row.model_dump(), **changes}
    if settled["day_ends_hour"] <= settled["day_starts_hour"]:
        named = "day_starts_hour" if "day_ends_hour" not in changes else "day_ends_hour"
        raise invalid(f"/{named}", "day_ends_hour must be after day_starts_hour")
    twice = set(settled["company_holidays"]) & set(settled["company_working_days"])
    if twice:
        named = "company_holidays" if "company_working_days" not in changes else "company_working_days"
        raise invalid(f"/{named}", f"{min(twice)} is a day off and a working day: it cannot be both")


async def request_deletion(session: AsyncSession, principal: Principal) -> None:
    """Enqueue the job that deletes the organization and everything it owns."""
    require(principal, Permission.ORGANIZATION_WRITE)
    await enqueue(session, DELETE_ORGANIZATION, principal.org_id)


async def check_database(database: Database) -> None:
    """`unavailable` while the database is out of reach; the readiness probe."""
    async with database.directory() as session:
        await repository.is_in_directory(session, new_id())
