"""`/v1/deals/{deal_id}/inspections`: what managers found when they looked at a deal."""

from typing import Annotated
from uuid import UUID

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.success_models.dto.judgements import JUDGEMENT_SORTING, CreateInspection, InspectionDTO
from service.success_models.permissions import Permission
from service.success_models.use_cases import inspections

router = resource_router("/v1/deals/{deal_id}/inspections", "inspections")


@router.get("", **operation("listInspections", "List a deal's inspections", Permission.INSPECTIONS_READ, 404))
async def list_inspections(
    deal_id: UUID,
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(JUDGEMENT_SORTING)],
) -> ListEnvelope[InspectionDTO]:
    """The last first, those included whose place a later one has taken."""
    return page.answer(await inspections.list_inspections(session, principal, deal_id, page))


@router.post(
    "",
    status_code=201,
    **operation("createInspection", "Inspect a deal", Permission.INSPECTIONS_WRITE, 404, tagged=True),
)
async def create_inspection(
    deal_id: UUID, data: CreateInspection, session: SessionDep, principal: PrincipalDep
) -> InspectionDTO:
    """Whoever is above the owner today, enablement, administrators; the owner reads it."""
    return await inspections.create_inspection(session, principal, deal_id, data)


@router.get("/{inspection_id}", **operation("getInspection", "Read an inspection", Permission.INSPECTIONS_READ, 404))
async def get_inspection(
    deal_id: UUID, inspection_id: UUID, session: SessionDep, principal: PrincipalDep
) -> InspectionDTO:
    """That of a deal outside the caller's scope is not found."""
    return await inspections.get_inspection(session, principal, inspection_id, deal_id)
