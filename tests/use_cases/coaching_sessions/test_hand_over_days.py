"""A hand-over of a day to come: what holds before it, on it and after it, and what people put across it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from service.coaching_sessions.dto.commitments import CommitmentFilter, CreateCommitment
from service.coaching_sessions.dto.sessions import CoachingSessionDTO, CreateCoachingSession
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.use_cases.commitments import create_commitment, list_commitments
from service.coaching_sessions.use_cases.sessions import create_coaching_session
from service.core.errors import ServiceError
from service.core.pagination import PageRequest
from service.organizations.models import Person
from tests.factories.handing_over import NOW, ON, Handing, make_handing
from tests.factories.programmes import lay_down, sessions_of
from tests.factories.sales_org import SalesOrg
from tests.fixtures.moving_clock import move_clock

LAST_HOUR, FIRST_HOUR = datetime(2027, 3, 15, 3, 30, tzinfo=UTC), datetime(2027, 3, 15, 4, 30, tzinfo=UTC)
"""Of the day before and of the day, in New York."""


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Handing:
    return await make_handing(org)


def by_day(rows: list[CoachingSession]) -> dict[date, UUID]:
    return {row.occurs_on: row.manager_id for row in rows if row.occurs_on is not None}


async def test_topics_and_commitments_pass_on_in_its_first_hour_and_once(team: Handing) -> None:
    lead, following = {team.id("lead")}, {team.id("next")}
    await team.promise()
    await team.hand_over()
    for at, whose in ((NOW, lead), (LAST_HOUR, lead), (FIRST_HOUR, following)):
        await lay_down(team.org, at)
        assert await team.owners() == (whose, whose), at
        coaches = by_day(await sessions_of(team.org, team.id("ann")))
        assert {day: coach for day, coach in coaches.items() if day < ON} == dict.fromkeys(
            (date(2027, 3, 2), date(2027, 3, 9)), team.id("lead")
        )
        assert {coach for day, coach in coaches.items() if day >= ON} == following
    # What Lead takes on afterwards is Lead's: Ann still reports to them.
    await team.promise()
    await lay_down(team.org, FIRST_HOUR + timedelta(days=1))
    assert await team.owners() == (lead | following, lead | following)


async def test_what_somebody_put_before_the_day_stays_with_whom_it_was(team: Handing) -> None:
    rows = await sessions_of(team.org, team.id("ann"))
    third, early = rows[2], datetime(2027, 3, 11, 18, tzinfo=UTC)
    await team.put("ann", third.id, early)
    await team.hand_over()
    for at in (NOW, NOW, FIRST_HOUR):
        await lay_down(team.org, at)
    row = await team.row(third.id)
    assert (row.status, row.owed, row.starts_at, row.manager_id) == ("scheduled", True, early, team.id("lead"))
    assert len(await sessions_of(team.org, team.id("ann"))) >= len(rows)
    assert len({one.occurs_on for one in await sessions_of(team.org, team.id("ann"))}) >= len(rows)


async def test_what_was_moved_to_a_time_that_the_new_one_has_not_stays_too(team: Handing) -> None:
    fourth = (await sessions_of(team.org, team.id("bob")))[3]
    cids = (await sessions_of(team.org, team.id("cid")))[3]
    await team.put("bob", fourth.id, cids.starts_at + timedelta(days=1))
    await team.put("cid", cids.id, cids.starts_at + timedelta(days=1))
    made = await team.hand_over()
    assert made.clashing_session_ids == [fourth.id]
    for _ in range(2):
        await lay_down(team.org, NOW)
        row = await team.row(fourth.id)
        assert (row.status, row.manager_id) == ("scheduled", team.id("lead"))
    # When Lead leaves it passes on after all, or is given up where there still is no time.
    async with team.org.database.tenant(team.org.id) as session:
        person = await session.get(Person, (team.org.id, team.id("lead")))
        assert person is not None
        person.left_on = date(2027, 3, 17)
    await lay_down(team.org, datetime(2027, 3, 18, 13, tzinfo=UTC))
    row = await team.row(fourth.id)
    assert (row.status, row.owed, row.cancelled_side) == ("cancelled", False, "system")


async def test_by_hand_one_arranges_with_whoever_coaches_on_that_day(team: Handing) -> None:
    await team.hand_over()

    async def arrange(who: str, day: int, **fields: Any) -> CoachingSessionDTO:
        given = {"rep_id": team.id("ann"), "starts_at": datetime(2027, 3, day, 19, tzinfo=UTC), **fields}
        async with team.org.database.tenant(team.org.id) as session:
            data = CreateCoachingSession.model_validate(given)
            return await create_coaching_session(session, team.acting(who), data)

    assert (await arrange("ann", 12)).manager_id == team.id("lead")
    assert (await arrange("ann", 19)).manager_id == team.id("next")
    assert (await arrange("next", 22)).manager_id == team.id("next")
    assert (await arrange("lead", 23)).manager_id == team.id("next")
    assert (await arrange("lead", 24, manager_id=team.id("lead"))).manager_id == team.id("lead")
    together = await arrange("next", 25, rep_id=team.id("cid"), rep_ids=[team.id("bob")])
    assert together.rep_ids == [team.id("bob")]
    for who, fields, pointer in (
        ("next", {}, "/rep_id"),
        ("ann", {"manager_id": team.id("next")}, "/manager_id"),
        ("next", {"rep_id": team.id("cid"), "rep_ids": [team.id("bob")]}, "/rep_ids/0"),
    ):
        with pytest.raises(ServiceError) as refused:
            await arrange(who, 10, **fields)
        assert [one.pointer for one in refused.value.fields] == [pointer]


async def test_whoever_coaches_takes_things_on_from_the_day_on(team: Handing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between sessions, as somebody above the rep may; before the day they see what the sessions to come need."""
    await team.hand_over()
    await lay_down(team.org, NOW)
    clock = move_clock(monkeypatch, LAST_HOUR)
    given = CreateCommitment(
        rep_id=team.id("ann"), owner_id=team.id("next"), description="Call", due_on=date(2027, 4, 1)
    )
    async with team.org.database.tenant(team.org.id) as session:
        with pytest.raises(ServiceError) as refused:
            await create_commitment(session, team.acting("next"), given)
        assert [one.pointer for one in refused.value.fields] == ["/owner_id"]
        clock.at = FIRST_HOUR
        made = await create_commitment(session, team.acting("next"), given)
        page = await list_commitments(session, team.acting("next"), CommitmentFilter(), PageRequest(9))
    assert page.items == [made]


async def test_handed_back_on_the_same_day_nothing_has_changed(team: Handing) -> None:
    before = by_day(await sessions_of(team.org, team.id("bob")))
    await team.hand_over(rep_ids=[team.id("bob")])
    await team.hand_over(from_manager_id=team.id("next"), to_manager_id=team.id("lead"), rep_ids=[team.id("bob")])
    for at in (NOW, FIRST_HOUR):
        await lay_down(team.org, at)
        after = by_day(await sessions_of(team.org, team.id("bob")))
        assert {day: after[day] for day in before} == before


async def test_what_was_handed_over_already_is_not_handed_over_again(team: Handing) -> None:
    await team.hand_over(rep_ids=[team.id("ann")])
    again = await team.hand_over(to_manager_id=team.id("top"), hands_over_on=ON + timedelta(days=7))
    assert again.rep_ids == [team.id("bob")]
    with pytest.raises(ServiceError) as refused:
        await team.hand_over(to_manager_id=team.id("top"), rep_ids=[team.id("ann")])
    assert [one.pointer for one in refused.value.fields] == ["/rep_ids/0"]
    onward = await team.hand_over(from_manager_id=team.id("next"), to_manager_id=team.id("top"))
    assert team.id("ann") in onward.rep_ids
