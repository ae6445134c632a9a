"""`/v1/coaching-capability`: whether the four keys to coaching are in place, manager by manager."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from service.api.cadence_adherence import SpanDep
from service.api.deps import PrincipalDep, SessionDep
from service.api.negotiation import SVG, VARY, picture_or_json
from service.api.operation import operation
from service.api.paging import ListEnvelope, PageDep
from service.api.pictures.canvas import POLICY
from service.api.pictures.capability import draw_capability
from service.api.route import resource_router
from service.coaching_capability.dto.capability import CapabilityQuery, ManagerCapabilityDTO
from service.coaching_capability.permissions import Permission
from service.coaching_capability.use_cases import capability

router = resource_router("/v1/coaching-capability", "coaching capability")

LONGEST_PICTURE = 20_000_000
"""A page of managers."""
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {SVG: {"schema": {"type": "string", "maxLength": LONGEST_PICTURE}}}}
}
DECLARED = operation(
    "listCoachingCapability", "List coaching capability", Permission.COACHING_CAPABILITY_READ, 404, 406
)
DECLARED["responses"] = PICTURE | DECLARED["responses"]


def capability_query(
    span: SpanDep,
    manager_id: Annotated[
        UUID | None, Query(description="This manager and those below. Default: all one sees.")
    ] = None,
    tree: Annotated[bool, Query(description="Everybody below counts. If not: direct reports.")] = True,
) -> CapabilityQuery:
    """The question as one object."""
    return CapabilityQuery.model_validate({"manager_id": manager_id, "tree": tree, **span})


@router.get("", response_model=ListEnvelope[ManagerCapabilityDTO], **DECLARED)
async def list_coaching_capability(
    session: SessionDep,
    principal: PrincipalDep,
    page: PageDep,
    query: Annotated[CapabilityQuery, Depends(capability_query)],
    representation: Annotated[str, Depends(picture_or_json)],
    response: Response,
) -> ListEnvelope[ManagerCapabilityDTO] | Response:
    """Models, process, skills and cadence, each with its share, its trend and the next step; managers by name.

    A manager reads themself and the tree below, of each what counted while they were below; enablement, administrators
    and keys of the organization read all. As JSON, or with `Accept: image/svg+xml` as a picture.
    """
    found = await capability.list_coaching_capability(session, principal, query, page)
    if representation == SVG:
        headers = VARY | {"Content-Security-Policy": POLICY}
        return Response(draw_capability(found.items, found.next_cursor is not None), media_type=SVG, headers=headers)
    response.headers.update(VARY)
    return page.answer(found)
