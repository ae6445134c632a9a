"""Every request that README and docs show is one that its operation takes: a reader copies it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from service.api.problems import flat_routes
from service.skill_assessments.use_cases.frameworks import shipped_framework
from service.success_models.use_cases.success_models import shipped_document
from tests.fixtures.documents import plain_api

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted(path for path in (ROOT / "docs").rglob("*.md") if "node_modules" not in path.parts),
]
REQUEST = re.compile(
    r"^api (?:-X (?P<method>\w+) )?localhost:8000(?P<path>/v1/\S+)[^'\n]*-d '(?P<body>\{.*?\})'$",
    re.DOTALL | re.MULTILINE,
)
MENTION = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/v1/[^\s`?\"'),;:]+)(?:\?([^\s`\"')]+))?")
READ = re.compile(r"^api '?localhost:8000(/v1/[^\s'?]+)(?:\?([^\s']+))?'?(?!.* -d )", re.MULTILINE)
ANY_ID = str(UUID(int=7))


def requests() -> Iterator[Any]:
    """Method, path and body of each, named by its page."""
    for page in PAGES:
        for found in REQUEST.finditer(page.read_text(encoding="utf-8")):
            body = json.loads(found["body"].replace('"…"', f'"{ANY_ID}"'))
            yield pytest.param(found["method"] or "POST", found["path"], body, id=f"{page.name}:{found['path']}")


def route_of(method: str, path: str) -> APIRoute:
    """The operation that takes it; parts of a path in capitals stand for an id."""
    filled = "/".join(ANY_ID if part.lstrip("$").isupper() else part for part in path.split("/"))
    [found] = [
        route
        for route in flat_routes(plain_api().routes)
        if isinstance(route, APIRoute) and method in (route.methods or ()) and route.path_regex.match(filled)
    ]
    return found


@pytest.mark.parametrize(("method", "path", "body"), list(requests()))
def test_its_operation_takes_it(method: str, path: str, body: dict[str, Any]) -> None:
    field = route_of(method, path).body_field
    assert field is not None
    kind: Any = field.field_info.annotation
    TypeAdapter(kind).validate_python(body)


def mentions() -> set[tuple[str, str, str]]:
    """Method, path and query of each operation that a page names or reads, parts that stand for something as an id."""
    found = set()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = [*MENTION.findall(text), *(("GET", path, query) for path, query in READ.findall(text))]
        for method, path, query in named:
            parts = [
                "{id}" if part.startswith(("{", "<", "$", "…")) or part.isupper() else part
                for part in path.rstrip(".").removesuffix(".svg").split("/")
            ]
            found.add((method.lower(), "/".join(parts), query))
    return found


def test_every_operation_that_is_named_is_there_and_takes_what_it_is_asked() -> None:
    document = plain_api().openapi()
    known = {
        (method, re.sub(r"\{\w+\}", "{id}", path)): {one.get("name") for one in operation.get("parameters", ())}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert len(mentions()) > 100
    for method, path, query in sorted(mentions()):
        assert (method, path) in known, f"{method} {path}"
        asked = {pair.partition("=")[0] for pair in query.split("&") if pair}
        assert asked <= known[method, path], f"{method} {path}?{query}"


def test_the_plan_that_is_shown_is_of_what_is_shipped() -> None:
    [plan] = [one.values[2] for one in requests() if one.values[1] == "/v1/development-plans"]
    framework = shipped_framework(plan["framework_key"]).document
    kpis = {kpi["key"] for kpi in shipped_document("b2b_outbound")["kpis"]}
    for focus in plan["focuses"]:
        assert framework.skill(focus["skill"]) is not None
        assert focus["target_level"] <= framework.top
        assert focus["kpi"] in kpis
