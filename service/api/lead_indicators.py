"""`/v1/lead-indicators`: whether what people do leads what comes of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.core.dto import Instant, Key
from service.kpi_snapshots.leads.dto import LeadIndicatorsDTO, LeadIndicatorsQuery
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases import lead_indicators

router = resource_router("/v1/lead-indicators", "KPI snapshots")


def leads_query(
    success_model_id: Annotated[UUID | None, Query(description="One version. Default: all active models.")] = None,
    kpi: Annotated[Key | None, Query(description="Key of one process KPI.")] = None,
    as_of: Annotated[Instant | None, Query(description="Nothing later counts. Default: the last grades.")] = None,
) -> LeadIndicatorsQuery:
    """The question as one object."""
    return LeadIndicatorsQuery(success_model_id=success_model_id, kpi=kpi, as_of=as_of)


@router.get("", **operation("getLeadIndicators", "Read which KPIs lead", Permission.KPI_SNAPSHOTS_READ, 404, 409))
async def get_lead_indicators(
    session: SessionDep, principal: PrincipalDep, query: Annotated[LeadIndicatorsQuery, Depends(leads_query)]
) -> LeadIndicatorsDTO:
    """Each process KPI as predictive, gamed, expired or unproven, with its effect, its lift and what is missing."""
    return await lead_indicators.get_lead_indicators(session, principal, query)
