"""Lists read forward and backward over a database: every row once, in order, whatever ties and whatever arrives."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from service.core.errors import ServiceError
from service.core.ids import new_id
from service.core.keyset import fetch_page
from service.core.pagination import Page, PageRequest, encode_cursor
from service.organizations.dto.people import PERSON_SORTING
from service.organizations.models import Person
from tests.factories.sales_org import SalesOrg

SORTS = st.sampled_from(
    ["name", "-name", "created_at", "name,-created_at", "-created_at,name", "-name,created_at,email"]
)
KEYS = st.tuples(st.sampled_from("abc"), st.integers(0, 2))
"""Few names and few instants: ties are the rule."""

on_the_database = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class People:
    """One example's people, told from those of the others by their job role."""

    def __init__(self, org: SalesOrg, sort: str) -> None:
        self._org = org
        self._sort = sort
        self._label = f"r{new_id().hex}"

    async def add(self, *keys: tuple[str, int]) -> list[Person]:
        """People of these names and instants."""
        rows = [self._row(name, age) for name, age in keys]
        await self._org.write([*rows], [])
        return rows

    def _row(self, name: str, age: int) -> Person:
        at, id_ = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=age), new_id()
        facts: dict[str, Any] = {"email": f"{id_}@example.com", "role": "rep"}
        facts |= dict.fromkeys(("known_from", "created_at", "updated_at"), at)
        return Person(org_id=self._org.id, id=id_, name=name, job_role=self._label, **facts)

    async def page(self, limit: int, **bounds: Any) -> Page[Person]:
        """One page."""
        query = select(Person).where(col(Person.org_id) == self._org.id, col(Person.job_role) == self._label)
        async with self._org.database.tenant(self._org.id) as session:
            page = PageRequest(limit, sort=bounds.pop("sort", self._sort), **bounds)
            return await fetch_page(session, query, Person, PERSON_SORTING, page)

    async def walk(self, limit: int, arriving: Sequence[tuple[str, int]] = (), *, backward: bool = False) -> list[str]:
        """The e-mails page after page, as read; one of `arriving` is added after each page."""
        seen: list[str] = []
        waiting = list(arriving)
        bounds: dict[str, Any] = {}
        while True:
            found = await self.page(limit, backward=backward, **bounds)
            emails = [row.email for row in found.items]
            seen += reversed(emails) if backward else emails
            further = found.previous_cursor if backward else found.next_cursor
            if further is None:
                return seen
            assert further == (found.cursors[0] if backward else found.cursors[-1])
            assert len(emails) == limit
            bounds = {"before": further} if backward else {"cursor": further}
            if waiting:
                await self.add(waiting.pop())


@on_the_database
@given(SORTS, st.lists(KEYS, max_size=9), st.integers(1, 4), st.integers(1, 4))
async def test_backward_is_forward_reversed(
    org: SalesOrg, sort: str, keys: list[tuple[str, int]], forth: int, back: int
) -> None:
    people = People(org, sort)
    await people.add(*keys)
    forward = await people.walk(forth)
    assert len(forward) == len(set(forward)) == len(keys)
    assert await people.walk(back, backward=True) == forward[::-1]


@on_the_database
@given(SORTS, st.lists(KEYS, min_size=2, max_size=8), st.lists(KEYS, max_size=4), st.integers(1, 3), st.booleans())
async def test_who_comes_meanwhile_moves_nobody(
    org: SalesOrg, sort: str, keys: list[tuple[str, int]], arriving: list[tuple[str, int]], limit: int, backward: bool
) -> None:
    people = People(org, sort)
    first = {row.email for row in await people.add(*keys)}
    seen = await people.walk(limit, arriving, backward=backward)
    in_order = await people.walk(9)
    assert first <= set(seen)
    assert (seen[::-1] if backward else seen) == [email for email in in_order if email in seen]


@on_the_database
@given(SORTS, st.lists(KEYS, min_size=2, max_size=8), st.data())
async def test_two_bounds_hold_what_lies_between(
    org: SalesOrg, sort: str, keys: list[tuple[str, int]], data: st.DataObject
) -> None:
    people = People(org, sort)
    await people.add(*keys)
    whole = await people.page(50)
    emails = [row.email for row in whole.items]
    low, high = (data.draw(st.integers(0, len(keys) - 1)) for _ in range(2))
    limit, backward = data.draw(st.integers(1, 4)), data.draw(st.booleans())
    bounds = {"cursor": whole.cursors[low], "before": whole.cursors[high]}
    found = await people.page(limit, backward=backward, **bounds)
    between = emails[low + 1 : high]
    assert [row.email for row in found.items] == (between[-limit:] if backward else between[:limit])
    assert (found.previous_cursor is not None) is (backward and len(between) > limit)


@pytest.mark.parametrize("bound", ["cursor", "before"])
@pytest.mark.parametrize(
    "cursor",
    [
        "junk",
        "\u00e9",
        encode_cursor("name"),
        encode_cursor("name", "Ada", "no id"),
        encode_cursor("email", "Ada", str(UUID(int=7))),
        encode_cursor("-name", "Ada", str(UUID(int=7))),
        encode_cursor("name", "Ada\x00", str(UUID(int=7))),
    ],
)
async def test_a_cursor_that_was_not_handed_out_is_refused(org: SalesOrg, bound: str, cursor: str) -> None:
    with pytest.raises(ServiceError) as refused:
        await People(org, "name").page(5, **{bound: cursor})
    assert (refused.value.code, refused.value.fields[0].pointer) == ("invalid_cursor", bound)
