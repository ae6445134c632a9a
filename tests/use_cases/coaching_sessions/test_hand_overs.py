"""Hand-overs: cadences, sessions, topics and commitments pass on; by themselves, too, where a manager has left."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from service.coaching_sessions.dto.sessions import CreateCoachingSession
from service.coaching_sessions.dto.standing_in import HandOverFilter
from service.coaching_sessions.use_cases.hand_overs import get_coaching_hand_over, list_coaching_hand_overs
from service.coaching_sessions.use_cases.sessions import create_coaching_session
from service.core.clock import utc_now
from service.core.errors import ServiceError
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.organizations.models import Person
from tests.factories.events import emitted
from tests.factories.handing_over import NOW, ON, Handing, make_handing
from tests.factories.programmes import cadences_of, gaps_of, lay_down, sessions_of
from tests.factories.sales_org import SalesOrg, make_sales_org


@pytest_asyncio.fixture
async def team(org: SalesOrg) -> Handing:
    return await make_handing(org)


async def test_series_and_sessions_pass_on_and_the_cascade_leaves_them_so(team: Handing) -> None:
    bobs = await sessions_of(team.org, team.id("bob"))
    anns = await sessions_of(team.org, team.id("ann"))
    made = await team.hand_over()
    assert made.rep_ids == sorted([team.id("ann"), team.id("bob")])
    for _ in range(2):
        await lay_down(team.org, NOW)
        for name, before in (("ann", anns), ("bob", bobs)):
            rows = await sessions_of(team.org, team.id(name))
            assert [row.manager_id for row in rows] == [team.id("lead")] * 2 + [team.id("next")] * 6
            assert {row.id for row in rows} == {row.id for row in before}
            old, new = await cadences_of(team.org, team.id(name))
            assert (old.end_reason, old.ends_on) == ("handed_over", date(2027, 3, 14))
            assert (new.manager_id, new.series_id, new.from_on, new.end_reason) == (
                team.id("next"), old.series_id, ON, None,
            )  # fmt: skip
    # Bob's time was free with Next; Ann's is Cid's, so that hers is the next free one of the same day.
    assert [row.starts_at for row in await sessions_of(team.org, team.id("bob"))] == [row.starts_at for row in bobs]
    moved = (await sessions_of(team.org, team.id("ann")))[2:]
    assert [row.starts_at.date() for row in moved] == [row.starts_at.date() for row in anns[2:]]
    assert await gaps_of(team.org) == []
    told = [data for name, data in await emitted(team.org) if name == "coaching_session.reassigned"]
    assert {one["manager_id"] for one in told} == {str(team.id("next"))}


async def test_only_some_reps_and_topics_and_commitments_at_once(team: Handing) -> None:
    await team.promise()
    today = utc_now().date()
    made = await team.hand_over(hands_over_on=today, rep_ids=[team.id("ann")])
    assert made.passed_on_at is not None
    assert await team.owners() == ({team.id("next")}, {team.id("next")})
    await lay_down(team.org, NOW)
    assert {row.manager_id for row in await sessions_of(team.org, team.id("bob"))} == {team.id("lead")}
    assert {row.manager_id for row in await sessions_of(team.org, team.id("ann"))} == {team.id("next")}


async def test_on_a_day_to_come_topics_and_commitments_wait_for_it(team: Handing) -> None:
    await team.promise()
    made = await team.hand_over()
    await lay_down(team.org, NOW)
    assert made.passed_on_at is None
    assert await team.owners() == ({team.id("lead")}, {team.id("lead")})


async def test_arranged_by_hand_passes_on_where_there_is_time(team: Handing) -> None:
    free = await team.arrange(datetime(2027, 3, 17, 15, tzinfo=UTC))
    taken = await team.arrange(datetime(2027, 3, 18, 15, tzinfo=UTC))
    given = {"rep_id": team.id("cid"), "manager_id": team.id("next"), "starts_at": "2027-03-18T15:00:00Z"}
    async with team.org.database.tenant(team.org.id) as session:
        await create_coaching_session(session, team.org.system, CreateCoachingSession.model_validate(given))
    made = await team.hand_over()
    assert made.clashing_session_ids == [taken]
    assert [(await team.row(id_)).manager_id for id_ in (free, taken)] == [team.id("next"), team.id("lead")]


async def test_what_a_leaver_had_becomes_that_of_who_coaches_now(team: Handing) -> None:
    await team.promise()
    await team.hand_over()  # Next coaches Ann, whoever she reports to.
    kept = await team.arrange(utc_now().replace(minute=0, second=0, microsecond=0) + timedelta(days=200))
    lost = await team.arrange(utc_now().replace(minute=0, second=0, microsecond=0) + timedelta(days=201))
    given = {"rep_id": team.id("cid"), "manager_id": team.id("next"), "starts_at": (await team.row(lost)).starts_at}
    async with team.org.database.tenant(team.org.id) as session:
        await create_coaching_session(session, team.org.system, CreateCoachingSession.model_validate(given))
    async with team.org.database.tenant(team.org.id) as session:
        person = await session.get(Person, (team.org.id, team.id("lead")))
        assert person is not None
        person.left_on = date(2027, 3, 19)
        await session.flush()
    await lay_down(team.org, datetime(2027, 3, 22, 13, tzinfo=UTC))
    assert await team.owners() == ({team.id("next")}, {team.id("next")})
    assert (await team.row(kept)).manager_id == team.id("next")
    gone = await team.row(lost)
    assert (gone.status, gone.owed, gone.cancelled_side) == ("cancelled", False, "system")


@pytest.mark.parametrize(
    ("who", "fields", "pointers"),
    [
        ("top", {"to_manager_id": "lead"}, ["/to_manager_id"]),
        ("top", {"to_manager_id": "ann"}, ["/to_manager_id"]),
        ("lead", {}, ["/to_manager_id"]),
        ("next", {}, ["/from_manager_id"]),
        ("top", {"hands_over_on": "2020-01-01"}, ["/hands_over_on"]),
        ("top", {"rep_ids": ["ann", "cid"]}, ["/rep_ids/1"]),
        ("top", {"from_manager_id": "cid"}, ["/from_manager_id"]),
    ],
)
async def test_who_may_not(team: Handing, who: str, fields: dict[str, Any], pointers: list[str]) -> None:
    def ids(value: Any) -> Any:
        return team.id(value) if value in team.people else value

    given = {
        name: [ids(one) for one in value] if isinstance(value, list) else ids(value) for name, value in fields.items()
    }
    with pytest.raises(ServiceError) as refused:
        await team.hand_over(who, **given)
    assert [one.pointer for one in refused.value.fields] == pointers


async def test_who_sees_it(team: Handing) -> None:
    made = await team.hand_over()
    stranger = await team.org.add_person("Stan", role="manager")
    other = await make_sales_org(team.org.database)

    async def seen(principal: Principal) -> bool:
        async with team.org.database.tenant(principal.org_id) as session:
            page = await list_coaching_hand_overs(session, principal, HandOverFilter(), PageRequest(9))
            if not page.items:
                with pytest.raises(ServiceError) as refused:
                    await get_coaching_hand_over(session, principal, made.id)
                assert refused.value.code == "coaching_hand_over_not_found"
                return False
            return await get_coaching_hand_over(session, principal, made.id) in page.items

    whos = [team.acting(who) for who in ("top", "lead", "next", "ann")]
    assert [await seen(who) for who in (*whos, team.org.system)] == [True] * 5
    assert [await seen(who) for who in (team.acting("cid"), team.org.acting_as(stranger), other.system)] == [False] * 3
