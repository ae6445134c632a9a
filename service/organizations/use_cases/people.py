"""People: who they are, in which role, and who they are in other systems."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import conflict, invalid, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.jobs import enqueue
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, Role, require
from service.organizations.dto.people import (
    CreatePerson,
    ExternalIdentityDTO,
    ExternalIdentityInput,
    ManagerPeriodInput,
    PersonDTO,
    PersonFilter,
    UpdatePerson,
)
from service.organizations.external_ids import canonical_external_id
from service.organizations.models import ExternalIdentity, Person
from service.organizations.permissions import Permission
from service.organizations.repository import api_keys, organizations
from service.organizations.repository import people as repository
from service.organizations.repository.history import counted_fields, supersede
from service.organizations.use_cases.changes import announce, follow_people, wake_snapshots
from service.organizations.use_cases.organizations import REDERIVE_ALL
from service.organizations.use_cases.reporting_lines import emit_person_updated, link_manager
from service.organizations.use_cases.scope import local_today, require_visible, visible_people
from service.webhooks.outbox import EventType, emit

CLAIM_UNMAPPED = "claim_unmapped"

IDENTITIES = "external_identities"
MOVES_FACTS = "email"
"""The field whose change may make other facts theirs."""
COUNTED = counted_fields(Person)
"""The fields that their targets depend on."""
FOLLOWED = (COUNTED - {"email"}) | {"time_zone"}
"""The fields that their coaching depends on."""


async def present(session: AsyncSession, org_id: UUID, rows: Sequence[Person], today: date) -> list[PersonDTO]:
    """Rows as the surfaces show them, with today's manager and the identities: two statements for any number."""
    ids = [row.id for row in rows]
    lines = await repository.list_manager_periods(session, org_id, ids, on=today)
    managers = {line.person_id: line.manager_id for line in lines}
    identities: dict[UUID, list[ExternalIdentityDTO]] = {}
    for row in await repository.list_identities(session, org_id, person_ids=ids):
        identities.setdefault(row.person_id, []).append(ExternalIdentityDTO.model_validate(row))
    return [
        PersonDTO.model_validate(
            {
                **row.model_dump(),
                "manager_id": managers.get(row.id),
                "external_identities": identities.get(row.id, []),
            }
        )
        for row in rows
    ]


async def _present_one(session: AsyncSession, row: Person) -> PersonDTO:
    today = await local_today(session, row.org_id)
    return (await present(session, row.org_id, [row], today))[0]


async def list_people(
    session: AsyncSession, principal: Principal, filters: PersonFilter, page: PageRequest
) -> Page[PersonDTO]:
    """The people the caller may see, a page of them."""
    require(principal, Permission.PEOPLE_READ)
    today = await local_today(session, principal.org_id)
    visible = await visible_people(session, principal, today)
    found = await repository.list_people(session, principal.org_id, visible, filters, today, page)
    return found.with_items(await present(session, principal.org_id, found.items, today))


async def get_people(session: AsyncSession, principal: Principal, ids: Collection[UUID]) -> dict[UUID, PersonDTO]:
    """Those of `ids` the caller may see; the batch behind loaders."""
    require(principal, Permission.PEOPLE_READ)
    today = await local_today(session, principal.org_id)
    visible = await visible_people(session, principal, today)
    wanted = set(ids) if visible is None else set(ids) & visible
    rows = await repository.get_people(session, principal.org_id, wanted)
    return {person.id: person for person in await present(session, principal.org_id, rows, today)}


async def list_everyone(session: AsyncSession, principal: Principal) -> list[PersonDTO]:
    """All the people the caller may see, by name."""
    require(principal, Permission.PEOPLE_READ)
    today = await local_today(session, principal.org_id)
    visible = await visible_people(session, principal, today)
    rows = await repository.get_people(session, principal.org_id, visible)
    return await present(session, principal.org_id, rows, today)


async def get_person(session: AsyncSession, principal: Principal, person_id: UUID) -> PersonDTO:
    """One person; `not_found` outside the caller's scope."""
    require(principal, Permission.PEOPLE_READ)
    today = await local_today(session, principal.org_id)
    await require_visible(session, principal, person_id, today)
    row = await repository.get_person(session, principal.org_id, person_id)
    if row is None:
        raise not_found("person")
    return (await present(session, principal.org_id, [row], today))[0]


