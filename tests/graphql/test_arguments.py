"""Bad arguments and bad documents: refused by name, never a fault of ours."""

from typing import Any
from uuid import UUID

import pytest

from schema.limits import MAX_ALIASES, MAX_DEPTH, MAX_FIELDS
from schema.relay import to_global_id
from service.core.pagination import encode_cursor
from tests.factories.sales_org import SalesOrg
from tests.factories.success_models import model_document
from tests.graphql.conftest import Ask

PEOPLE = "people({}) {{ edges {{ cursor }} }}"
SNAPSHOTS = "kpiSnapshots({}) {{ edges {{ cursor }} }}"
SCOPES = "me {{ permissions({}) {{ edges {{ cursor }} }} }}"
SURROGATE = "WyJcdWQ4MDAiLCIwMTg5MDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAiXQ"
"""A cursor that spells a lone surrogate, which JSON can and PostgreSQL cannot hold."""
TAMPERED = ["junk", "\u00e9", SURROGATE, encode_cursor("Ada", "no id"), encode_cursor("of another list")]


@pytest.mark.parametrize(
    ("field", "argument", "value", "type_name"),
    [
        (PEOPLE, "first", -1, "Int"),
        (PEOPLE, "last", -1, "Int"),
        *((PEOPLE, argument, cursor, "Cursor") for argument in ("after", "before") for cursor in TAMPERED),
        *((SNAPSHOTS, argument, cursor, "Cursor") for argument in ("after", "before") for cursor in TAMPERED),
        *((SCOPES, argument, cursor, "Cursor") for argument in ("after", "before") for cursor in TAMPERED),
        (SNAPSHOTS, "asOf", "2026-01-01T00:00:00", "DateTime"),
        (SNAPSHOTS, "asOf", "0001-01-01T00:00:00+14:00", "DateTime"),
        (SNAPSHOTS, "periodStart", "9999-12-31", "Date"),
        (SNAPSHOTS, "periodStart", "2026-01-02", "Date"),
    ],
)
async def test_a_bad_argument_is_named(
    org: SalesOrg, ask: Ask, field: str, argument: str, value: object, type_name: str
) -> None:
    query = f"query ($value: {type_name}) {{ {field.format(f'{argument}: $value')} }}"
    (error,) = (await ask(org.admin_key, query, value=value))["errors"]
    assert error["extensions"]["kind"] == "invalid"
    assert [fault["pointer"] for fault in error["extensions"]["fields"]] == [argument]


async def test_a_person_and_a_manager_narrow_each_other(org: SalesOrg, ask: Ask) -> None:
    await org.activate(model_document())
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", manager_id=lead.id)
    query = """query ($person: ID!, $manager: ID!) {
      kpiSnapshots(personId: $person, managerId: $manager, kpi: "calls") { edges { node { person { name } } } } }"""
    names = []
    for person, manager in ((ann, lead), (lead, ann)):
        ids = {"person": to_global_id("Person", person.id), "manager": to_global_id("Person", manager.id)}
        edges = (await ask(org.admin_key, query, **ids))["data"]["kpiSnapshots"]["edges"]
        names.append([edge["node"]["person"]["name"] for edge in edges])
    assert names == [["Ann"], []]


async def test_an_id_of_another_type_finds_nothing(org: SalesOrg, ask: Ask) -> None:
    own = (await ask(org.admin_key, "{ organization { id } }"))["data"]["organization"]["id"]
    found = await ask(org.admin_key, "query ($id: ID!) { person(id: $id) { name } }", id=own)
    assert found == {"data": {"person": None}}


