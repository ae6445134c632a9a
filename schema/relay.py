"""Relay: global ids, and connections over the keyset pages that both surfaces share."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import strawberry
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension

from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, not_found
from service.core.pagination import Page, PageRequest, cut_list, invalid_cursor

T = TypeVar("T")
D = TypeVar("D")


@strawberry.interface(description="Anything that has a global id.")
class Node:
    """The `id` names type and row; `node(id)` finds it again."""

    id: strawberry.ID = strawberry.field(description="Unique across all types; `node(id)` finds it again.")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page info."""

    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether there is more before this page.")
    start_cursor: Cursor | None = strawberry.field(description="The first item's place: `before` of the page before.")
    end_cursor: Cursor | None = strawberry.field(description="The last item's place: `after` of the next page.")


@strawberry.type(description="An item with its place in the list.")
class Edge(Generic[T]):
    """One item of a connection."""

    cursor: Cursor = strawberry.field(description="The place of the item, for `after` and `before`.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    """A Relay connection."""

    edges: list[Edge[T]] = strawberry.field(description="The items of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


class NullIfAbsent(FieldExtension):
    """A field that looks one thing up: what does not exist, or may not be seen, is null and no error."""

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        """What is found, or None."""
        try:
            return await next_(source, info, **kwargs)
        except ServiceError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                return None
            raise


def to_global_id(type_name: str, id_: UUID | str) -> strawberry.ID:
    """An opaque id that is unique across types."""
    return strawberry.ID(base64.urlsafe_b64encode(f"{type_name}:{id_}".encode()).decode().rstrip("="))


def split_global_id(global_id: str) -> tuple[str, str]:
    """(type name, key); `not_found` for anything that is no global id of ours."""
    try:
        padded = global_id + "=" * (-len(global_id) % 4)
        type_name, _, key = base64.urlsafe_b64decode(padded.encode()).decode().partition(":")
    except (binascii.Error, ValueError) as error:
        raise not_found("node") from error
    return type_name, key


def from_global_id(global_id: str) -> tuple[str, UUID]:
    """(type name, row id) of a type whose rows have an id of their own; `not_found` otherwise."""
    type_name, key = split_global_id(global_id)
    try:
        return type_name, UUID(key)
    except ValueError as error:
        raise not_found("node") from error


def key_of(global_id: str, type_name: str) -> str:
    """The key in the global id of one type; `not_found` for another's."""
    found, key = split_global_id(global_id)
    if found != type_name:
        raise not_found(snake(type_name))
    return key


def id_of(global_id: strawberry.ID | None, type_name: str) -> UUID | None:
    """The row id in an argument of one type; None stays None."""
    if global_id is None:
        return None
    found, id_ = from_global_id(global_id)
    if found != type_name:
        raise not_found(snake(type_name))
    return id_


def snake(type_name: str) -> str:
    """A type's name as codes have it: `CrmEvent` is `crm_event`."""
    return "".join("_" + char.lower() if char.isupper() else char for char in type_name).lstrip("_")


def to_connection(page: Page[D], convert: Callable[[D], T], asked: PageRequest) -> Connection[T]:
    """A page as a connection of another type."""
    edges = [
        Edge(cursor=Cursor(cursor), node=convert(item)) for cursor, item in zip(page.cursors, page.items, strict=True)
    ]
    return Connection(edges=edges, page_info=to_page_info(page, asked))


def part_of_list(items: Sequence[D], convert: Callable[[D], T], asked: PageRequest) -> Connection[T]:
    """A page of a list that is there as a whole."""
    return to_connection(page_of_list(items, asked), convert, asked)


def page_of_list(items: Sequence[D], asked: PageRequest) -> Page[D]:
    """A page of a list that is there as a whole; its cursors are places in the list."""
    for pointer, bound in zip(("cursor", "before"), asked.bounds(1), strict=True):
        if bound is not None and not re.fullmatch("[0-9]{9}", bound[0], re.ASCII):
            raise invalid_cursor(pointer)
    return cut_list(items, [(f"{place:09}",) for place in range(len(items))], asked, length=1)


def to_page_info(page: Page[Any], asked: PageRequest) -> PageInfo:
    """Relay's algorithm; a cursor is the place of an item, so that there is one on its other side."""
    return PageInfo(
        has_next_page=asked.before is not None if asked.backward else page.next_cursor is not None,
        has_previous_page=page.previous_cursor is not None if asked.backward else asked.cursor is not None,
        start_cursor=Cursor(page.cursors[0]) if page.cursors else None,
        end_cursor=Cursor(page.cursors[-1]) if page.cursors else None,
    )
