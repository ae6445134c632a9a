"""Relay: global ids, and connections over the keyset pages that both surfaces share."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar
from uuid import UUID

import strawberry

from service.core.errors import invalid, not_found
from service.core.pagination import DEFAULT_LIMIT, Page, PageRequest, encode_cursor

T = TypeVar("T")
D = TypeVar("D")


@strawberry.interface(description="Anything that has a global id.")
class Node:
    """The `id` names type and row; `node(id)` finds it again."""

    id: strawberry.ID = strawberry.field(description="Unique across all types; `node(id)` finds it again.")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page info; lists are read forwards."""

    has_next_page: bool = strawberry.field(description="Whether there is more after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the page was asked for with `after`.")
    start_cursor: str | None = strawberry.field(description="The place of the first item.")
    end_cursor: str | None = strawberry.field(description="The place of the last item: `after` of the next page.")


@strawberry.type(description="An item with its place in the list.")
class Edge(Generic[T]):
    """One item of a connection."""

    cursor: str = strawberry.field(description="The place of the item, for `after`.")
    node: T = strawberry.field(description="The item.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    """A Relay connection."""

    edges: list[Edge[T]] = strawberry.field(description="The items of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


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


def page_request(first: int | None, after: str | None, sort: str | None = None) -> PageRequest:
    """Relay's arguments as a page."""
    return PageRequest(limit=DEFAULT_LIMIT if first is None else first, cursor=after, sort=sort)


def to_connection(page: Page[D], convert: Callable[[D], T], after: str | None) -> Connection[T]:
    """A page as a connection of another type."""
    edges = [Edge(cursor=cursor, node=convert(item)) for cursor, item in zip(page.cursors, page.items, strict=True)]
    return Connection(edges=edges, page_info=_page_info(page.cursors, page.next_cursor is not None, after))


def part_of_list(items: Sequence[D], convert: Callable[[D], T], first: int | None, after: str | None) -> Connection[T]:
    """A page of a list that is loaded whole; its cursors are places in the list."""
    page = page_request(first, after)
    position = page.position(1)
    start = 0 if position is None else _place(position[0]) + 1
    chosen = range(start, min(start + page.limit, len(items)))
    cursors = [encode_cursor(str(index)) for index in chosen]
    edges = [Edge(cursor=cursor, node=convert(items[index])) for cursor, index in zip(cursors, chosen, strict=True)]
    return Connection(edges=edges, page_info=_page_info(cursors, start + page.limit < len(items), after))


def _place(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise invalid("cursor", "is not a cursor of this list", "invalid_cursor")
    return int(text)


def _page_info(cursors: list[str], has_next: bool, after: str | None) -> PageInfo:
    return PageInfo(
        has_next_page=has_next,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