@pytest.mark.parametrize(
    ("field", "argument", "value", "type_name"),
    [
        (PEOPLE, "email", "\x00", "String"),
        (PEOPLE, "jobRole", "x" * 501, "String"),
        (PEOPLE, "managerId", "nobody", "ID"),
        (PEOPLE, "managerId", to_global_id("Person", UUID(int=7)), "ID"),
        (SNAPSHOTS, "kpi", "\x00", "String"),
        (SNAPSHOTS, "kpi", "unheard-of", "String"),
        (SNAPSHOTS, "personId", to_global_id("Person", UUID(int=7)), "ID"),
        (SNAPSHOTS, "managerId", to_global_id("Team", UUID(int=7)), "ID"),
    ],
)
async def test_a_list_of_what_cannot_be_is_empty(
    org: SalesOrg, ask: Ask, field: str, argument: str, value: object, type_name: str
) -> None:
    await org.activate(model_document())
    query = f"query ($value: {type_name}) {{ {field.format(f'{argument}: $value')} }}"
    (found,) = (await ask(org.admin_key, query, value=value))["data"].values()
    assert found == {"edges": []}


async def test_both_ends_at_once_are_refused(org: SalesOrg, ask: Ask) -> None:
    for query in (
        "{ people(first: 1, last: 1) { edges { cursor } } }",
        "{ me { permissions(first: 1, last: 1) { edges { cursor } } } }",
    ):
        (error,) = (await ask(org.admin_key, query))["errors"]
        assert error["extensions"]["kind"] == "invalid"
        assert [fault["pointer"] for fault in error["extensions"]["fields"]] == ["last"]


async def test_a_cursor_is_text(org: SalesOrg, ask: Ask) -> None:
    for value in ("7", "true", '["x"]'):
        (error,) = (await ask(org.admin_key, f"{{ people(after: {value}) {{ edges {{ cursor }} }} }}"))["errors"]
        assert error["extensions"]["code"] == "invalid_document"


def nested(levels: int) -> str:
    """Managers of managers, `levels` deep in all."""
    inner = levels - 4
    return "{ people { edges { node " + "{ manager " * inner + "{ name }" + " }" * inner + " } } }"


def spread(fields: int) -> str:
    """One field in a fragment that is spread by others, twice each, until there are enough."""
    doublings = fields.bit_length()
    chain = [f"fragment F{i} on Me {{ ...F{i + 1} ...F{i + 1} }}" for i in range(doublings)]
    return "\n".join(["{ me { ...F0 } }", *chain, f"fragment F{doublings} on Me {{ role }}"])


def aliased(count: int) -> str:
    """One field under many names."""
    return "{ " + " ".join(f"a{i}: me {{ role }}" for i in range(count)) + " }"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{", "invalid_document"),
        ("{ nope }", "invalid_document"),
        ("mutation { me { role } }", "invalid_document"),
        ("{ me { role } } " * 3000, "invalid_document"),
        ("{a" * 5000, "invalid_document"),
        ("{ people(email: " + "[" * 5000, "invalid_document"),
        ("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", "invalid_document"),
        ("{ me { ...A } } fragment A on Me { ...B } fragment B on Me { ...A }", "invalid_document"),
        (nested(MAX_DEPTH + 1), "document_too_large"),
        (spread(MAX_FIELDS), "document_too_large"),
        (aliased(MAX_ALIASES + 1), "document_too_large"),
        ("{ __schema { " + " ".join(f"a{i}: types {{ name }}" for i in range(40)) + " } }", "document_too_large"),
    ],
)
async def test_a_document_beyond_the_limits_is_refused(org: SalesOrg, ask: Ask, document: str, code: str) -> None:
    found = await ask(org.admin_key, document)
    assert "data" not in found
    assert {error["extensions"]["code"] for error in found["errors"]} == {code}
    assert {error["extensions"]["kind"] for error in found["errors"]} == {"invalid"}


@pytest.mark.parametrize("document", [nested(MAX_DEPTH), aliased(MAX_ALIASES)])
async def test_a_document_at_the_limit_is_answered(org: SalesOrg, ask: Ask, document: str) -> None:
    found: dict[str, Any] = await ask(org.admin_key, document)
    assert "errors" not in found
