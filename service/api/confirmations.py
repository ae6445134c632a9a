"""`/v1/deals/{deal_id}/confirmations`: what a deal's owner vouches for."""

from typing import Annotated
from uuid import UUID

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.success_models.dto.judgements import JUDGEMENT_SORTING, ConfirmationDTO, CreateConfirmation
from service.success_models.permissions import Permission
from service.success_models.use_cases import confirmations

router = resource_router("/v1/deals/{deal_id}/confirmations", "confirmations")


@router.get("", **operation("listConfirmations", "List a deal's confirmations", Permission.INSPECTIONS_READ, 404))
async def list_confirmations(
    deal_id: UUID,
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(JUDGEMENT_SORTING)],
) -> ListEnvelope[ConfirmationDTO]:
    """The last first, those included whose place a later one has taken."""
    return page.answer(await confirmations.list_confirmations(session, principal, deal_id, page))


@router.post(
    "",
    status_code=201,
    **operation(
        "createConfirmation", "Confirm a criterion of a deal", Permission.CONFIRMATIONS_WRITE, 404, tagged=True
    ),
)
async def create_confirmation(
    deal_id: UUID, data: CreateConfirmation, session: SessionDep, principal: PrincipalDep
) -> ConfirmationDTO:
    """Its owner alone; a later one takes the place of an earlier one, which stays readable."""
    return await confirmations.create_confirmation(session, principal, deal_id, data)


@router.get(
    "/{confirmation_id}", **operation("getConfirmation", "Read a confirmation", Permission.INSPECTIONS_READ, 404)
)
async def get_confirmation(
    deal_id: UUID, confirmation_id: UUID, session: SessionDep, principal: PrincipalDep
) -> ConfirmationDTO:
    """That of a deal outside the caller's scope is not found."""
    return await confirmations.get_confirmation(session, principal, confirmation_id, deal_id)
