"""What front ends ask for is what the schema answers: docs/front-end.md, the newcomer's page, the React example."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, build_schema, parse, validate
from graphql.language import print_ast

from schema.limits import Measuring
from schema.relay import to_global_id
from service.api.newcomer.page import STATIC
from tests.factories.sales_org import SalesOrg
from tests.graphql.conftest import Ask

ROOT = Path(__file__).parents[2]
SCHEMA = build_schema((ROOT / "schema" / "schema.graphql").read_text("utf-8"))
GUIDE = (ROOT / "docs" / "front-end.md").read_text("utf-8")
EXAMPLE = ROOT / "docs" / "examples" / "front-end"
SOURCES = sorted((EXAMPLE / "src").glob("*.ts*"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(language: str) -> list[str]:
    """The guide's snippets in a language."""
    found = [text for name, text in BLOCK.findall(GUIDE) if name == language]
    assert found
    return found


def page_document() -> str:
    """Every fragment and operation of the newcomer's page."""
    return "\n".join(re.findall(r"/\* GraphQL \*/ `(.*?)`", (STATIC / "queries.js").read_text("utf-8"), re.DOTALL))


def example_document() -> str:
    """Those of the React example."""
    sources = "\n".join(path.read_text("utf-8") for path in SOURCES)
    return "\n".join(re.findall(r"graphql\(`(.*?)`\)", sources, re.DOTALL))


DOCUMENTS = {
    "docs/front-end.md": parse("\n".join(blocks("graphql"))),
    "page": parse(page_document()),
    "example": parse(example_document()),
}


def operations(document: DocumentNode) -> dict[str, OperationDefinitionNode]:
    """By name; every one has one."""
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return {node.name.value: node for node in found if node.name}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_is_one_of_the_schema(name: str) -> None:
    document = DOCUMENTS[name]
    assert [str(error) for error in validate(SCHEMA, document)] == []
    named = operations(document)
    assert len(named) == sum(isinstance(node, OperationDefinitionNode) for node in document.definitions) >= 4
    for operation in named.values():
        assert not [*Measuring(document, {}).measure(operation.selection_set).faults()]


def test_what_the_guide_explains_is_what_the_page_asks() -> None:
    """Word for word: fragments, queries and subscriptions."""

    def printed(document: DocumentNode) -> dict[str, str]:
        kinds = (OperationDefinitionNode, FragmentDefinitionNode)
        return {
            node.name.value: print_ast(node) for node in document.definitions if isinstance(node, kinds) and node.name
        }

    page, guide = printed(DOCUMENTS["page"]), printed(DOCUMENTS["docs/front-end.md"])
    explained = {name: text for name, text in guide.items() if name in page}
    assert explained == {name: text for name, text in page.items() if name != "OwnBoard"}


def test_the_guides_other_snippets_are_the_examples_own() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in SOURCES)
    for text in blocks("ts"):
        for line in text.strip().splitlines():
            assert line.strip().removesuffix(";") in sources, line
    for text in blocks("json"):
        json.loads(text)


def test_every_link_of_the_guide_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", GUIDE):
        assert (ROOT / "docs" / target).exists(), target


def test_the_example_pins_what_it_needs_and_names_no_registry() -> None:
    package = json.loads((EXAMPLE / "package.json").read_text("utf-8"))
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    text = (EXAMPLE / "package-lock.json").read_text("utf-8")
    lock: dict[str, Any] = json.loads(text)["packages"]
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert '"resolved"' not in text


def test_the_examples_scalars_are_all_declared() -> None:
    declared = re.findall(
        r"^\s+(\w+): \"(?:string|unknown)\",$", (EXAMPLE / "codegen.ts").read_text("utf-8"), re.MULTILINE
    )
    ours = set(re.findall(r"^scalar (\w+)", (ROOT / "schema" / "schema.graphql").read_text("utf-8"), re.MULTILINE))
    assert set(declared) == ours


@pytest.mark.parametrize("name", ["page", "example"])
async def test_every_query_is_answered(ask: Ask, org: SalesOrg, name: str) -> None:
    """To the manager and to the rep, with nothing refused."""
    lead = await org.add_person("Lead", role="manager")
    rep = await org.add_person("Rep", manager_id=lead.id)
    document = DOCUMENTS[name]
    given = {
        "manager": to_global_id("Person", lead.id),
        "person": to_global_id("Person", rep.id),
        "session": to_global_id("CoachingSession", rep.id),
        "rep": to_global_id("Person", rep.id),
        "period": "MONTH",
    }
    asked = {who: node for who, node in operations(document).items() if node.operation.value == "query"}
    for key in (await org.key_for(lead), await org.key_for(rep)):
        for operation, node in asked.items():
            variables = {one.variable.name.value for one in node.variable_definitions or ()}
            if operation == "Quadrants" and "person" in variables:
                variables.discard("manager")
            text = "\n".join([print_ast(node), *used_fragments(document, node)])
            answer = await ask(key, text, **{name: given[name] for name in variables & set(given)})
            assert "errors" not in answer, (operation, answer)


def used_fragments(document: DocumentNode, operation: OperationDefinitionNode) -> list[str]:
    """Those that an operation needs, directly or by another."""
    known = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    found: dict[str, str] = {}
    waiting = [print_ast(operation)]
    while waiting:
        for name in re.findall(r"\.\.\.(\w+)", waiting.pop()):
            if name in known and name not in found:
                found[name] = print_ast(known[name])
                waiting.append(found[name])
    return [*found.values()]
