"""`/v1/coaching-sessions/{id}/brief`: what its rep and coaches have before them, as data and as a page."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import HTMLResponse

from service.api.deps import PrincipalDep, SessionDep
from service.api.negotiation import HTML, VARY, page_or_json
from service.api.operation import operation
from service.api.pages.brief import POLICY, render_brief
from service.api.route import resource_router
from service.coaching_sessions.dto.brief import BriefDTO
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import briefs
from service.core.etags import weak_tag_of

router = resource_router("/v1/coaching-sessions", "coaching sessions")

PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {HTML: {"schema": {"type": "string"}}}}}
DECLARED = operation("getCoachingBrief", "Read a session's brief", Permission.COACHING_SESSIONS_READ, 404, 406)
DECLARED["responses"] = PAGE | DECLARED["responses"]


@router.get("/{session_id}/brief", response_model=BriefDTO, **DECLARED)
async def get_coaching_brief(
    session_id: UUID,
    session: SessionDep,
    principal: PrincipalDep,
    representation: Annotated[str, Depends(page_or_json)],
    response: Response,
    rep_id: Annotated[
        UUID | None, Query(description="About this rep of a group; left out: about oneself, else the session's rep.")
    ] = None,
) -> BriefDTO | HTMLResponse:
    """Live until the session starts, and from then on as they had it before them.

    As JSON, or with `Accept: text/html` as a page of its own for a phone or for paper. The `ETag` stays the same while
    the brief says the same, so that only its `as_of` differs.
    """
    brief = await briefs.get_brief(session, principal, session_id, rep_id)
    headers = {"ETag": weak_tag_of(brief, representation, {"as_of"}), **VARY}
    if representation == HTML:
        return HTMLResponse(render_brief(brief), headers=headers | {"Content-Security-Policy": POLICY})
    response.headers.update(headers)
    return brief
