"""Bulk mutations: each item is answered on its own."""

from collections.abc import Callable

import strawberry
from strawberry.scalars import JSON

from schema.relay import to_global_id
from service.core.bulk_items import BulkItemResult
from service.core.dto import OutputDTO


@strawberry.type(description="What became of one item of a bulk mutation.")
class BulkItem:
    """One item's answer."""

    index: int = strawberry.field(description="The item's place in the input, from 0.")
    status: str = strawberry.field(description="`created`, `updated`, `unchanged` or `failed`.")
    id: strawberry.ID | None = strawberry.field(description="Of what the item made or found; null if it failed.")
    code: str | None = strawberry.field(description="Why it failed, machine-readable.")
    errors: JSON = strawberry.field(description="What is wrong, each with a pointer into the item.")


@strawberry.type(description="What became of each item.")
class BulkPayload:
    """The answer to a bulk mutation."""

    items: list[BulkItem] = strawberry.field(description="In the order of the input.")


class BulkResults(OutputDTO):
    """The answers of all items."""

    items: list[BulkItemResult]


def to_bulk_payload(type_name: str) -> Callable[[BulkResults, object], BulkPayload]:
    """How results are shown whose items are of one type."""

    def render(results: BulkResults, _data: object) -> BulkPayload:
        return BulkPayload(items=[_item(type_name, item) for item in results.items])

    return render


def _item(type_name: str, item: BulkItemResult) -> BulkItem:
    return BulkItem(
        index=item.index,
        status=item.status,
        id=None if item.id is None else to_global_id(type_name, item.id),
        code=item.code,
        errors=JSON(item.errors),
    )
