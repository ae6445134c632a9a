"""Confirmations: what a deal's owner vouches for; append-only, the latest on a criterion holds."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError, invalid, not_found
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.success_models.dto.judgements import ConfirmationDTO, CreateConfirmation
from service.success_models.models import Confirmation
from service.success_models.permissions import Permission
from service.success_models.repository import judgements as repository
from service.success_models.use_cases.deal_cases import visible_deal
from service.success_models.use_cases.inspections import find_criterion
from service.webhooks.outbox import EventType, emit


async def create_confirmation(
    session: AsyncSession, principal: Principal, deal_id: UUID, data: CreateConfirmation
) -> ConfirmationDTO:
    """Vouch for a criterion of a deal, or take that back: its owner alone.

    `forbidden` for anybody else; `invalid` for a criterion that the owner's model does not have, or that the
    owner's word cannot tell.
    """
    require(principal, Permission.CONFIRMATIONS_WRITE)
    deal = await visible_deal(session, principal, deal_id)
    if principal.person_id is None or principal.person_id != deal.owner_id:
        raise ServiceError(ErrorKind.FORBIDDEN, "not_the_owner", "Only its owner confirms a deal: inspect it instead.")
    criterion = await find_criterion(session, principal, deal, data.criterion)
    if not criterion.met_by.confirmation:
        raise invalid("/criterion", "is no criterion that the owner's word can tell")
    row = Confirmation(
        org_id=principal.org_id,
        id=new_id(),
        deal_id=deal.id,
        criterion=criterion.key,
        verdict=data.verdict.value,
        note=data.note,
        person_id=principal.person_id,
        created_at=utc_now(),
    )
    session.add(row)
    await session.flush()
    told = {"deal_id": deal.id, "confirmation_id": row.id, "criterion": criterion.key}
    await emit(session, principal.org_id, EventType.DEAL_CONFIRMED, told)
    return ConfirmationDTO.model_validate(row)


async def list_confirmations(
    session: AsyncSession, principal: Principal, deal_id: UUID, page: PageRequest
) -> Page[ConfirmationDTO]:
    """Every confirmation of a deal, the last first."""
    require(principal, Permission.INSPECTIONS_READ)
    await visible_deal(session, principal, deal_id)
    found = await repository.list_judgements(session, Confirmation, principal.org_id, deal_id, page)
    return found.with_items([ConfirmationDTO.model_validate(row) for row in found.items])


async def get_confirmation(
    session: AsyncSession, principal: Principal, confirmation_id: UUID, deal_id: UUID | None = None
) -> ConfirmationDTO:
    """One confirmation, of a certain deal if one is given; `not_found` outside the caller's scope."""
    require(principal, Permission.INSPECTIONS_READ)
    row = await repository.get_judgement(session, Confirmation, principal.org_id, confirmation_id)
    if row is None or deal_id not in {None, row.deal_id}:
        raise not_found("confirmation")
    await visible_deal(session, principal, row.deal_id)
    return ConfirmationDTO.model_validate(row)
