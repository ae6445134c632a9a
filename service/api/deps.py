"""What every handler asks for: the runtime, the principal, one transaction, one page."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from structlog.contextvars import bind_contextvars

from service.core.authentication import unauthenticated
from service.core.database import TenantSession
from service.core.pagination import DEFAULT_LIMIT, MAX_LIMIT, PageRequest
from service.core.principal import Principal
from service.core.runtime import Runtime

_bearer = HTTPBearer(auto_error=False, scheme_name="apiKey", description="An API key: `tl_…`")


def get_runtime(request: Request) -> Runtime:
    """The process's resources."""
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(get_runtime)]


async def get_principal(
    runtime: RuntimeDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    """Who is asking; `unauthenticated` without a valid key."""
    if credentials is None:
        raise unauthenticated()
    principal = await runtime.authenticator.authenticate(credentials.credentials)
    bind_contextvars(org_id=str(principal.org_id))
    return principal


PrincipalDep = Annotated[Principal, Depends(get_principal)]


async def get_session(runtime: RuntimeDep, principal: PrincipalDep) -> AsyncIterator[TenantSession]:
    """One transaction per request; with scope "function" it commits before the response is sent."""
    async with runtime.database.tenant(principal.org_id) as session:
        yield session


SessionDep = Annotated[TenantSession, Depends(get_session, scope="function")]


def get_page(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Most items of one page.")] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before.")] = None,
) -> PageRequest:
    """The page of a list."""
    return PageRequest(limit=limit, cursor=cursor)


PageDep = Annotated[PageRequest, Depends(get_page)]
