"""Prints `docs/permissions.md`: role by operation on both surfaces, from what the operations say they need."""

from collections.abc import Iterator
from dataclasses import dataclass

import strawberry
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from strawberry.types.base import StrawberryObjectDefinition

from schema.describing import ANYONE as ANY_CALLER
from schema.describing import NEEDS
from schema.router import build_schema
from service.api.operation import ANYONE, PUBLIC, READS
from service.api.route import Operation
from service.core.principal import Role
from service.core.settings import Settings
from service.main import build_api
from service.permissions import ALL_PERMISSIONS, ROLES

ROOTS = ("Query", "Mutation", "Subscription")


@dataclass(frozen=True, slots=True, order=True)
class RestOperation:
    """One method of one path; `needs` is None where it does not say what it needs."""

    path: str
    method: str
    operation_id: str
    needs: str | None
    is_write: bool


def rest_operations(api: FastAPI) -> list[RestOperation]:
    """Every operation that OpenAPI shows, by path and method."""
    found = [context.original_route for context in iter_route_contexts(api.routes)]
    return sorted(
        RestOperation(
            route.path_format,
            method,
            route.unique_id,
            route.permission if isinstance(route, Operation) else None,
            method != "GET" and READS not in (route.openapi_extra or {}),
        )
        for route in found
        if isinstance(route, APIRoute) and route.include_in_schema
        for method in route.methods or ()
    )


def graphql_fields(schema: strawberry.Schema) -> Iterator[tuple[str, str]]:
    """Every root field, `Query.people` for example, with what it says it needs ("" if nothing)."""
    for name in ROOTS:
        kind = schema.get_type_by_name(name)
        if isinstance(kind, StrawberryObjectDefinition):
            for field in kind.fields:
                yield f"{name}.{schema.config.name_converter.get_graphql_name(field)}", field.metadata.get(NEEDS, "")


def render_permissions(settings: Settings, api: FastAPI | None = None) -> str:
    """The page as Markdown; `ValueError` names an operation that does not say what it needs."""
    lines = [
        "# Who may do what",
        "",
        "Generated from the operations themselves; `touchline permissions --check` fails when it is out of date.",
        "Rows are scoped besides: a rep sees themself, a manager the tree below them. A key of the organization",
        "may do what its scopes, which are these permissions, say.",
        "",
        f"| operation | permission | {' | '.join(role.value for role in Role)} |",
        "|---|---|" + "---|" * len(Role),
    ]
    asked = [one for one in rest_operations(api or build_api(settings)) if one.needs != PUBLIC]
    lines += [_line(f"{one.method} {one.path} (`{one.operation_id}`)", one.needs) for one in asked]
    lines += [_line(f"`{name}`", needs) for name, needs in graphql_fields(build_schema(settings))]
    return "\n".join(lines) + "\n"


def _line(name: str, needs: str | None) -> str:
    if needs in (ANYONE, ANY_CALLER):
        return f"| {name} | | {' | '.join('✓' for _ in Role)} |"
    if needs not in ALL_PERMISSIONS:
        raise ValueError(f"{name} does not say which permission it needs")
    return f"| {name} | `{needs}` | {' | '.join('✓' if needs in ROLES[role] else '' for role in Role)} |"
