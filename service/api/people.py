"""`/v1/people`: people, whom they report to and since when, and who they are in other systems."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, searched, sorted_by, whole
from service.api.route import resource_router
from service.core.bulk_items import BulkItemResult
from service.core.principal import Role
from service.organizations.dto.people import (
    PERSON_SORTING,
    BulkUpsertPeople,
    CreatePerson,
    ExternalIdentityInput,
    ManagerPeriodDTO,
    ManagerPeriodInput,
    PersonDTO,
    PersonFilter,
    UpdatePerson,
)
from service.organizations.permissions import Permission
from service.organizations.use_cases import bulk_people, people, reporting_lines

router = resource_router("/v1/people", "people")

System = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,63}$", description="`hubspot`, `salesforce`, …")]
ExternalIdPath = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


@router.get("", **operation("listPeople", "List people", Permission.PEOPLE_READ))
async def list_people(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(PERSON_SORTING)],
    role: Annotated[Role | None, Query(description="Permission role.")] = None,
    job_role: Annotated[str | None, searched("SDR, AE, ….")] = None,
    email: Annotated[str | None, searched("Their address, in lower case.")] = None,
    manager_id: Annotated[UUID | None, Query(description="Whose direct reports, as of today.")] = None,
) -> ListEnvelope[PersonDTO]:
    """People by name. A rep sees themself, a manager the tree below them."""
    filters = PersonFilter(role=role, job_role=job_role, email=email, manager_id=manager_id)
    return page.answer(await people.list_people(session, principal, filters, page))


@router.post(
    "", status_code=201, **operation("createPerson", "Add a person", Permission.PEOPLE_WRITE, 409, tagged=True)
)
async def create_person(data: CreatePerson, session: SessionDep, principal: PrincipalDep) -> PersonDTO:
    """Facts that waited for the e-mail address or an external identity are claimed at once."""
    return await people.create_person(session, principal, data)


@router.post(
    "/bulk", **operation("bulkUpsertPeople", "Upsert people by their id in another system", Permission.PEOPLE_WRITE)
)
async def bulk_upsert_people(
    data: BulkUpsertPeople, session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[BulkItemResult]:
    """Each item is answered on its own: `created`, `updated`, `unchanged` or `failed`."""
    results = await bulk_people.upsert_people(session, principal, data.people)
    return whole(results)


@router.get("/{person_id}", **operation("getPerson", "Read a person", Permission.PEOPLE_READ, 404))
async def get_person(person_id: UUID, session: SessionDep, principal: PrincipalDep) -> PersonDTO:
    """Somebody outside the caller's scope is not found."""
    return await people.get_person(session, principal, person_id)


@router.patch("/{person_id}", **operation("updatePerson", "Change a person", Permission.PEOPLE_WRITE, 404, 409))
async def update_person(
    person_id: UUID, data: UpdatePerson, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> PersonDTO:
    """Merge-patch: absent fields stay, null clears."""
    return await people.update_person(session, principal, person_id, data, expected)


@router.delete(
    "/{person_id}", status_code=204, **operation("deletePerson", "Delete a person", Permission.PEOPLE_WRITE, 404, 409)
)
async def delete_person(
    person_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> None:
    """Their facts become unassigned. To keep their history, set `left_on` instead."""
    await people.delete_person(session, principal, person_id, expected)


@router.get(
    "/{person_id}/manager-periods",
    **operation("listManagerPeriods", "List whom a person reported to", Permission.PEOPLE_READ, 404),
)
async def list_manager_periods(
    person_id: UUID, session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[ManagerPeriodDTO]:
    """Dated reporting lines by start."""
    periods = await reporting_lines.list_manager_periods(session, principal, person_id)
    return whole(periods)


@router.post(
    "/{person_id}/manager-periods",
    status_code=201,
    **operation(
        "addManagerPeriod", "Change whom a person reports to, from a day on", Permission.PEOPLE_WRITE, 404, 409
    ),
)
async def add_manager_period(
    person_id: UUID, data: ManagerPeriodInput, session: SessionDep, principal: PrincipalDep
) -> ManagerPeriodDTO:
    """An open line that started earlier ends where this one starts."""
    return await reporting_lines.add_manager_period(session, principal, person_id, data)


@router.delete(
    "/{person_id}/manager-periods/{period_id}",
    status_code=204,
    **operation("deleteManagerPeriod", "Remove a reporting line", Permission.PEOPLE_WRITE, 404),
)
async def delete_manager_period(person_id: UUID, period_id: UUID, session: SessionDep, principal: PrincipalDep) -> None:
    """The line before it stays as it is."""
    await reporting_lines.delete_manager_period(session, principal, person_id, period_id)


@router.put(
    "/{person_id}/external-identities/{system}/{external_id}",
    **operation("putExternalIdentity", "Say who a person is in another system", Permission.PEOPLE_WRITE, 404, 409),
)
async def put_external_identity(
    person_id: UUID, system: System, external_id: ExternalIdPath, session: SessionDep, principal: PrincipalDep
) -> PersonDTO:
    """Facts that waited for this owner are claimed at once."""
    identity = ExternalIdentityInput(system=system, external_id=external_id)
    return await people.put_external_identity(session, principal, person_id, identity)


@router.delete(
    "/{person_id}/external-identities/{system}/{external_id}",
    status_code=204,
    **operation("deleteExternalIdentity", "Forget who a person is in another system", Permission.PEOPLE_WRITE, 404),
)
async def delete_external_identity(
    person_id: UUID, system: System, external_id: ExternalIdPath, session: SessionDep, principal: PrincipalDep
) -> None:
    """The facts that it attributed become unassigned."""
    await people.delete_external_identity(session, principal, person_id, system, external_id)
