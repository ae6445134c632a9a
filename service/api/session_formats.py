"""`/v1/session-formats`: what a coaching session consists of, in versions."""

from typing import Annotated
from uuid import UUID

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, searched, sorted_by
from service.api.route import resource_router
from service.coaching_sessions.dto.formats import (
    FORMAT_SORTING,
    CreateSessionFormat,
    SessionFormatDTO,
    SessionFormatFilter,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import formats

READ, WRITE = Permission.COACHING_PROGRAMMES_READ, Permission.COACHING_PROGRAMMES_WRITE

router = resource_router("/v1/session-formats", "session formats")


@router.get("", **operation("listSessionFormats", "List session formats", READ))
async def list_session_formats(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(FORMAT_SORTING)],
    key: Annotated[str | None, searched("Versions of this format only.", 64)] = None,
) -> ListEnvelope[SessionFormatDTO]:
    """Every version; one that comes with Touchline is among them from its first use on."""
    found = await formats.list_session_formats(session, principal, SessionFormatFilter(key=key), page)
    return page.answer(found)


@router.post(
    "", status_code=201, **operation("createSessionFormat", "Add a session format or its next version", WRITE, 409)
)
async def create_session_format(
    data: CreateSessionFormat, session: SessionDep, principal: PrincipalDep
) -> SessionFormatDTO:
    """A known key gets its next version; sessions that are scheduled keep theirs."""
    return await formats.create_session_format(session, principal, data)


@router.get("/{format_id}", **operation("getSessionFormat", "Read a session format", READ, 404))
async def get_session_format(format_id: UUID, session: SessionDep, principal: PrincipalDep) -> SessionFormatDTO:
    """One version, which never changes."""
    return await formats.get_session_format(session, principal, format_id)
