"""The GraphQL endpoint: one schema from every slice, the caller's context, and GraphiQL without the internet."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import orjson
import strawberry
from cross_web import HTTPException as RefusedRequest
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.staticfiles import StaticFiles
from graphql import GraphQLError
from strawberry.extensions import AddValidationRules, DisableIntrospection, MaxTokensLimiter, SchemaExtension
from strawberry.fastapi import GraphQLRouter
from strawberry.http.base import BaseRequestProtocol
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext
from strawberry.types.unset import UNSET
from structlog.contextvars import bind_contextvars

from schema.api_keys import ApiKeysMutation, ApiKeysQuery
from schema.audit_events import AuditEventsQuery
from schema.context import GraphQLContext
from schema.crm_connections import CrmMutation, CrmQuery
from schema.crm_events import CrmEventsMutation, CrmEventsQuery
from schema.errors import RenderErrors
from schema.kpi_snapshots import KpiSnapshotQueries
from schema.limits import MAX_TOKENS, DocumentLimits
from schema.me import MeQuery
from schema.nodes import NodeQuery
from schema.organizations import OrganizationMutation, OrganizationQuery
from schema.people.mutations import PeopleMutation
from schema.people.queries import PeopleQuery
from schema.success_models import SuccessModelsMutation, SuccessModelsQuery
from schema.teams import TeamsMutation, TeamsQuery
from service.core.authentication import unauthenticated
from service.core.settings import Settings

STATIC = Path(__file__).parent / "static" / "graphiql"
PAGE_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:"
"""The browser itself refuses whatever the page would load from elsewhere."""

_bearer = HTTPBearer(auto_error=False)


@strawberry.type(description="Everything that can be read.")
class Query(
    MeQuery,
    OrganizationQuery,
    PeopleQuery,
    TeamsQuery,
    ApiKeysQuery,
    SuccessModelsQuery,
    KpiSnapshotQueries,
    CrmQuery,
    CrmEventsQuery,
    AuditEventsQuery,
    NodeQuery,
):
    """Everything that can be read."""


@strawberry.type(description="Everything that can be written; root fields run one after the other.")
class Mutation(
    OrganizationMutation,
    PeopleMutation,
    TeamsMutation,
    ApiKeysMutation,
    SuccessModelsMutation,
    CrmMutation,
    CrmEventsMutation,
):
    """Everything that can be written."""


class _Schema(strawberry.Schema):
    """Leaves logging to `RenderErrors`: expected failures are no news, and the rest is logged with its request id."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Nothing."""


def build_schema(settings: Settings) -> strawberry.Schema:
    """The schema with its limits; introspection by setting."""
    extensions: list[type[SchemaExtension] | Callable[[], SchemaExtension]] = [
        lambda: MaxTokensLimiter(max_token_count=MAX_TOKENS),
        lambda: AddValidationRules([DocumentLimits]),
        RenderErrors,
    ]
    if not settings.graphql_introspection:
        extensions.append(DisableIntrospection)
    # Suggestions would tell names one by one what introspection must not tell.
    config = StrawberryConfig(disable_field_suggestions=not settings.graphql_introspection)
    return _Schema(Query, Mutation, extensions=extensions, config=config)


class _Router(GraphQLRouter[GraphQLContext, None]):
    """Strawberry's router with our own page, whose assets come from this service, and our problems."""

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """The page or an answer."""
        return _wants_page(request)

    async def render_graphql_ide(self, request: Request) -> HTMLResponse:  # noqa: ARG002 - Strawberry's signature
        page = (STATIC / "index.html").read_text("utf-8")
        return HTMLResponse(page, headers={"Content-Security-Policy": PAGE_POLICY})

    def decode_json(self, data: str | bytes) -> object:
        """An object; what is nested too deeply is refused as no JSON at all."""
        found = orjson.loads(data)
        if not isinstance(found, dict):
            raise RefusedRequest(400, "A GraphQL request is a JSON object.")
        return found

    def encode_json(self, data: object) -> bytes:
        """The answer."""
        return orjson.dumps(data)

    async def run(self, request: Any, context: Any = UNSET, root_value: Any = UNSET) -> Any:
        """What is no GraphQL request gets a problem, as on the other surface, where Strawberry has plain text."""
        try:
            return await super().run(request, context, root_value)
        except RefusedRequest as error:
            raise HTTPException(error.status_code, error.reason) from error


def _wants_page(request: BaseRequestProtocol | Request) -> bool:
    """A browser gets the page even with `?query=…`, which then fills the editor."""
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


async def get_context(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> GraphQLContext:
    """The caller's context; only the page itself is served without a key."""
    runtime = request.app.state.runtime
    if credentials is None:
        if _wants_page(request):
            return GraphQLContext(runtime, None)
        raise unauthenticated()
    principal = await runtime.authenticator.authenticate(credentials.credentials)
    bind_contextvars(org_id=str(principal.org_id))
    return GraphQLContext(runtime, principal)


def mount_graphql(api: FastAPI, settings: Settings) -> None:
    """Serve `/graphql`, and GraphiQL with its assets where introspection is on."""
    graphql = _Router(
        build_schema(settings),
        path="/graphql",
        graphql_ide="graphiql" if settings.graphql_introspection else None,
        context_getter=get_context,
        include_in_schema=False,
    )
    # There are no subscriptions: what would accept a socket is left out.
    graphql.routes[:] = [route for route in graphql.routes if isinstance(route, APIRoute)]
    if settings.graphql_introspection:
        api.mount("/graphql/static", StaticFiles(directory=STATIC), name="graphiql")
    api.include_router(graphql, include_in_schema=False)


def export_sdl() -> str:
    """The SDL as it is committed."""
    return build_schema(Settings(_env_file=None)).as_str() + "\n"
