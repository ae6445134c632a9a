"""Relay: global ids, and connections over the keyset pages that both surfaces share."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar
from uuid import UUID

import strawberry

from service.core.errors import not_found
from service.core.pagination import DEFAULT_LIMIT, Page, PageRequest

T = TypeVar("T")
D = TypeVar("D")


@strawberry.interface(description="Anything that has a global id.")
class Node:
    """The `id` names type and row; `node(id)` finds it again."""

    id: strawberry.ID


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    """Relay's page info; lists are read forwards."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="An item with its place in the list.")
class Edge(Generic[T]):
    """One item of a connection."""

    cursor: str
    node: T


@strawberry.type(description="One page of a list.")
class Connection(Generic[T]):
    """A Relay connection."""

    edges: list[Edge[T]]
    page_info: PageInfo


def to_global_id(type_name: str, id_: UUID | str) -> strawberry.ID:
    """An opaque id that is unique across types."""
    return strawberry.ID(base64.urlsafe_b64encode(f"{type_name}:{id_}".encode()).decode().rstrip("="))


def from_global_id(global_id: str) -> tuple[str, UUID]:
    """(type name, row id); `not_found` for anything that is no global id of ours."""
    try:
        padded = global_id + "=" * (-len(global_id) % 4)
        type_name, _, id_ = base64.urlsafe_b64decode(padded.encode()).decode().partition(":")
        return type_name, UUID(id_)
    except (binascii.Error, ValueError) as error:
        raise not_found("node") from error


def id_of(global_id: strawberry.ID | None, type_name: str) -> UUID | None:
    """The row id in an argument of one type; None stays None."""
    if global_id is None:
        return None
    found, id_ = from_global_id(global_id)
    if found != type_name:
        raise not_found(type_name.lower())
    return id_


def page_request(first: int | None, after: str | None) -> PageRequest:
    """Relay's arguments as a page."""
    return PageRequest(limit=DEFAULT_LIMIT if first is None else first, cursor=after)


def to_connection(page: Page[D], convert: Callable[[D], T], after: str | None) -> Connection[T]:
    """A page as a connection of another type."""
    edges = [Edge(cursor=cursor, node=convert(item)) for cursor, item in zip(page.cursors, page.items, strict=True)]
    return Connection(edges=edges, page_info=_page_info(page.cursors, page.next_cursor is not None, after))


def whole_list(items: Sequence[D], convert: Callable[[D], T]) -> Connection[T]:
    """A list that always comes whole, as a connection."""
    cursors = [str(index) for index in range(len(items))]
    edges = [Edge(cursor=cursor, node=convert(item)) for cursor, item in zip(cursors, items, strict=True)]
    return Connection(edges=edges, page_info=_page_info(cursors, has_next=False, after=None))


def _page_info(cursors: list[str], has_next: bool, after: str | None) -> PageInfo:
    return PageInfo(
        has_next_page=has_next,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )
