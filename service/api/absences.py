"""`/v1/absences`: days on which people are away, which their targets leave out."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.core.dto import Day
from service.organizations.dto.absences import (
    ABSENCE_SORTING,
    AbsenceDTO,
    AbsenceFilter,
    AbsenceKind,
    CreateAbsence,
    UpdateAbsence,
)
from service.organizations.permissions import Permission
from service.organizations.use_cases import absences

router = resource_router("/v1/absences", "absences")


@router.get("", **operation("listAbsences", "List absences", Permission.ABSENCES_READ))
async def list_absences(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(ABSENCE_SORTING)],
    person_id: Annotated[UUID | None, Query(description="Whose.")] = None,
    kind: Annotated[AbsenceKind | None, Query(description="Why they are away.")] = None,
    since: Annotated[Day | None, Query(description="Those that last until this day or longer.")] = None,
    until: Annotated[Day | None, Query(description="Those that begin before this day.")] = None,
) -> ListEnvelope[AbsenceDTO]:
    """By their first day. A rep sees their own, a manager those of the tree below them."""
    filters = AbsenceFilter(person_id=person_id, kind=kind, since=since, until=until)
    return page.answer(await absences.list_absences(session, principal, filters, page))


@router.post(
    "", status_code=201, **operation("createAbsence", "Add an absence", Permission.ABSENCES_WRITE, 409, tagged=True)
)
async def create_absence(data: CreateAbsence, session: SessionDep, principal: PrincipalDep) -> AbsenceDTO:
    """For whomever the caller sees: a rep for themself. Days of another absence of the person are `409`."""
    return await absences.create_absence(session, principal, data)


@router.get("/{absence_id}", **operation("getAbsence", "Read an absence", Permission.ABSENCES_READ, 404))
async def get_absence(absence_id: UUID, session: SessionDep, principal: PrincipalDep) -> AbsenceDTO:
    """That of somebody outside the caller's scope is not found."""
    return await absences.get_absence(session, principal, absence_id)


@router.patch("/{absence_id}", **operation("updateAbsence", "Change an absence", Permission.ABSENCES_WRITE, 404, 409))
async def update_absence(
    absence_id: UUID, data: UpdateAbsence, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> AbsenceDTO:
    """Merge-patch: absent fields stay."""
    return await absences.update_absence(session, principal, absence_id, data, expected)


@router.delete(
    "/{absence_id}", status_code=204, **operation("deleteAbsence", "Delete an absence", Permission.ABSENCES_WRITE, 404)
)
async def delete_absence(
    absence_id: UUID, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> None:
    """The days count again."""
    await absences.delete_absence(session, principal, absence_id, expected)
