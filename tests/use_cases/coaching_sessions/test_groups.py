"""Sessions of several reps or coaches: who arranges, does and sees what, and that each counts once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from service.coaching_sessions.dto.adherence import AdherenceQuery, EntitlementQuery, UncoveredQuery
from service.coaching_sessions.dto.sessions import (
    AttestSession,
    CancelSession,
    CoachingSessionDTO,
    CoachingSessionFilter,
    CreateCoachingSession,
    GrantNotes,
    UpdateCoachingSession,
    WritePrivateNote,
)
from service.coaching_sessions.use_cases.adherence import get_cadence_adherence
from service.coaching_sessions.use_cases.briefs import get_brief
from service.coaching_sessions.use_cases.calendar_files import get_session_calendar
from service.coaching_sessions.use_cases.entitlement import get_entitlement, list_uncovered_people
from service.coaching_sessions.use_cases.session_moves import (
    attest_coaching_session,
    cancel_coaching_session,
    start_coaching_session,
)
from service.coaching_sessions.use_cases.session_notes import create_note_grant, put_private_note
from service.coaching_sessions.use_cases.sessions import (
    create_coaching_session,
    get_coaching_session,
    list_coaching_sessions,
    next_coaching_sessions_of,
    update_coaching_session,
)
from service.core.clock import utc_now
from service.core.database import Database
from service.core.errors import ServiceError
from service.core.pagination import PageRequest
from service.core.principal import Principal
from tests.factories.coaching_cast import Cast, make_cast
from tests.factories.programmes import add_programme, lay_down, sessions_of
from tests.factories.sales_org import SalesOrg


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cast(database: Database) -> Cast:
    made = await make_cast(database)
    made.people["third"] = await made.org.add_person("Cid", manager_id=made.people["manager"].id)
    return made


async def arrange(
    cast: Cast, who: str, reps: list[str], coaches: Sequence[str] = (), **fields: Any
) -> CoachingSessionDTO:
    given = {
        "rep_id": cast.people["rep"].id,
        "manager_id": cast.people["manager"].id,
        "rep_ids": [cast.people[name].id for name in reps],
        "coach_ids": [cast.people[name].id for name in coaches],
        "starts_at": cast.next_hour(),
        "format_key": "plain",
        **fields,
    }
    async with cast.org.database.tenant(cast.org.id) as session:
        return await create_coaching_session(session, cast.acting(who), CreateCoachingSession.model_validate(given))


@pytest.mark.parametrize("who", ["manager", "above", "admin", "enablement"])
async def test_a_group_takes_everybodys_time(cast: Cast, who: str) -> None:
    made = await arrange(cast, who, ["colleague", "third"], ["stranger"])
    assert made.rep_ids == [cast.people["colleague"].id, cast.people["third"].id]
    assert (made.coach_ids, made.substitute_id) == ([cast.people["stranger"].id], None)
    (told,) = await cast.events(made.id)
    assert told[1]["rep_ids"] == [str(id_) for id_ in made.rep_ids]
    for name, pointer in (("third", "/rep_ids/1"), ("stranger", "/coach_ids/0")):
        async with cast.org.database.tenant(cast.org.id) as session:
            two = {"rep_id": cast.people["colleague"].id, "manager_id": cast.people["above"].id}
            third = {"rep_ids": [made.manager_id, made.rep_ids[1]]}
            beside = third if name == "third" else {"coach_ids": made.coach_ids}
            given = CreateCoachingSession.model_validate(
                {**two, "format_key": "plain", "starts_at": made.starts_at, **beside}
            )
            with pytest.raises(ServiceError) as refused:
                await create_coaching_session(session, cast.acting("admin"), given)
            await session.rollback()
        assert refused.value.code == "time_taken"
        assert pointer in {one.pointer for one in refused.value.fields}


@pytest.mark.parametrize(
    ("who", "reps", "coaches", "pointers"),
    [
        ("rep", ["colleague"], [], ["/rep_ids/0"]),
        ("rep", [], ["stranger"], ["/coach_ids/0"]),
        ("manager", ["stranger", "colleague"], [], ["/rep_ids/0"]),
        ("manager", ["rep"], ["manager"], ["/rep_ids/0", "/coach_ids/0"]),
        ("manager", ["colleague"], ["third"], ["/coach_ids/0"]),
        ("admin", ["colleague", "colleague"], [], ["/rep_ids/1"]),
    ],
)
async def test_who_is_not_brought_along(
    cast: Cast, who: str, reps: list[str], coaches: list[str], pointers: list[str]
) -> None:
    with pytest.raises(ServiceError) as refused:
        await arrange(cast, who, reps, coaches)
    assert sorted(one.pointer for one in refused.value.fields) == sorted(pointers)


async def test_everybody_of_it_does_and_sees_what_their_side_does(cast: Cast) -> None:
    made = await arrange(cast, "manager", ["colleague"], ["stranger"])
    seen: dict[str, list[str]] = {}
    async with cast.org.database.tenant(cast.org.id) as session:
        for name in ("manager", "stranger", "rep", "colleague", "above", "third"):
            filters = CoachingSessionFilter(starts_from=made.starts_at, starts_before=made.ends_at)
            page = await list_coaching_sessions(session, cast.acting(name), filters, PageRequest(9))
            seen[name] = [move.value for one in page.items for move in one.allowed_moves]
    both = ["start", "reschedule", "cancel", "write"]
    assert seen == {
        "manager": [*both, "invite"],
        "stranger": [*both, "invite"],
        **dict.fromkeys(("rep", "colleague"), both),
        "above": ["reschedule", "cancel", "invite"],
        "third": [],
    }
    async with cast.org.database.tenant(cast.org.id) as session:
        await update_coaching_session(
            session, cast.acting("colleague"), made.id, UpdateCoachingSession(shared_notes="All of us")
        )
        await put_private_note(session, cast.acting("stranger"), made.id, WritePrivateNote(text="Mine"))
        assert (await get_coaching_session(session, cast.acting("stranger"), made.id)).shared_notes == "All of us"
        assert (await get_coaching_session(session, cast.acting("above"), made.id)).shared_notes is None
        with pytest.raises(ServiceError, match="takes part"):
            await create_note_grant(session, cast.acting("rep"), made.id, GrantNotes(person_id=made.coach_ids[0]))
        wanted = [cast.people[name].id for name in ("rep", "colleague")]
        assert await next_coaching_sessions_of(session, cast.acting("admin"), wanted) != {}
        filters = CoachingSessionFilter(rep_id=made.rep_ids[0], manager_id=made.coach_ids[0])
        page = await list_coaching_sessions(session, cast.acting("admin"), filters, PageRequest(9))
        assert made.id in {one.id for one in page.items}
        text = (await get_session_calendar(session, cast.acting("colleague"), made.id, "")).decode()
    assert "SUMMARY:Coaching: Ann\\, Bob and Lead\\, Stan" in text.replace("\r\n ", "")


async def test_each_rep_has_a_brief_of_their_own(cast: Cast) -> None:
    made = await arrange(cast, "manager", ["colleague"], ["stranger"])
    rep, colleague = cast.people["rep"].id, cast.people["colleague"].id

    async def about(who: str, rep_id: UUID | None = None) -> UUID | str:
        async with cast.org.database.tenant(cast.org.id) as session:
            try:
                return (await get_brief(session, cast.acting(who), made.id, rep_id)).rep.id
            except ServiceError as error:
                return error.code

    async def all_of_them() -> list[UUID | str]:
        third = cast.people["third"].id
        return [
            await about("rep"), await about("colleague"), await about("stranger"), await about("stranger", colleague),
            await about("above", colleague), await about("rep", colleague), await about("admin", third),
        ]  # fmt: skip

    none = "coaching_brief_not_found"
    expected = [rep, colleague, rep, colleague, colleague, none, none]
    assert await all_of_them() == expected
    async with cast.org.database.tenant(cast.org.id) as session:
        await start_coaching_session(session, cast.acting("stranger"), made.id)
        for name in ("colleague", "stranger"):
            await attest_coaching_session(session, cast.acting(name), made.id, AttestSession(held=True))
        shown = await get_coaching_session(session, cast.acting("rep"), made.id)
    assert {(one.side.value, one.person_id) for one in shown.attestations} == {
        ("rep", colleague),
        ("manager", cast.people["stranger"].id),
    }
    assert await all_of_them() == expected


async def test_it_counts_once_for_everybody(database: Database) -> None:
    cast = await make_cast(database)
    at = utc_now().replace(minute=0, second=0, microsecond=0) - timedelta(days=9)
    beside = {"rep_ids": [cast.people["colleague"].id], "coach_ids": [cast.people["above"].id]}
    both = [
        cast.new("completed", at, minutes_held=40, **beside),
        cast.new("completed", at + timedelta(hours=2), minutes_held=30, coach_ids=[cast.people["stranger"].id]),
        cast.new("missed", at + timedelta(hours=4), **beside),
    ]
    await cast.plant([_of_then(row) for row in both])

    async def account(who: Principal, **asked: Any) -> dict[str, tuple[int, ...]]:
        async with database.tenant(cast.org.id) as session:
            found = await get_cadence_adherence(session, who, AdherenceQuery.model_validate(asked))
        names = {"total": found.total} | {one.name: one for one in found.managers}
        return {
            name: (one.owed, one.held.numerator, one.minutes, one.assisted, one.assisted_minutes)
            for name, one in names.items()
        }

    lead = (3, 2, 70, 0, 0)
    assert await account(cast.org.system) == {
        "total": lead, "Lead": lead, "Top": (0, 0, 0, 1, 40), "Stan": (0, 0, 0, 1, 30),
    }  # fmt: skip
    # Lead reports to Top since today alone: then it is no tree of Top's, and nothing that Lead owed is in it.
    assert await account(cast.acting("above")) == {"total": (0, 0, 0, 1, 40), "Top": (0, 0, 0, 1, 40)}
    assert await account(cast.acting("stranger")) == {"total": (0, 0, 0, 1, 30), "Stan": (0, 0, 0, 1, 30)}
    async with database.tenant(cast.org.id) as session:
        for name, numbers in (("rep", (3, 2)), ("colleague", (2, 1))):
            query = EntitlementQuery(person_id=cast.people[name].id)
            found = await get_entitlement(session, cast.acting(name), query)
            assert (found.owed, found.received.numerator) == numbers
        page = await list_uncovered_people(session, cast.acting("manager"), UncoveredQuery(), PageRequest(9))
    held = {one.name: one.last_held_at for one in page.items}
    assert held == {"Ann": at + timedelta(hours=2), "Bob": at}


def _of_then(row: Any) -> Any:
    """As it was left after its time."""
    row.created_at = row.due_at - timedelta(days=9)
    for name in ("started_at", "completed_at", "missed_at"):
        if getattr(row, name) is not None:
            setattr(row, name, row.ends_at if name != "started_at" else row.starts_at)
    return row


async def _replacing(org: SalesOrg, rep_id: UUID, at: datetime, **fields: Any) -> CoachingSessionDTO:
    given = {"rep_id": rep_id, "starts_at": at, "replaces_one_to_ones": True, **fields}
    async with org.database.tenant(org.id) as session:
        return await create_coaching_session(session, org.system, CreateCoachingSession.model_validate(given))


async def test_it_takes_the_place_of_one_to_ones_and_gives_it_back(org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    ann, bob = [
        await org.add_person(name, manager_id=lead.id, hired_on="2026-01-01", job_role="AE") for name in ("Ann", "Bob")
    ]
    await add_programme(org, rule="FREQ=WEEKLY", starts_on="2026-01-01", job_role="AE")
    now = utc_now()
    await lay_down(org, now)
    laid = await sessions_of(org, ann.id)
    # At the very time of Ann's own, in another week than this one, whose session may be near.
    made = await _replacing(org, ann.id, laid[2].starts_at, rep_ids=[])
    assert len(await sessions_of(org, ann.id)) == len(laid)
    (gone,) = await sessions_of(org, ann.id, "cancelled")
    assert (gone.id, gone.replaced_by, gone.owed) == (laid[2].id, made.id, False)
    await lay_down(org, now)
    assert [row.id for row in await sessions_of(org, ann.id, "cancelled")] == [gone.id]
    async with org.database.tenant(org.id) as session:
        await cancel_coaching_session(session, org.system, made.id, CancelSession(reason="A fair"))
    await lay_down(org, now)
    assert [row.id for row in await sessions_of(org, ann.id)] == [row.id for row in laid]
    wide = await _replacing(org, ann.id, laid[3].starts_at + timedelta(hours=3), rep_ids=[bob.id])
    gone_of = [one.replaced_by for person in (ann, bob) for one in await sessions_of(org, person.id, "cancelled")]
    assert gone_of.count(wide.id) == 2
    with pytest.raises(ServiceError) as late:
        await _replacing(org, ann.id, laid[2].starts_at + timedelta(weeks=9))
    assert [one.pointer for one in late.value.fields] == ["/replaces_one_to_ones"]
    given = CreateCoachingSession(rep_id=ann.id, starts_at=laid[4].starts_at, replaces_one_to_ones=True)
    async with org.database.tenant(org.id) as session:
        with pytest.raises(ServiceError, match="arrange programmes"):
            await create_coaching_session(session, org.acting_as(lead), given)
