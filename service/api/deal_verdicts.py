"""`/v1/deal-verdicts`: of each decided deal whether its process earned its outcome."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from service.activities.derivation import DealOutcome
from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.core.dto import Day, IsoInstant
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.quadrants.dto import DEAL_VERDICT_SORTING, DealVerdictsQuery, DecidedDealDTO
from service.kpi_snapshots.use_cases import deal_verdicts

router = resource_router("/v1/deal-verdicts", "KPI snapshots")
READ = Permission.KPI_SNAPSHOTS_READ
AsOf = Annotated[IsoInstant | None, Query(description="Nothing later counts. Default: now.")]


def deal_verdicts_query(
    person_id: Annotated[UUID | None, Query(description="Who owned them when they were decided.")] = None,
    manager_id: Annotated[UUID | None, Query(description="Those of everybody below this manager.")] = None,
    outcome: Annotated[DealOutcome | None, Query(description="Those won, or those lost.")] = None,
    closed_from: Annotated[Day | None, Query(description="Decided from this day on.")] = None,
    closed_until: Annotated[Day | None, Query(description="Decided before this day.")] = None,
    as_of: AsOf = None,
) -> DealVerdictsQuery:
    """The question as one object."""
    whose: dict[str, Any] = {"person_id": person_id, "manager_id": manager_id, "outcome": outcome}
    when = {"closed_from": closed_from, "closed_until": closed_until, "as_of": as_of}
    return DealVerdictsQuery.model_validate({**whose, **when})


@router.get("", **operation("listDealVerdicts", "List verdicts of deals", READ, 404))
async def list_deal_verdicts(
    session: SessionDep,
    principal: PrincipalDep,
    query: Annotated[DealVerdictsQuery, Depends(deal_verdicts_query)],
    page: Annotated[ListRequest, sorted_by(DEAL_VERDICT_SORTING)],
) -> ListEnvelope[DecidedDealDTO]:
    """Earned win, lucky win, unlucky loss or earned loss: by what of the process was met before the outcome.

    The last decided first. A rep reads their own, a manager those of the tree below.
    """
    return page.answer(await deal_verdicts.list_deal_verdicts(session, principal, query, page))


@router.get("/{deal_id}", **operation("getDealVerdict", "Read the verdict of a deal", READ, 404))
async def get_deal_verdict(
    deal_id: UUID, session: SessionDep, principal: PrincipalDep, as_of: AsOf = None
) -> DecidedDealDTO:
    """An open deal has none."""
    return await deal_verdicts.get_deal_verdict(session, principal, deal_id, as_of)
