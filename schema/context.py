"""What resolvers share within one request: the principal, a session factory (never a session), the loaders."""

from contextlib import AbstractAsyncContextManager
from functools import cached_property

import strawberry
from strawberry.fastapi import BaseContext

from schema.loaders import Loaders
from service.coaching_opportunities.use_cases.watching import OpportunityFeed
from service.coaching_sessions.use_cases.brief_feed import BriefFeed
from service.coaching_sessions.use_cases.topic_feed import TopicFeed
from service.coaching_sessions.use_cases.watching_sessions import SessionFeed
from service.core.admission import admit
from service.core.database import TenantSession
from service.core.principal import Principal
from service.core.runtime import Runtime
from service.kpi_snapshots.use_cases.watching import SnapshotFeed


class GraphQLContext(BaseContext):
    """Made per request. Sibling fields interleave, so each opens a session of its own."""

    def __init__(self, runtime: Runtime, principal: Principal | None, token: str = "") -> None:
        super().__init__()
        self.runtime = runtime
        self.caller = principal
        self.token = token

    async def admit(self, token: str) -> None:
        """Let the bearer of a token in; `unauthenticated` for one that is not valid now."""
        assert self.request is not None  # noqa: S101 - Strawberry sets it
        self.caller = await admit(self.runtime, self.request.scope, token)
        self.token = token

    def renewed(self) -> "GraphQLContext":
        """The same caller, who remembers nothing."""
        fresh = GraphQLContext(self.runtime, self.caller, self.token)
        fresh.request = self.request
        return fresh

    def forget(self) -> None:
        """Read anew what loaders remember: the next message of a subscription is another time."""
        self.__dict__.pop("loaders", None)

    @property
    def feed(self) -> SnapshotFeed:
        """This process's live snapshots."""
        assert self.request is not None  # noqa: S101 - Strawberry sets it
        feed: SnapshotFeed = self.request.app.state.feed
        return feed

    @property
    def opportunity_feed(self) -> OpportunityFeed:
        """This process's live opportunities."""
        assert self.request is not None  # noqa: S101 - Strawberry sets it
        feed: OpportunityFeed = self.request.app.state.opportunity_feed
        return feed

    @property
    def brief_feed(self) -> BriefFeed:
        """This process's live briefs."""
        assert self.request is not None  # noqa: S101 - Strawberry sets it
        feed: BriefFeed = self.request.app.state.brief_feed
        return feed

    @property
    def session_feed(self) -> SessionFeed:
        """This process's live coaching sessions."""
        assert self.request is not None  # noqa: S101 - Strawberry sets it
        feed: SessionFeed = self.request.app.state.session_feed
        return feed

    @property
    def topic_feed(self) -> TopicFeed:
        """This process's live topics."""
        assert self.request is not None  # noqa: S101 - Strawberry sets it
        feed: TopicFeed = self.request.app.state.topic_feed
        return feed

    @property
    def principal(self) -> Principal:
        """Who is asking; the router refuses operations without one."""
        assert self.caller is not None  # noqa: S101 - only the page is served without
        return self.caller

    def session(self) -> AbstractAsyncContextManager[TenantSession]:
        """A transaction that sees the caller's organization."""
        return self.runtime.database.tenant(self.principal.org_id, "graphql")

    @cached_property
    def loaders(self) -> Loaders:
        """This request's loaders."""
        return Loaders(self.session, self.principal)


Info = strawberry.Info[GraphQLContext, None]
