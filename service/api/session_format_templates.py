"""`/v1/session-format-templates`: formats that come with Touchline."""

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, whole
from service.api.route import resource_router
from service.coaching_sessions.dto.formats import SessionFormatTemplate
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import formats

router = resource_router("/v1/session-format-templates", "session formats")


@router.get(
    "",
    **operation(
        "listSessionFormatTemplates", "List formats that come with Touchline", Permission.COACHING_PROGRAMMES_READ
    ),
)
async def list_session_format_templates(
    session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[SessionFormatTemplate]:
    """To be used by their key as they are, or copied and adapted."""
    return whole(await formats.list_session_format_templates(session, principal))
