"""Nobody's time is booked twice, and whoever comes second is told who is taken and when."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import col, select

from service.coaching_sessions.lifecycle import Participants
from service.coaching_sessions.models import BookedSlot, CoachingSession
from service.coaching_sessions.repository.sessions import add_rows, get_session
from service.coaching_sessions.use_cases.booking import book, book_one, release, slots_of
from service.coaching_sessions.use_cases.formats import resolve_format
from service.coaching_sessions.use_cases.new_sessions import Planned, new_session
from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError
from service.organizations.dto.people import PersonDTO
from tests.factories.sales_org import SalesOrg

TEN = datetime(2030, 3, 5, 10, tzinfo=UTC)


async def _planned(org: SalesOrg, manager: PersonDTO, rep: PersonDTO, at: datetime, minutes: int = 30) -> Planned:
    async with org.database.tenant(org.id) as session:
        format_id = (await resolve_format(session, org.system, "grow")).id
    return Planned(Participants(manager.id, rep.id), at, minutes, format_id, "UTC", [60])


async def _slots(org: SalesOrg) -> set[tuple[UUID, datetime, UUID]]:
    async with org.database.tenant(org.id) as session:
        rows = (await session.exec(select(BookedSlot).where(col(BookedSlot.org_id) == org.id))).all()
    return {(row.person_id, row.slot_at, row.session_id) for row in rows}


async def _book(org: SalesOrg, plans: list[Planned]) -> tuple[list[CoachingSession], set[UUID]]:
    rows = [new_session(org.id, planned, utc_now()) for planned in plans]
    async with org.database.tenant(org.id) as session:
        await add_rows(session, rows)
        return rows, await book(session, org.id, rows)


async def _book_alone(org: SalesOrg, row: CoachingSession) -> None:
    async with org.database.tenant(org.id) as session:
        await add_rows(session, [row])
        await book_one(session, row)


async def test_both_are_booked_for_every_five_minutes_and_released(org: SalesOrg) -> None:
    lead, ann = await org.add_person("Lead", role="manager"), await org.add_person("Ann")
    (row,), clashes = await _book(org, [await _planned(org, lead, ann, TEN)])
    assert clashes == set()
    slots = await _slots(org)
    assert len(slots) == 12
    assert {(person, at) for person, at, _ in slots} == {
        (person.id, TEN + timedelta(minutes=5 * n)) for person in (lead, ann) for n in range(6)
    }
    async with org.database.tenant(org.id) as session:
        await release(session, org.id, [row.id])
    assert await _slots(org) == set()


async def test_of_those_that_clash_nothing_is_left_booked(org: SalesOrg) -> None:
    lead, ann, bob = [await org.add_person(name) for name in ("Lead", "Ann", "Bob")]
    (first,), _ = await _book(org, [await _planned(org, lead, ann, TEN)])
    plans = [
        await _planned(org, lead, bob, TEN + timedelta(minutes=25)),
        await _planned(org, lead, bob, TEN + timedelta(minutes=60)),
    ]
    (clashing, fitting), clashes = await _book(org, plans)
    assert clashes == {clashing.id}
    assert {session_id for _, _, session_id in await _slots(org)} == {first.id, fitting.id}


async def test_of_two_in_one_call_that_overlap_one_is_booked(org: SalesOrg) -> None:
    lead, ann = await org.add_person("Lead", role="manager"), await org.add_person("Ann")
    rows, clashes = await _book(org, [await _planned(org, lead, ann, TEN)] * 2)
    assert len(clashes) == 1
    assert {session_id for _, _, session_id in await _slots(org)} == {row.id for row in rows} - clashes


async def test_a_session_moves_over_its_own_time(org: SalesOrg) -> None:
    lead, ann = await org.add_person("Lead", role="manager"), await org.add_person("Ann")
    (row,), _ = await _book(org, [await _planned(org, lead, ann, TEN)])
    for minutes in (10, 200):
        async with org.database.tenant(org.id) as session:
            mine = await get_session(session, org.id, None, row.id, lock=True)
            assert mine is not None
            mine.starts_at, mine.ends_at = (
                TEN + timedelta(minutes=minutes),
                TEN + timedelta(minutes=minutes + 30),
            )
            assert await book(session, org.id, [mine]) == set()
        slots = await _slots(org)
        assert len(slots) == 12
        assert min(at for _, at, _ in slots) == TEN + timedelta(minutes=minutes)


async def test_a_clash_names_who_is_taken_and_when(org: SalesOrg) -> None:
    lead, ann, bob = [await org.add_person(name) for name in ("Lead", "Ann", "Bob")]
    await _book(org, [await _planned(org, lead, ann, TEN)])
    row = new_session(org.id, await _planned(org, lead, bob, TEN - timedelta(minutes=15)), utc_now())
    with pytest.raises(ServiceError) as refused:
        await _book_alone(org, row)
    assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "time_taken")
    assert [(one.pointer, one.message) for one in refused.value.fields] == [
        ("/starts_at", "the manager is taken at 2030-03-05T10:00:00Z")
    ]
    both = new_session(org.id, await _planned(org, lead, ann, TEN), utc_now())
    with pytest.raises(ServiceError, match=r"^The manager is taken at .*Z; the rep is taken at .*Z\.$"):
        await _book_alone(org, both)


async def test_the_second_waits_for_an_uncommitted_booking(org: SalesOrg) -> None:
    lead, ann, bob = [await org.add_person(name) for name in ("Lead", "Ann", "Bob")]
    first, second = [new_session(org.id, await _planned(org, lead, rep, TEN), utc_now()) for rep in (ann, bob)]
    database = org.database
    async with database.tenant(org.id) as session:
        await add_rows(session, [first])
        await book_one(session, first)

        async def come_second() -> set[UUID]:
            async with database.tenant(org.id) as other:
                await add_rows(other, [second])
                return await book(other, org.id, [second])

        waiting = asyncio.create_task(come_second())
        await asyncio.sleep(0.2)
        assert not waiting.done()
    assert await waiting == {second.id}


async def test_local_times_are_booked_across_the_hour_that_is_twice(org: SalesOrg) -> None:
    lead, ann = await org.add_person("Lead", role="manager"), await org.add_person("Ann")
    at = org.local(2030, 11, 3, 0, 30)  # New York turns its clocks back at two
    (row,), _ = await _book(org, [await _planned(org, lead, ann, at, 240)])
    assert row.ends_at - row.starts_at == timedelta(hours=4)
    assert len(await _slots(org)) == 96


async def test_two_who_swap_their_times_do_not_deadlock(org: SalesOrg) -> None:
    lead, ann, bob = [await org.add_person(name) for name in ("Lead", "Ann", "Bob")]
    plans = [await _planned(org, lead, ann, TEN), await _planned(org, lead, bob, TEN + timedelta(hours=1))]
    rows, _ = await _book(org, plans)

    async def move(row: CoachingSession, to: datetime) -> None:
        async with org.database.tenant(org.id) as session:
            mine = await get_session(session, org.id, None, row.id, lock=True)
            assert mine is not None
            mine.starts_at, mine.ends_at = to, to + timedelta(minutes=30)
            await book_one(session, mine)

    moved = await asyncio.gather(move(rows[0], TEN + timedelta(hours=1)), move(rows[1], TEN), return_exceptions=True)
    assert [one.code for one in moved if isinstance(one, ServiceError)] == ["time_taken"] * 2
    assert {(at, session_id) for _, at, session_id in await _slots(org)} == {
        (at, row.id) for row in rows for at in slots_of(row)
    }
