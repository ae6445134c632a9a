"""People: created, changed, linked to managers and to other systems."""

import strawberry

from schema.bulk import BulkPayload, BulkResults, to_bulk_payload
from schema.context import Info
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import DeletedPayload, mutation, to_deleted
from schema.people.inputs import (
    AddManagerPeriodInput,
    BulkUpsertPeopleInput,
    CreatePersonInput,
    DeleteExternalIdentityInput,
    DeleteManagerPeriodInput,
    DeletePersonInput,
    PutExternalIdentityInput,
    UpdatePersonInput,
)
from schema.people.types import ManagerPeriod, Person, to_manager_period, to_person
from service.core.database import TenantSession
from service.organizations.dto.people import (
    BulkUpsertPeople,
    CreatePerson,
    ExternalIdentityInput,
    ManagerPeriodDTO,
    ManagerPeriodInput,
    PersonDTO,
    UpdatePerson,
)
from service.organizations.permissions import Permission
from service.organizations.use_cases import bulk_people, people, reporting_lines

WRITE = Permission.PEOPLE_WRITE


@strawberry.type(description="A person as they are now.")
class PersonPayload:
    """The answer to a mutation of one person."""

    person: Person = strawberry.field(description="The person.")


@strawberry.type(description="A reporting line as it is now.")
class ManagerPeriodPayload:
    """The answer to a mutation of one line."""

    manager_period: ManagerPeriod = strawberry.field(description="The line.")


def _person(dto: PersonDTO, _data: object) -> PersonPayload:
    return PersonPayload(person=to_person(dto))


def _line(dto: ManagerPeriodDTO, _data: object) -> ManagerPeriodPayload:
    return ManagerPeriodPayload(manager_period=to_manager_period(dto))


@mutation("Add a person; facts that waited for them are claimed.", needs=WRITE, payload=PersonPayload, render=_person)
async def create_person(session: TenantSession, info: Info, data: CreatePersonInput) -> PersonDTO:
    """`POST /v1/people`."""
    return await people.create_person(session, info.context.principal, to_dto(CreatePerson, data))


@mutation("Change a person: what is absent stays.", needs=WRITE, payload=PersonPayload, render=_person)
async def update_person(session: TenantSession, info: Info, data: UpdatePersonInput) -> PersonDTO:
    """`PATCH /v1/people/{id}`."""
    person_id, changes = row_id(data.id, "Person"), to_dto(UpdatePerson, data)
    return await people.update_person(session, info.context.principal, person_id, changes, precondition(data.if_match))


@mutation(
    "Delete a person; to keep their history, set `leftOn` instead.",
    needs=WRITE,
    payload=DeletedPayload,
    render=to_deleted,
)
async def delete_person(session: TenantSession, info: Info, data: DeletePersonInput) -> None:
    """`DELETE /v1/people/{id}`."""
    person_id, expected = row_id(data.id, "Person"), precondition(data.if_match)
    await people.delete_person(session, info.context.principal, person_id, expected)


@mutation(
    "Upsert people by their id in another system; each item is answered on its own.",
    needs=WRITE,
    payload=BulkPayload,
    render=to_bulk_payload("Person"),
)
async def bulk_upsert_people(session: TenantSession, info: Info, data: BulkUpsertPeopleInput) -> BulkResults:
    """`POST /v1/people/bulk`."""
    items = to_dto(BulkUpsertPeople, data).people
    return BulkResults(items=await bulk_people.upsert_people(session, info.context.principal, items))


@mutation("Change whom a person reports to, from a day on.", needs=WRITE, payload=ManagerPeriodPayload, render=_line)
async def add_manager_period(session: TenantSession, info: Info, data: AddManagerPeriodInput) -> ManagerPeriodDTO:
    """`POST /v1/people/{id}/manager-periods`."""
    person_id, period = row_id(data.id, "Person"), to_dto(ManagerPeriodInput, data)
    return await reporting_lines.add_manager_period(session, info.context.principal, person_id, period)


@mutation(
    "Remove a reporting line; the one before it stays as it is.",
    needs=WRITE,
    payload=DeletedPayload,
    render=to_deleted,
)
async def delete_manager_period(session: TenantSession, info: Info, data: DeleteManagerPeriodInput) -> None:
    """`DELETE /v1/people/{id}/manager-periods/{id}`."""
    person_id, period_id = row_id(data.person_id, "Person"), row_id(data.id, "ManagerPeriod")
    await reporting_lines.delete_manager_period(session, info.context.principal, person_id, period_id)


@mutation("Say who a person is in another system.", needs=WRITE, payload=PersonPayload, render=_person)
async def put_external_identity(session: TenantSession, info: Info, data: PutExternalIdentityInput) -> PersonDTO:
    """`PUT /v1/people/{id}/external-identities/{system}/{external_id}`."""
    person_id, identity = row_id(data.id, "Person"), to_dto(ExternalIdentityInput, data)
    return await people.put_external_identity(session, info.context.principal, person_id, identity)


@mutation("Forget who a person is in another system.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def delete_external_identity(session: TenantSession, info: Info, data: DeleteExternalIdentityInput) -> None:
    """`DELETE /v1/people/{id}/external-identities/{system}/{external_id}`."""
    person_id, identity = row_id(data.id, "Person"), to_dto(ExternalIdentityInput, data)
    await people.delete_external_identity(
        session, info.context.principal, person_id, identity.system, identity.external_id
    )


@strawberry.type
class PeopleMutation:
    """Mutations of this slice."""

    create_person = create_person
    update_person = update_person
    delete_person = delete_person
    bulk_upsert_people = bulk_upsert_people
    add_manager_period = add_manager_period
    delete_manager_period = delete_manager_period
    put_external_identity = put_external_identity
    delete_external_identity = delete_external_identity
