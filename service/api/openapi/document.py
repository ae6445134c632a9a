"""The OpenAPI document: what FastAPI generates from the routes, completed once for all of them."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from service.api.openapi.components import HEADERS, PARAMETERS, problem_component, problem_name
from service.api.openapi.describing import describe_operations
from service.api.openapi.examples import add_examples
from service.api.openapi.links import add_links
from service.api.openapi.schemas import bound, public_names
from service.api.openapi.webhooks import add_webhooks, describe_webhooks
from service.api.problems import Problem, flat_routes
from service.core.settings import Settings

GROUPS = {
    "Organization": ["me", "organization", "people", "teams", "api keys", "audit events"],
    "Coaching": ["success models", "KPI snapshots", "forecasts"],
    "Data in": ["CRM connections", "CRM events", "imports", "activities", "deals"],
    "Data out": ["webhooks", "webhook events", "events"],
    "Service": ["operations", "system"],
}
"""How a reader of the documentation finds a tag."""
OTHER = "More"

KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, `tl_…`: of the organization, with scopes, or of a person, with their role.",
}
JWT_DESCRIPTION = (
    "An access token (JWT) of the identity provider that the operator has configured, checked as RFC8725 asks: "
    "issuer, audience, algorithm and times. The role is the person's in Touchline, not the token's."
)


def install_document(app: FastAPI, settings: Settings) -> None:
    """Make the application answer with the completed document (FastAPI's documented way to extend it)."""
    add_webhooks(app)
    generate = app.openapi
    made: list[dict[str, Any]] = []

    def openapi() -> dict[str, Any]:
        if not made:
            made.append(complete(generate(), app, settings))
        return made[0]

    app.openapi = openapi  # type: ignore[method-assign]


def complete(document: dict[str, Any], app: FastAPI, settings: Settings) -> dict[str, Any]:
    """The generated document, changed in place."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)  # FastAPI's own 422, which we do not answer with
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    schemas |= {**problem.pop("$defs", {}), "Problem": problem}
    statuses = describe_operations(document)
    public_names(document)
    bound(document)
    components["responses"] = {problem_name(status): problem_component(status) for status in sorted(statuses)}
    components["headers"] = HEADERS
    components["parameters"] = PARAMETERS
    components["securitySchemes"] = {"apiKey": KEY, "accessToken": _token_scheme(settings)}
    document["info"] |= {
        "contact": {"name": "Touchline", "url": "https://touchline.example", "email": "support@touchline.example"},
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }
    document["servers"] = _servers(settings)
    document["tags"] = _tags(app)
    describe_webhooks(document)
    document["x-tagGroups"] = _groups([tag["name"] for tag in document["tags"]])
    add_links(document)
    add_examples(document)
    return document


def _token_scheme(_settings: Settings) -> dict[str, Any]:
    return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": JWT_DESCRIPTION}


def _servers(settings: Settings) -> list[dict[str, Any]]:
    """The public address if there is one; else any host, over TLS."""
    if settings.public_url is not None:
        return [{"url": settings.base_url, "description": "This production service.", "x-internal": False}]
    return [
        {
            "url": "https://{host}",
            "description": "Your production service.",
            "x-internal": False,
            "variables": {"host": {"default": "touchline.example", "description": "Where it is deployed."}},
        }
    ]


def _tags(app: FastAPI) -> list[dict[str, str]]:
    """Every tag by name, described by the docstring of the module that uses it first: `path`: what it is."""
    found: dict[str, str] = {}
    for route in _routes(app):
        for tag in route.tags:
            found.setdefault(str(tag), _summary_of(route.endpoint))
    names = sorted(found, key=str.casefold)
    return [{"name": name, "description": found[name]} for name in names]


def _routes(app: FastAPI) -> list[APIRoute]:
    return [route for route in flat_routes(app.routes) if isinstance(route, APIRoute) and route.include_in_schema]


def _summary_of(endpoint: Callable[..., Any]) -> str:
    """The first sentence of its module's docstring, without the path it begins with."""
    doc = (endpoint.__globals__["__doc__"] or "").partition("\n\n")[0].replace("\n", " ").strip()
    head, separator, rest = doc.partition(": ")
    text = rest if separator and head.startswith("`/") else doc
    return text[:1].upper() + text[1:]


def _groups(tags: list[str]) -> list[dict[str, Any]]:
    groups = [{"name": name, "tags": [tag for tag in members if tag in tags]} for name, members in GROUPS.items()]
    grouped = {tag for members in GROUPS.values() for tag in members}
    groups.append({"name": OTHER, "tags": [tag for tag in tags if tag not in grouped]})
    return [group for group in groups if group["tags"]]