async def create_person(session: AsyncSession, principal: Principal, data: CreatePerson) -> PersonDTO:
    """Add a person; facts that waited for their e-mail address or identity are claimed by a job."""
    row = await add_person(session, principal, data)
    await emit(session, principal.org_id, EventType.PERSON_CREATED, {"person_id": row.id})
    await enqueue(session, CLAIM_UNMAPPED, principal.org_id)
    await wake_snapshots(session, principal.org_id, [row.id])
    await follow_people(session, principal.org_id)
    return await _present_one(session, row)


async def add_person(session: AsyncSession, principal: Principal, data: CreatePerson) -> Person:
    """Add a person and claim nothing yet: for callers that add many and claim once."""
    require(principal, Permission.PEOPLE_WRITE)
    _require_grant(principal, data.role)
    await organizations.lock_organization(session, principal.org_id)
    if await repository.get_person_by_email(session, principal.org_id, data.email):
        raise conflict("person_email_taken", "A person with this e-mail address exists.", "/email")
    now = utc_now()
    fields = data.model_dump(exclude={"manager_id", "manager_from", "external_identities", "role"})
    fields |= dict.fromkeys(("known_from", "created_at", "updated_at"), now)
    row = Person(org_id=principal.org_id, id=new_id(), role=data.role.value, **fields)
    session.add(row)
    await session.flush()
    for index, identity in enumerate(data.external_identities):
        await set_identity(session, principal.org_id, row.id, identity, f"/external_identities/{index}")
    if data.manager_id is not None:
        start_on = data.manager_from or data.hired_on or await local_today(session, principal.org_id)
        period = ManagerPeriodInput(manager_id=data.manager_id, start_on=start_on)
        await link_manager(session, principal, row.id, period)
    return row


async def update_person(
    session: AsyncSession,
    principal: Principal,
    person_id: UUID,
    data: UpdatePerson,
    expected: Precondition = UNCONDITIONAL,
) -> PersonDTO:
    """Change a person; the last administrator stays one. Another e-mail address derives facts anew."""
    row, changed = await change_person(session, principal, person_id, data, expected)
    if changed:
        await emit_person_updated(session, principal.org_id, person_id, changed)
    if MOVES_FACTS in changed:
        await enqueue(session, REDERIVE_ALL, principal.org_id)
    if COUNTED.intersection(changed):
        await wake_snapshots(session, principal.org_id, [person_id])
    if FOLLOWED.intersection(changed):
        await follow_people(session, principal.org_id)
    return await _present_one(session, row)


async def change_person(
    session: AsyncSession,
    principal: Principal,
    person_id: UUID,
    data: UpdatePerson,
    expected: Precondition = UNCONDITIONAL,
) -> tuple[Person, list[str]]:
    """Change a person and neither tell nor derive anything yet; also returns the names of what is different now."""
    require(principal, Permission.PEOPLE_WRITE)
    row = await _get_for_write(session, principal, person_id)
    await _check(session, row, expected)
    changes = data.model_dump(exclude_unset=True)
    email, role = changes.get("email", row.email), Role(changes.get("role", row.role))
    if email != row.email and await repository.get_person_by_email(session, principal.org_id, email):
        raise conflict("person_email_taken", "A person with this e-mail address exists.", "/email")
    if role != row.role:
        _require_grant(principal, Role(row.role), role)
    if role is not Role.ADMIN:
        await _keep_an_admin(session, row, "/role")
    elif changes.get("left_on") is not None:
        await _keep_an_admin(session, row, "/left_on")
    hired_on, left_on = changes.get("hired_on", row.hired_on), changes.get("left_on", row.left_on)
    if hired_on and left_on and left_on < hired_on:
        raise invalid("/left_on" if "left_on" in changes else "/hired_on", "left_on must not be before hired_on")
    changed = sorted(name for name, value in changes.items() if getattr(row, name) != value)
    if COUNTED.intersection(changed):
        supersede(session, row)
    for name, value in changes.items():
        setattr(row, name, value.value if isinstance(value, Role) else value)
    row.updated_at = utc_now()
    await announce(session, principal.org_id)
    return row, changed


