"""What every handler asks for: the runtime, the principal, one transaction, one page."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.api.uploads import Upload, read_upload
from service.api.write import Write, leaves_a_trace
from service.core.admission import admit
from service.core.authentication import unauthenticated
from service.core.database import TenantSession
from service.core.errors import ErrorKind, ServiceError
from service.core.etags import Precondition, parse_tags
from service.core.principal import Principal
from service.core.runtime import Runtime

_bearer = HTTPBearer(auto_error=False, scheme_name="apiKey", description="An API key: `tl_…`")


def get_runtime(request: Request) -> Runtime:
    """The process's resources."""
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(get_runtime)]


async def get_principal(
    request: Request, runtime: RuntimeDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    """Who is asking; `unauthenticated` without a valid key."""
    if credentials is None:
        raise unauthenticated()
    return await admit(runtime, request.scope, credentials.credentials)


PrincipalDep = Annotated[Principal, Depends(get_principal)]


async def get_session(request: Request, runtime: RuntimeDep, principal: PrincipalDep) -> AsyncIterator[TenantSession]:
    """One transaction per request; with scope "function" it commits before the response is sent."""
    async with runtime.database.tenant(principal.org_id) as session:
        if leaves_a_trace(request):
            request.state.write = Write(session, principal, runtime.secret_box)
            await request.state.write.begin(request)
        yield session


SessionDep = Annotated[TenantSession, Depends(get_session, scope="function")]


async def get_precondition(
    request: Request,
    _principal: PrincipalDep,
    if_match: Annotated[str | None, Header(max_length=1000, description="The `ETag` that was read, or `*`.")] = None,
) -> Precondition:
    """What the caller saw; a change of what one has not seen is refused, so that nobody's edit is lost."""
    if if_match is None and request.method in {"PATCH", "PUT"}:
        raise ServiceError(
            ErrorKind.PRECONDITION_REQUIRED,
            "if_match_required",
            "Send If-Match with the ETag of what you read, or * to write whatever is there.",
        )
    return Precondition(None if if_match is None else parse_tags(if_match))


PreconditionDep = Annotated[Precondition, Depends(get_precondition)]


async def get_upload(request: Request, _principal: PrincipalDep) -> AsyncIterator[Upload]:
    """The multipart body, read once the caller is known; its spooled file is gone when the answer is."""
    try:
        yield await read_upload(request)
    finally:
        await request.close()


UploadDep = Annotated[Upload, Depends(get_upload)]
"""Before the session in a handler's parameters: no connection is held while a body arrives."""
