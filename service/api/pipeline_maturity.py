"""`/v1/pipeline-maturity`: what becomes of deals by their age, and which open ones are too old."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from service.api.deps import PrincipalDep, SessionDep
from service.api.negotiation import SVG, VARY, picture_or_json
from service.api.operation import operation
from service.api.pictures.canvas import POLICY
from service.api.pictures.incidence import draw_incidence
from service.api.route import resource_router
from service.core.dto import Day, Instant
from service.kpi_snapshots.maturity.dto import PipelineMaturityDTO, PipelineMaturityQuery, SegmentField
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.use_cases import maturity

router = resource_router("/v1/pipeline-maturity", "KPI snapshots")


def maturity_query(
    person_id: Annotated[UUID | None, Query(description="One person's deals.")] = None,
    manager_id: Annotated[UUID | None, Query(description="Those of everybody below this manager.")] = None,
    segment: Annotated[
        SegmentField | None, Query(description="`pipeline`, `amount` (in thirds), or `attributes.…`.")
    ] = None,
    records_start: Annotated[
        Day | None, Query(description="First day of complete records. Default: that of the earliest close.")
    ] = None,
    as_of: Annotated[Instant | None, Query(description="Nothing later counts. Default: now.")] = None,
) -> PipelineMaturityQuery:
    """The question as one object."""
    when = {"records_start": records_start, "as_of": as_of}
    whose = {"person_id": person_id, "manager_id": manager_id}
    return PipelineMaturityQuery.model_validate({**whose, "segment": segment, **when})


PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {SVG: {"schema": {"type": "string"}}}}}
DECLARED = operation("getPipelineMaturity", "Read how the pipeline ripens", Permission.KPI_SNAPSHOTS_READ, 404, 406)
DECLARED["responses"] = PICTURE | DECLARED["responses"]


@router.get("", response_model=PipelineMaturityDTO, **DECLARED)
async def get_pipeline_maturity(
    session: SessionDep,
    principal: PrincipalDep,
    query: Annotated[PipelineMaturityQuery, Depends(maturity_query)],
    representation: Annotated[str, Depends(picture_or_json)],
    response: Response,
) -> PipelineMaturityDTO | Response:
    """Eventual win rates with lost and open deals held apart, and what its age says of each open deal.

    As JSON, or with `Accept: image/svg+xml` as a picture of the incidence of wins, with its intervals.
    """
    found = await maturity.get_pipeline_maturity(session, principal, query)
    if representation == SVG:
        headers = {**VARY, "Content-Security-Policy": POLICY}
        return Response(draw_incidence(found), media_type=SVG, headers=headers)
    response.headers.update(VARY)
    return found
