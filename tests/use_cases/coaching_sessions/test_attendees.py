"""Who takes part beside the two, changed before a session begins: who may, whose time, and what follows."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlmodel import col, select

from service.coaching_sessions.dto.sessions import CoachingSessionDTO, CreateCoachingSession, UpdateCoachingSession
from service.coaching_sessions.dto.standing_in import CreateSubstitution
from service.coaching_sessions.models import BookedSlot
from service.coaching_sessions.use_cases.sessions import create_coaching_session, update_coaching_session
from service.coaching_sessions.use_cases.substitutions import create_coaching_substitution
from service.core.clock import utc_now
from service.core.database import Database
from service.core.errors import ServiceError
from service.core.etags import Precondition, etag_of
from service.organizations.use_cases.people import delete_person
from tests.factories.coaching_cast import Cast, make_cast
from tests.factories.programmes import add_absence, add_programme, lay_down, sessions_of
from tests.factories.sales_org import SalesOrg

NOBODY: list[str] = []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(database: Database) -> Cast:
    made = await make_cast(database)
    made.people["third"] = await made.org.add_person("Cid", manager_id=made.people["manager"].id)
    return made


async def change(
    cast: Cast, who: str, id_: UUID, expected: Precondition | None = None, **fields: Any
) -> CoachingSessionDTO:
    """Names of the cast stand for their ids."""
    given = {
        name: [cast.people[one].id for one in value] if name.endswith("_ids") else value
        for name, value in fields.items()
    }
    async with cast.org.database.tenant(cast.org.id) as session:
        data = UpdateCoachingSession.model_validate(given)
        return await update_coaching_session(session, cast.acting(who), id_, data, expected or Precondition())


async def whose_time(cast: Cast, id_: UUID) -> set[UUID]:
    async with cast.org.database.tenant(cast.org.id) as session:
        row = BookedSlot
        query = select(row.person_id).where(col(row.org_id) == cast.org.id, col(row.session_id) == id_)
        return set((await session.exec(query)).all())


@pytest.mark.parametrize("who", ["manager", "above", "admin", "enablement"])
async def test_others_come_and_go_and_time_calendars_and_events_follow(cast: Cast, who: str) -> None:
    id_, ids = await cast.planted(), {name: person.id for name, person in cast.people.items()}
    two = {ids["manager"], ids["rep"]}
    more = await change(cast, who, id_, rep_ids=["colleague", "third"], coach_ids=["stranger"])
    assert (more.rep_ids, more.coach_ids, more.sequence) == ([ids["colleague"], ids["third"]], [ids["stranger"]], 1)
    assert await whose_time(cast, id_) == two | {ids["colleague"], ids["third"], ids["stranger"]}
    fewer = await change(cast, who, id_, rep_ids=["third"])
    assert (fewer.rep_ids, fewer.coach_ids, fewer.sequence) == ([ids["third"]], [ids["stranger"]], 2)
    assert await whose_time(cast, id_) == two | {ids["third"], ids["stranger"]}
    alone = await change(cast, who, id_, rep_ids=[], coach_ids=[])
    again = await change(cast, who, id_, rep_ids=["colleague"])
    assert (alone.sequence, again.sequence) == (3, 4)
    gone = [[], ["colleague"], ["colleague", "third", "stranger"], ["third", "stranger"]]
    told = [data["uninvited_ids"] for name, data in await cast.events(id_) if name.endswith("attendees_changed")]
    assert [set(one) for one in told] == [{str(ids[one]) for one in several} for several in gone]
    # Nobody else is named: nothing has changed, and nobody is told.
    same = await change(cast, who, id_, rep_ids=["colleague"], coach_ids=[])
    assert same == again


@pytest.mark.parametrize(
    ("who", "state", "fields", "code"),
    [
        ("rep", "scheduled", {"rep_ids": ["colleague"]}, "not_your_move"),
        ("rep", "scheduled", {"shared_notes": "Ours", "coach_ids": NOBODY}, "not_your_move"),
        ("above", "scheduled", {"shared_notes": "Ours", "coach_ids": ["stranger"]}, "not_your_move"),
        ("manager", "in_progress", {"rep_ids": ["colleague"]}, "illegal_transition"),
        ("manager", "completed", {"rep_ids": ["colleague"]}, "illegal_transition"),
        ("colleague", "scheduled", {"rep_ids": ["colleague"]}, "coaching_session_not_found"),
    ],
)
async def test_who_may_not_and_when(cast: Cast, who: str, state: str, fields: Any, code: str) -> None:
    id_ = await cast.planted(state)
    with pytest.raises(ServiceError) as refused:
        await change(cast, who, id_, **fields)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("who", "fields", "pointers"),
    [
        ("manager", {"rep_ids": ["stranger"]}, ["/rep_ids/0"]),
        ("manager", {"coach_ids": ["third"]}, ["/coach_ids/0"]),
        ("admin", {"rep_ids": ["rep", "colleague", "colleague"]}, ["/rep_ids/0", "/rep_ids/2"]),
        ("admin", {"coach_ids": ["manager"]}, ["/coach_ids/0"]),
    ],
)
async def test_whom_one_does_not_bring(cast: Cast, who: str, fields: Any, pointers: list[str]) -> None:
    id_ = await cast.planted()
    with pytest.raises(ServiceError) as refused:
        await change(cast, who, id_, **fields)
    assert sorted(one.pointer for one in refused.value.fields) == pointers


async def test_another_coach_brings_whom_they_see_and_keeps_whom_they_do_not(cast: Cast) -> None:
    id_ = await cast.planted(coach_ids=[cast.people["stranger"].id], rep_ids=[cast.people["colleague"].id])
    with pytest.raises(ServiceError) as refused:
        await change(cast, "stranger", id_, rep_ids=["colleague", "third"])
    assert [one.pointer for one in refused.value.fields] == ["/rep_ids/1"]
    made = await change(cast, "stranger", id_, coach_ids=["stranger", "enablement"])
    assert made.rep_ids == [cast.people["colleague"].id]


async def test_whoever_has_no_time_is_named_and_nothing_has_changed(cast: Cast) -> None:
    at = cast.next_hour()
    id_ = await cast.planted(at=at)
    await cast.planted(at=at, manager_id=cast.people["above"].id, rep_id=cast.people["third"].id)
    before = await change(cast, "manager", id_, shared_notes="Ours")
    with pytest.raises(ServiceError) as refused:
        await change(cast, "manager", id_, rep_ids=["colleague", "third"])
    assert (refused.value.code, [one.pointer for one in refused.value.fields]) == ("time_taken", ["/rep_ids/1"])
    assert await whose_time(cast, id_) == {cast.people["manager"].id, cast.people["rep"].id}
    both = await change(
        cast, "manager", id_, Precondition(frozenset({etag_of(before)})), shared_notes="All", rep_ids=["colleague"]
    )
    assert (both.shared_notes, both.rep_ids) == ("All", [cast.people["colleague"].id])
    with pytest.raises(ServiceError) as stale:
        await change(cast, "manager", id_, Precondition(frozenset({etag_of(before)})), rep_ids=[])
    assert stale.value.code == "etag_mismatch"


async def test_who_holds_it_stays_whoever_comes_beside(cast: Cast) -> None:
    """A substitute who had no time then is not asked again."""
    at = cast.next_hour() + timedelta(days=100)
    id_, day = await cast.planted(at=at), at.astimezone(cast.org.zone).date()
    await cast.planted(at=at, manager_id=cast.people["stranger"].id, rep_id=cast.people["third"].id)
    given = {"manager_id": cast.people["manager"].id, "substitute_id": cast.people["stranger"].id}
    async with cast.org.database.tenant(cast.org.id) as session:
        data = CreateSubstitution.model_validate({**given, "from_on": day, "to_on": day})
        await create_coaching_substitution(session, cast.acting("manager"), data)
    made = await change(cast, "manager", id_, coach_ids=["enablement"])
    assert (made.substitute_id, made.coach_ids) == (None, [cast.people["enablement"].id])


async def test_one_to_ones_follow_who_comes_to_a_group_in_their_place(org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    line = {"manager_id": lead.id, "hired_on": "2026-01-01", "job_role": "AE"}
    ann, bob, cid = [await org.add_person(name, **line) for name in ("Ann", "Bob", "Cid")]
    await add_programme(org, rule="FREQ=WEEKLY", starts_on="2026-01-01", job_role="AE")
    now = utc_now()
    await lay_down(org, now)
    at = (await sessions_of(org, ann.id))[2].starts_at + timedelta(hours=5)
    given = {"rep_id": ann.id, "rep_ids": [bob.id], "starts_at": at, "replaces_one_to_ones": True}
    async with org.database.tenant(org.id) as session:
        group = await create_coaching_session(session, org.system, CreateCoachingSession.model_validate(given))
    async with org.database.tenant(org.id) as session:
        data = UpdateCoachingSession(rep_ids=[cid.id])
        await update_coaching_session(session, org.system, group.id, data)
    await lay_down(org, now)
    replaced = [
        [one.replaced_by for one in await sessions_of(org, id_, "cancelled")] for id_ in (ann.id, bob.id, cid.id)
    ]
    assert replaced == [[group.id], [], [group.id]]


async def test_a_series_leaves_a_session_alone_that_others_were_brought_into(org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    ena = await org.add_person("Ena", role="enablement")
    ann = await org.add_person("Ann", manager_id=lead.id, hired_on="2026-01-01", job_role="AE")
    await add_programme(org, rule="FREQ=WEEKLY", starts_on="2026-01-01", job_role="AE")
    now = utc_now()
    await lay_down(org, now)
    third = (await sessions_of(org, ann.id))[2]
    for coaches in ([ena.id], []):
        async with org.database.tenant(org.id) as session:
            await update_coaching_session(session, org.system, third.id, UpdateCoachingSession(coach_ids=coaches))
        if coaches:
            day = third.starts_at.astimezone(org.zone).date()
            await add_absence(org, lead.id, day, day)
        await lay_down(org, now)
        stays = third.starts_at in {row.starts_at for row in await sessions_of(org, ann.id)}
        assert stays is bool(coaches)


async def test_whoever_is_removed_from_the_organization_is_in_no_session_any_more(org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    ann = await org.add_person("Ann", manager_id=lead.id)
    bob, cid, dan = [await org.add_person(name, manager_id=lead.id) for name in ("Bob", "Cid", "Dan")]
    ena, stan = await org.add_person("Ena", role="enablement"), await org.add_person("Stan", role="manager")
    at = utc_now().replace(minute=0, second=0, microsecond=0) + timedelta(days=9)
    day = at.astimezone(org.zone).date()
    given = {"rep_id": ann.id, "rep_ids": [bob.id, cid.id, dan.id], "coach_ids": [ena.id], "starts_at": at}
    span = {"manager_id": lead.id, "substitute_id": stan.id, "from_on": day, "to_on": day}
    async with org.database.tenant(org.id) as session:
        made = await create_coaching_session(session, org.system, CreateCoachingSession.model_validate(given))
        fewer = UpdateCoachingSession(rep_ids=[bob.id, dan.id])
        await update_coaching_session(session, org.system, made.id, fewer)
        await create_coaching_substitution(session, org.system, CreateSubstitution.model_validate(span))

    async def taking_part() -> tuple[list[UUID], list[UUID], UUID | None, list[UUID]]:
        (row,) = await sessions_of(org, ann.id)
        return row.rep_ids, row.coach_ids, row.substitute_id, row.uninvited_ids

    assert await taking_part() == ([bob.id, dan.id], [ena.id], stan.id, [cid.id, lead.id])
    async with org.database.tenant(org.id) as session:
        for gone in (bob, cid, ena, stan):
            await delete_person(session, org.system, gone.id)
    await lay_down(org, utc_now())
    assert await taking_part() == ([dan.id], [], None, [])
    async with org.database.tenant(org.id) as session:
        booked = select(BookedSlot.person_id).where(col(BookedSlot.org_id) == org.id)
        assert set((await session.exec(booked)).all()) == {lead.id, ann.id, dan.id}
