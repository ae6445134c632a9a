"""Bulk mutations: each item is answered on its own."""

from collections.abc import Callable

import strawberry

from schema.inputs import camel_pointer
from schema.paging import Paged
from schema.relay import PageInfo, page_of_list, to_global_id, to_page_info
from schema.results import InputFieldConnection, to_input_fields
from schema.scalars import Cursor
from service.core.bulk_items import BulkItemResult
from service.core.dto import OutputDTO
from service.core.errors import FieldError
from service.core.pagination import PageRequest


@strawberry.type(description="What became of one item of a bulk mutation.")
class BulkItemEdge:
    """From an item of the input to what it made or found."""

    item: strawberry.Private[BulkItemResult]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID | None = strawberry.field(description="What the item made or found; null if it failed.")
    index: int = strawberry.field(description="The item's place in the input, from 0.")
    status: str = strawberry.field(description="`created`, `updated`, `unchanged` or `failed`.")
    code: str | None = strawberry.field(description="Why it failed, machine-readable.")

    @strawberry.field(description="What is wrong with it, by pointers into the item.", extensions=[Paged(whole=True)])
    def errors(self, page: PageRequest) -> InputFieldConnection:
        """None unless it failed."""
        faults = [FieldError(camel_pointer(fault["pointer"]), fault["detail"]) for fault in self.item.errors]
        return to_input_fields(faults, page)


@strawberry.type(description="What became of the items of a bulk mutation.")
class BulkItemConnection:
    """A Relay connection."""

    edges: list[BulkItemEdge] = strawberry.field(description="The items of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="What became of each item.")
class BulkPayload:
    """The answer to a bulk mutation."""

    type_name: strawberry.Private[str]
    results: strawberry.Private[list[BulkItemResult]]

    @strawberry.field(description="In the order of the input.", extensions=[Paged(whole=True)])
    def items(self, page: PageRequest) -> BulkItemConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.results, page)
        edges = [
            BulkItemEdge(
                item=item,
                cursor=Cursor(cursor),
                node=None if item.id is None else to_global_id(self.type_name, item.id),
                index=item.index,
                status=item.status,
                code=item.code,
            )
            for cursor, item in zip(found.cursors, found.items, strict=True)
        ]
        return BulkItemConnection(edges=edges, page_info=to_page_info(found, page))


class BulkResults(OutputDTO):
    """The answers of all items."""

    items: list[BulkItemResult]


def to_bulk_payload(type_name: str) -> Callable[[BulkResults, object], BulkPayload]:
    """How results are shown whose items are of one type."""
    return lambda results, _data: BulkPayload(type_name=type_name, results=results.items)