async def delete_person(
    session: AsyncSession, principal: Principal, person_id: UUID, expected: Precondition = UNCONDITIONAL
) -> None:
    """Remove a person with lines, identities and keys; their facts become unassigned again."""
    require(principal, Permission.PEOPLE_WRITE)
    row = await _get_for_write(session, principal, person_id)
    await _check(session, row, expected)
    _require_grant(principal, Role(row.role))
    await _keep_an_admin(session, row, "")
    await api_keys.delete_person_routes(session, principal.org_id, person_id)
    await repository.delete_person(session, principal.org_id, person_id)
    await announce(session, principal.org_id)
    await emit(session, principal.org_id, EventType.PERSON_DELETED, {"person_id": person_id})
    await follow_people(session, principal.org_id)
    await enqueue(session, REDERIVE_ALL, principal.org_id)


async def _get_for_write(session: AsyncSession, principal: Principal, person_id: UUID) -> Person:
    """The person; writers take turns, as the rules about administrators and lines span several rows."""
    await organizations.lock_organization(session, principal.org_id)
    row = await repository.get_person(session, principal.org_id, person_id)
    if row is None:
        raise not_found("person")
    return row


async def _check(session: AsyncSession, row: Person, expected: Precondition) -> None:
    """Whether the person is as the caller last saw them; nothing is read for a caller who does not ask."""
    if expected.tags is not None:
        expected.check(await _present_one(session, row))


def _require_grant(principal: Principal, *roles: Role) -> None:
    """Giving or taking a role that sees everyone needs more than writing people."""
    if any(role in (Role.ADMIN, Role.ENABLEMENT) for role in roles):
        require(principal, Permission.ROLES_WRITE)


async def _keep_an_admin(session: AsyncSession, row: Person, pointer: str) -> None:
    if row.role == Role.ADMIN.value and not await repository.count_other_admins(session, row.org_id, row.id):
        raise conflict("last_admin", "An organization keeps at least one administrator.", pointer)


async def put_external_identity(
    session: AsyncSession, principal: Principal, person_id: UUID, data: ExternalIdentityInput
) -> PersonDTO:
    """Say who a person is in another system; facts that waited for the identity are claimed by a job."""
    require(principal, Permission.PEOPLE_WRITE)
    row = await _get_for_write(session, principal, person_id)
    if await set_identity(session, principal.org_id, person_id, data, "/external_id"):
        await emit_person_updated(session, principal.org_id, person_id, [IDENTITIES])
        await enqueue(session, CLAIM_UNMAPPED, principal.org_id)
    return await _present_one(session, row)


async def delete_external_identity(
    session: AsyncSession, principal: Principal, person_id: UUID, system: str, external_id: str
) -> None:
    """Forget an identity; the facts it attributed become unassigned again."""
    require(principal, Permission.PEOPLE_WRITE)
    row = await repository.get_identity(session, principal.org_id, system, external_id)
    if row is None or row.person_id != person_id:
        raise not_found("external_identity")
    await session.delete(row)
    await announce(session, principal.org_id)
    await emit_person_updated(session, principal.org_id, person_id, [IDENTITIES])
    await enqueue(session, REDERIVE_ALL, principal.org_id)


async def set_identity(
    session: AsyncSession, org_id: UUID, person_id: UUID, data: ExternalIdentityInput, pointer: str
) -> bool:
    """Write an identity unless it is there; True if it is new, `conflict` if it is somebody else's."""
    existing = await repository.get_identity(session, org_id, data.system, data.external_id)
    if existing is not None:
        if existing.person_id != person_id:
            raise conflict("external_identity_taken", "This identity belongs to another person.", pointer)
        return False
    external_id = canonical_external_id(data.system, data.external_id)
    session.add(ExternalIdentity(org_id=org_id, system=data.system, external_id=external_id, person_id=person_id))
    await session.flush()
    return True


async def owner_identities(session: AsyncSession, principal: Principal, system: str) -> dict[str, UUID]:
    """How owners in a system resolve: external id → person, and e-mail address (lower case) → person."""
    require(principal, Permission.PEOPLE_READ)
    owners = dict(await repository.list_emails(session, principal.org_id))
    for row in await repository.list_identities(session, principal.org_id, system=system):
        owners[row.external_id] = row.person_id
    return owners
