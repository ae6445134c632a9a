"""One page of a list: what the caller asked for, and how it is answered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from service.core.pagination import DEFAULT_LIMIT, MAX_LIMIT, Page, PageRequest
from service.core.sorting import Sorting

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Most items of one page.")]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before.")]


class ListEnvelope(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` is null on the last."""

    data: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ListRequest(PageRequest):
    """A page request that knows how to answer: with the next page in `Link`, too (RFC 8288)."""

    request: Request = field(kw_only=True)
    response: Response = field(kw_only=True)

    def answer(self, page: Page[T]) -> ListEnvelope[T]:
        """The page as it is sent."""
        if page.next_cursor is not None:
            url = self.request.url.include_query_params(cursor=page.next_cursor)
            self.response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
        return ListEnvelope(data=page.items, next_cursor=page.next_cursor)


def _page(request: Request, response: Response, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> ListRequest:
    return ListRequest(limit, cursor, request=request, response=response)


PageDep = Annotated[ListRequest, Depends(_page)]
"""A page of a list that has one order."""


def searched(description: str, max_length: int = 500) -> Any:
    """A parameter that text is compared with, which need not be a text that could be stored."""
    return Query(max_length=max_length, pattern=r"^[^\x00]*$", description=description)


def sorted_by(sorting: Sorting) -> Any:
    """The page of a list that the caller may sort, as the dependency in `Annotated[ListRequest, …]`."""
    names = "|".join(sorted(sorting.columns))
    described = f"Comma-separated, `-` before a name for descending: {', '.join(sorted(sorting.columns))}."

    def page(
        request: Request,
        response: Response,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
        sort: Annotated[
            str, Query(max_length=200, pattern=rf"^-?({names})(,-?({names}))*$", description=described)
        ] = sorting.default,
    ) -> ListRequest:
        return ListRequest(limit, cursor, sort, request=request, response=response)

    dependency: Callable[..., ListRequest] = page
    return Depends(dependency)


def whole(items: list[T]) -> ListEnvelope[T]:
    """A list that always comes whole."""
    return ListEnvelope(data=items, next_cursor=None)
