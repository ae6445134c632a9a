"""The shape of the schema: what the linter of `make suites` demands, held by every check."""

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_scalar_type,
    is_specified_scalar_type,
)

from schema.router import export_sdl

SCHEMA = build_schema(export_sdl())
OBJECTS = [kind for kind in SCHEMA.type_map.values() if isinstance(kind, GraphQLObjectType) and kind.name[:2] != "__"]
ROOTS = {"Query", "Mutation", "Subscription"}
WITHOUT_ID = ("Connection", "Edge", "Payload", "Error", "PageInfo")
BOUNDS = {"first": "Int", "after": "Cursor", "last": "Int", "before": "Cursor"}


@pytest.mark.parametrize("kind", OBJECTS, ids=str)
def test_every_list_is_a_connection_read_from_either_end(kind: GraphQLObjectType) -> None:
    for name, field in kind.fields.items():
        returned = get_named_type(field.type)
        if is_list_type(get_nullable_type(field.type)):
            assert (kind.name[-10:], name, returned.name[-4:]) == ("Connection", "edges", "Edge")
        if returned.name.endswith("Connection"):
            assert {argument: str(field.args[argument].type) for argument in BOUNDS} == BOUNDS, name


@pytest.mark.parametrize("kind", OBJECTS, ids=str)
def test_what_is_no_part_of_an_answer_has_an_id(kind: GraphQLObjectType) -> None:
    if kind.name in ROOTS or kind.name.endswith(WITHOUT_ID):
        return
    assert [interface.name for interface in kind.interfaces] == ["Node"]
    assert str(kind.fields["id"].type) == "ID!"


@pytest.mark.parametrize("kind", OBJECTS, ids=str)
def test_every_field_and_scalar_is_described(kind: GraphQLObjectType) -> None:
    assert kind.description
    for name, field in kind.fields.items():
        assert field.description, name
        returned = get_named_type(field.type)
        assert not is_scalar_type(returned) or is_specified_scalar_type(returned) or returned.description


def test_what_looks_one_thing_up_may_find_nothing() -> None:
    assert SCHEMA.query_type is not None
    lookups = {name: field for name, field in SCHEMA.query_type.fields.items() if "id" in field.args}
    assert {"person", "node", "webhookDelivery"} <= set(lookups)
    for name, field in lookups.items():
        assert not isinstance(field.type, GraphQLNonNull), name


def test_an_edge_leads_to_a_node_or_to_a_value() -> None:
    for kind in OBJECTS:
        if kind.name.endswith("Edge"):
            node = get_named_type(kind.fields["node"].type)
            assert not isinstance(node, GraphQLInterfaceType)
            if isinstance(node, GraphQLObjectType):
                assert [interface.name for interface in node.interfaces] == ["Node"], kind.name
