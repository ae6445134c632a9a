"""`/v1/deals/{deal_id}/evidence` and `…/health`: how a deal's criteria stand, and how healthy that makes it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, whole
from service.api.route import resource_router
from service.core.dto import Instant
from service.success_models.dto.evidence import CriterionEvidenceDTO, DealHealthDTO
from service.success_models.permissions import Permission
from service.success_models.use_cases import deal_evidence

router = resource_router("/v1/deals/{deal_id}", "deal evidence")

AsOf = Annotated[Instant | None, Query(description="Nothing later counts. Default: now.")]


@router.get(
    "/evidence",
    **operation("listDealEvidence", "Read how a deal's criteria stand", Permission.INSPECTIONS_READ, 404),
)
async def list_deal_evidence(
    deal_id: UUID, session: SessionDep, principal: PrincipalDep, as_of: AsOf = None
) -> ListEnvelope[CriterionEvidenceDTO]:
    """Every criterion of the owner's model, in the order of the process, with each piece of evidence."""
    return whole(await deal_evidence.get_deal_evidence(session, principal, deal_id, as_of))


@router.get("/health", **operation("getDealHealth", "Read a deal's health", Permission.INSPECTIONS_READ, 404))
async def get_deal_health(
    deal_id: UUID, session: SessionDep, principal: PrincipalDep, as_of: AsOf = None
) -> DealHealthDTO:
    """By the owner's standard of a good deal: what each factor adds, and what it would add."""
    return await deal_evidence.get_deal_health(session, principal, deal_id, as_of)
