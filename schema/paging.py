"""One page of a list: Relay's four arguments, declared and read once for every list.

A field with `extensions=[Paged(…)]` has `first`, `after`, `last` and `before`, and its resolver takes one
`page: PageRequest` in their place.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Optional

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions.field_extension import AsyncExtensionResolver, FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from schema.relay import PageInfo, part_of_list
from schema.scalars import Cursor
from service.core.errors import ErrorKind, ServiceError, invalid
from service.core.pagination import DEFAULT_LIMIT, MAX_LIMIT, PageRequest
from service.core.sorting import Sorting

WAYS = (("", ""), ("_desc", "-"))
"""How an order is named in the schema and in `sort`, ascending and descending."""


def orders(name: str, sorting: Sorting) -> type[StrEnum]:
    """The enum of what a list can be sorted by: each column both ways, as `NAME` and `NAME_DESC`."""
    build: Any = StrEnum  # its functional form, with members known at run time only
    kind: type[StrEnum] = build(
        name, {f"{column}{way}".upper(): sign + column for column in sorting.columns for way, sign in WAYS}
    )
    strawberry.enum(kind, name=name, description="What a list is sorted by.")
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]
        column, way = value.value.removeprefix("-"), "descending" if value.value.startswith("-") else "ascending"
        value.description = f"By `{to_camel_case(column)}`, {way}."
    return kind


class Paged(FieldExtension):
    """Gives a list its arguments.

    `sort` are the orders it can have. A `whole` list comes with the object that it belongs to, and all of it
    unless less is asked for. A list that is filtered by what does not exist, or may not be seen, is empty.
    """

    def __init__(self, sort: type[StrEnum] | None = None, *, whole: bool = False) -> None:
        self._sort = sort
        self._whole = whole

    def apply(self, field: StrawberryField) -> None:
        """Declare the arguments in place of the resolver's `page`."""
        everything = "all of them" if self._whole else f"{DEFAULT_LIMIT}, and at most {MAX_LIMIT}"
        arguments = [
            _argument("first", int, f"How many from the beginning; by default {everything}."),
            _argument("after", Cursor, "Only what comes after this place."),
            _argument("last", int, "How many from the end, in place of `first`."),
            _argument("before", Cursor, "Only what comes before this place."),
        ]
        if self._sort is not None:
            kind = list[self._sort]  # type: ignore[name-defined]  # a type that is known at run time only
            arguments.append(_argument("sort", kind, "The order: by the first, where equal by the next."))
        field.arguments = [*(given for given in field.arguments if given.python_name != "page"), *arguments]

    async def resolve_async(
        self,
        next_: AsyncExtensionResolver,
        source: Any,
        info: strawberry.Info,
        *,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        sort: Sequence[StrEnum] | None = None,
        **kwargs: Any,
    ) -> Any:
        """The list's page."""
        count = self._count(first, last)
        page = PageRequest(max(count, 1), after, _text(sort), before, last is not None)
        try:
            found = await next_(source, info, page=page, **kwargs)
        except ServiceError as error:
            if error.kind is not ErrorKind.NOT_FOUND:
                raise
            return part_of_list([], lambda item: item, page)
        return found if count or found is None else _without_items(found, page)

    def _count(self, first: int | None, last: int | None) -> int:
        """How many are asked for; more than there may be is as many as there may be."""
        if first is not None and last is not None:
            raise invalid("last", "give either first or last")
        for name, given in (("first", first), ("last", last)):
            if given is not None:
                if given < 0:
                    raise invalid(name, "must not be negative")
                return given if self._whole else min(given, MAX_LIMIT)
        return sys.maxsize - 1 if self._whole else DEFAULT_LIMIT


def _argument(name: str, kind: Any, description: str) -> StrawberryArgument:
    annotation = StrawberryAnnotation(Optional[kind])  # noqa: UP045 - `|` does not take every kind
    return StrawberryArgument(name, None, annotation, description=description, default=None)


def _text(sort: Sequence[StrEnum] | None) -> str | None:
    """The order as over REST; a column that was named already has decided."""
    if not sort:
        return None
    chosen: dict[str, str] = {}
    for order in sort:
        chosen.setdefault(order.value.removeprefix("-"), order.value)
    return ",".join(chosen.values())


def _without_items(found: Any, page: PageRequest) -> Any:
    """For who asks for 0 items: whether there are any is known from the one that was read."""
    exists = bool(found.edges)
    has_next, has_previous = (page.before is not None, exists) if page.backward else (exists, page.cursor is not None)
    info = PageInfo(has_next_page=has_next, has_previous_page=has_previous, start_cursor=None, end_cursor=None)
    return replace(found, edges=[], page_info=info)
