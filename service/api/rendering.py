"""The envelope of every list."""

from typing import Generic, TypeVar

from pydantic import BaseModel

from service.core.pagination import Page

T = TypeVar("T")


class ListEnvelope(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    data: list[T]
    next_cursor: str | None


def render_page(page: Page[T]) -> ListEnvelope[T]:
    """A page as it is sent."""
    return ListEnvelope(data=page.items, next_cursor=page.next_cursor)
