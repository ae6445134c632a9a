"""`/v1/deals`: deals as they stand."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.activities.derivation import DealOutcome
from service.activities.dto.facts import DEAL_SORTING, BulkUpsertDeals, DealDTO, DealFilter
from service.activities.permissions import Permission
from service.activities.use_cases import facts, pushing
from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, searched, sorted_by, whole
from service.api.route import resource_router
from service.core.bulk_items import BulkItemResult
from service.core.dto import Day

router = resource_router("/v1/deals", "deals")


@router.get("", **operation("listDeals", "List deals", Permission.ACTIVITIES_READ))
async def list_deals(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(DEAL_SORTING)],
    owner_id: Annotated[UUID | None, Query(description="Who owns it now.")] = None,
    outcome: Annotated[DealOutcome | None, Query(description="Whether it is decided.")] = None,
    stage: Annotated[str | None, searched("Where it stands.", 200)] = None,
    created_from: Annotated[Day | None, Query(description="Made from this day on.")] = None,
    created_until: Annotated[Day | None, Query(description="Made before this day.")] = None,
    closed_from: Annotated[Day | None, Query(description="Decided from this day on.")] = None,
    closed_until: Annotated[Day | None, Query(description="Decided before this day.")] = None,
) -> ListEnvelope[DealDTO]:
    """The last made first. A rep sees their own, a manager those of the tree below them."""
    filters = DealFilter(
        owner_id=owner_id,
        outcome=outcome,
        stage=stage,
        created_from=created_from,
        created_until=created_until,
        closed_from=closed_from,
        closed_until=closed_until,
    )
    return page.answer(await facts.list_deals(session, principal, filters, page))


@router.post("", **operation("bulkUpsertDeals", "Push deals", Permission.ACTIVITIES_WRITE))
async def bulk_upsert_deals(
    data: BulkUpsertDeals, session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[BulkItemResult]:
    """Each item is answered on its own: `created`, `updated`, `unchanged` or `failed`."""
    return whole(await pushing.bulk_upsert_deals(session, principal, data))


@router.get("/{deal_id}", **operation("getDeal", "Read a deal", Permission.ACTIVITIES_READ, 404))
async def get_deal(deal_id: UUID, session: SessionDep, principal: PrincipalDep) -> DealDTO:
    """That of somebody outside the caller's scope is not found."""
    return await facts.get_deal(session, principal, deal_id)
