"""What resolvers share within one request: the principal, a session factory (never a session), the loaders."""

from contextlib import AbstractAsyncContextManager
from functools import cached_property

import strawberry
from strawberry.fastapi import BaseContext

from schema.loaders import Loaders
from service.core.database import TenantSession
from service.core.principal import Principal
from service.core.runtime import Runtime


class GraphQLContext(BaseContext):
    """Made per request. Sibling fields interleave, so each opens a session of its own."""

    def __init__(self, runtime: Runtime, principal: Principal | None) -> None:
        super().__init__()
        self.runtime = runtime
        self.caller = principal

    @property
    def principal(self) -> Principal:
        """Who is asking; the router refuses operations without one."""
        assert self.caller is not None  # noqa: S101 - only the page is served without
        return self.caller

    def session(self) -> AbstractAsyncContextManager[TenantSession]:
        """A transaction that sees the caller's organization."""
        return self.runtime.database.tenant(self.principal.org_id)

    @cached_property
    def loaders(self) -> Loaders:
        """This request's loaders."""
        return Loaders(self.session, self.principal)


Info = strawberry.Info[GraphQLContext, None]
