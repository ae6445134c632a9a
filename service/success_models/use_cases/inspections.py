"""Inspections: what a manager found when they looked; append-only, the latest on a criterion holds."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.models import Deal
from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError, invalid, not_found
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.success_models.dto.judgements import CreateInspection, InspectionDTO
from service.success_models.models import Inspection
from service.success_models.permissions import Permission
from service.success_models.process import Criterion
from service.success_models.repository import judgements as repository
from service.success_models.use_cases.deal_cases import visible_deal
from service.success_models.use_cases.owner_models import load_models
from service.webhooks.outbox import EventType, emit


async def create_inspection(
    session: AsyncSession, principal: Principal, deal_id: UUID, data: CreateInspection
) -> InspectionDTO:
    """Give a verdict on a criterion of a deal: whoever is above its owner today, enablement and administrators.

    `forbidden` on a deal of one's own; `invalid` for a criterion that the owner's model does not have, or that an
    inspection cannot tell.
    """
    require(principal, Permission.INSPECTIONS_WRITE)
    deal = await visible_deal(session, principal, deal_id)
    if principal.person_id is not None and principal.person_id == deal.owner_id:
        raise ServiceError(ErrorKind.FORBIDDEN, "own_deal", "Nobody inspects a deal of their own: confirm it instead.")
    criterion = await find_criterion(session, principal, deal, data.criterion)
    if not criterion.met_by.inspection:
        raise invalid("/criterion", "is no criterion that an inspection can tell")
    row = Inspection(
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
    told = {"deal_id": deal.id, "inspection_id": row.id, "criterion": criterion.key}
    await emit(session, principal.org_id, EventType.DEAL_INSPECTED, told)
    return InspectionDTO.model_validate(row)


async def list_inspections(
    session: AsyncSession, principal: Principal, deal_id: UUID, page: PageRequest
) -> Page[InspectionDTO]:
    """Every inspection of a deal, the last first; its owner reads them too."""
    require(principal, Permission.INSPECTIONS_READ)
    await visible_deal(session, principal, deal_id)
    found = await repository.list_judgements(session, Inspection, principal.org_id, deal_id, page)
    return found.with_items([InspectionDTO.model_validate(row) for row in found.items])


async def get_inspection(
    session: AsyncSession, principal: Principal, inspection_id: UUID, deal_id: UUID | None = None
) -> InspectionDTO:
    """One inspection, of a certain deal if one is given; `not_found` outside the caller's scope."""
    require(principal, Permission.INSPECTIONS_READ)
    row = await repository.get_judgement(session, Inspection, principal.org_id, inspection_id)
    if row is None or deal_id not in {None, row.deal_id}:
        raise not_found("inspection")
    await visible_deal(session, principal, row.deal_id)
    return InspectionDTO.model_validate(row)


async def find_criterion(session: AsyncSession, principal: Principal, deal: Deal, key: str) -> Criterion:
    """A criterion of the model of the deal's owner; `invalid` for one that it does not have."""
    owners = [] if deal.owner_id is None else [deal.owner_id]
    model = (await load_models(session, Principal.system(principal.org_id), owners)).of(deal.owner_id)
    criterion = None if model is None else model.process.known.get(key)
    if criterion is None:
        raise invalid("/criterion", "is no criterion of the success model of the deal's owner")
    return criterion
