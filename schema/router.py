"""The GraphQL endpoint: one schema from every slice, the caller's context, and GraphiQL without the internet."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from uuid import UUID

import strawberry
from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.staticfiles import StaticFiles
from strawberry.extensions import AddValidationRules, DisableIntrospection, SchemaExtension
from strawberry.fastapi import GraphQLRouter
from strawberry.http.base import BaseRequestProtocol
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from structlog.contextvars import bind_contextvars

from schema.context import GraphQLContext, Info
from schema.crm import CrmConnection, CrmQuery, load_crm_connection
from schema.errors import RenderErrors
from schema.kpi_snapshots import KpiSnapshotQueries
from schema.limits import DocumentLimits
from schema.people import Organization, PeopleQuery, Person, to_organization, to_person
from schema.relay import Node, from_global_id
from schema.success_models import SuccessModel, SuccessModelsQuery, load_success_model
from service.core.clock import utc_now
from service.core.errors import ServiceError, not_found
from service.core.settings import Settings
from service.organizations.use_cases.authentication import authenticate, unauthenticated
from service.organizations.use_cases.organizations import get_organization
from service.permissions import ROLES

STATIC = Path(__file__).parent / "static" / "graphiql"
_bearer = HTTPBearer(auto_error=False)


@strawberry.type
class Query(PeopleQuery, SuccessModelsQuery, KpiSnapshotQueries, CrmQuery):
    """Everything that can be read."""

    @strawberry.field(description="Anything by its global id; null where the caller may not see it.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 - Relay's name
        """What one may not see does not exist."""
        try:
            return await _find(info, *from_global_id(id))
        except ServiceError as error:
            if error.code.endswith("_not_found"):
                return None
            raise


async def _find(info: Info, type_name: str, id_: UUID) -> Node:
    if type_name == "Person":
        found = await info.context.loaders.people.load(id_)
        if found is None:
            raise not_found("node")
        return to_person(found)
    if type_name == "SuccessModel":
        return await load_success_model(info, id_)
    if type_name == "CrmConnection":
        return await load_crm_connection(info, id_)
    if type_name == "Organization" and id_ == info.context.principal.org_id:
        async with info.context.session() as session:
            return to_organization(await get_organization(session, info.context.principal))
    raise not_found("node")


def build_schema(settings: Settings) -> strawberry.Schema:
    """The schema with its limits; introspection by setting."""
    extensions: list[type[SchemaExtension] | Callable[[], SchemaExtension]] = [
        lambda: AddValidationRules([DocumentLimits]),
        RenderErrors,
    ]
    if not settings.graphql_introspection:
        extensions.append(DisableIntrospection)
    return strawberry.Schema(Query, types=[Person, Organization, SuccessModel, CrmConnection], extensions=extensions)


class _Router(GraphQLRouter[GraphQLContext, None]):
    """Strawberry's router with our own page, whose assets come from this service."""

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """A browser gets the page even with `?query=…`, which then fills the editor."""
        return request.method == "GET" and "text/html" in request.headers.get("accept", "")

    async def render_graphql_ide(self, request: Request) -> HTMLResponse:  # noqa: ARG002 - Strawberry's signature
        return HTMLResponse((STATIC / "index.html").read_text("utf-8"))


async def get_context(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> GraphQLContext:
    """The caller's context; only the page itself is served without a key."""
    runtime = request.app.state.runtime
    if credentials is None:
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return GraphQLContext(runtime, None)
        raise unauthenticated()
    principal = await authenticate(runtime.database, credentials.credentials, ROLES, utc_now())
    bind_contextvars(org_id=str(principal.org_id))
    return GraphQLContext(runtime, principal)


def mount_graphql(api: FastAPI, settings: Settings) -> None:
    """Serve `/graphql`, and GraphiQL with its assets where introspection is on."""
    graphql = _Router(
        build_schema(settings),
        path="/graphql",
        graphql_ide="graphiql" if settings.graphql_introspection else None,
        context_getter=get_context,
        subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
        include_in_schema=False,
    )
    api.mount("/graphql/static", StaticFiles(directory=STATIC), name="graphiql")
    api.include_router(graphql, include_in_schema=False)


def export_sdl() -> str:
    """The SDL as it is committed."""
    return build_schema(Settings(_env_file=None)).as_str() + "\n"
