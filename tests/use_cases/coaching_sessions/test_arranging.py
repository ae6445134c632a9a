"""Who arranges sessions between whom, when, and what the two write."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from service.coaching_sessions.dto.sessions import (
    CoachingSessionDTO,
    CoachingSessionFilter,
    CreateCoachingSession,
    UpdateCoachingSession,
)
from service.coaching_sessions.use_cases.sessions import (
    coaching_sessions_of,
    create_coaching_session,
    list_coaching_sessions,
    update_coaching_session,
)
from service.core.clock import utc_now
from service.core.errors import ServiceError
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.principal import Principal
from tests.factories.coaching_cast import ANSWERED, Cast


async def arrange(cast: Cast, principal: Principal, rep: str, manager: str | None, **fields: Any) -> CoachingSessionDTO:
    given = {"rep_id": cast.people[rep].id, "starts_at": cast.next_hour(), "format_key": "plain", **fields}
    if manager is not None:
        given["manager_id"] = cast.people[manager].id
    async with cast.org.database.tenant(cast.org.id) as session:
        return await create_coaching_session(session, principal, CreateCoachingSession.model_validate(given))


async def pointers(cast: Cast, principal: Principal, rep: str, manager: str | None, **fields: Any) -> list[str]:
    with pytest.raises(ServiceError) as refused:
        await arrange(cast, principal, rep, manager, **fields)
    return [one.pointer for one in refused.value.fields]


MAY = [
    ("rep", "rep", "manager"),
    ("rep", "rep", None),
    ("manager", "rep", "manager"),
    ("manager", "colleague", None),
    ("manager", "manager", "above"),
    ("above", "rep", "manager"),
    ("above", "rep", "above"),
    ("above", "manager", "above"),
    ("admin", "rep", "stranger"),
    ("enablement", "stranger", "rep"),
]
MAY_NOT = [
    ("rep", "rep", "above", "/manager_id"),
    ("rep", "rep", "colleague", "/manager_id"),
    ("rep", "colleague", "manager", "/rep_id"),
    ("manager", "rep", "above", "/manager_id"),
    ("manager", "rep", "stranger", "/manager_id"),
    ("manager", "manager", "rep", "/manager_id"),
    ("manager", "stranger", "manager", "/rep_id"),
    ("stranger", "rep", "stranger", "/rep_id"),
    ("stranger", "stranger", None, "/manager_id"),
    ("admin", "stranger", None, "/manager_id"),
    ("admin", "rep", "rep", "/manager_id"),
]


@pytest.mark.parametrize(("who", "rep", "manager"), MAY)
async def test_who_arranges_for_whom(cast: Cast, who: str, rep: str, manager: str | None) -> None:
    made = await arrange(cast, cast.acting(who), rep, manager)
    assert made.rep_id == cast.people[rep].id
    assert made.manager_id == (cast.people[manager].id if manager else cast.people[rep].manager_id)
    assert (made.status, made.sequence, made.owed, made.cadence_id) == ("scheduled", 0, True, None)
    assert made.due_at == made.starts_at == made.ends_at - timedelta(minutes=30)
    assert [name for name, _ in await cast.events(made.id)] == ["coaching_session.scheduled"]


@pytest.mark.parametrize(("who", "rep", "manager", "pointer"), MAY_NOT)
async def test_who_does_not(cast: Cast, who: str, rep: str, manager: str | None, pointer: str) -> None:
    assert await pointers(cast, cast.acting(who), rep, manager) == [pointer]


async def test_nobody_elses_people_and_no_past(cast: Cast) -> None:
    admin = cast.acting("admin")
    assert await pointers(cast, admin, "rep", "manager", rep_id=new_id()) == ["/rep_id"]
    assert await pointers(cast, admin, "rep", None, manager_id=new_id()) == ["/manager_id"]
    assert await pointers(cast, admin, "rep", None, format_key="none") == ["/format_key"]
    gone = utc_now().replace(minute=0, second=0, microsecond=0)
    assert await pointers(cast, admin, "rep", None, starts_at=gone) == ["/starts_at"]
    cast.people["leaver"] = await cast.org.add_person(
        f"Leaver{new_id()}", manager_id=cast.people["manager"].id, left_on=utc_now().date() + timedelta(days=9)
    )
    assert await pointers(cast, admin, "leaver", "manager") == ["/rep_id"]


async def test_reminders_and_zone_are_those_of_the_rep(cast: Cast) -> None:
    made = await arrange(cast, cast.acting("rep"), "rep", None, reminder_minutes=[60, 1440])
    row = await cast.row(made.id)
    assert (made.time_zone, row.next_reminder_at) == ("America/New_York", made.starts_at - timedelta(days=1))
    cast.people["abroad"] = await cast.org.add_person(
        f"Abroad{new_id()}", manager_id=cast.people["manager"].id, time_zone="Australia/Sydney"
    )
    abroad = await arrange(cast, cast.acting("manager"), "abroad", None, reminder_minutes=[])
    assert abroad.time_zone == "Australia/Sydney"
    assert (await cast.row(abroad.id)).next_reminder_at is None


async def test_time_that_is_taken_is_said_plainly(cast: Cast) -> None:
    made = await arrange(cast, cast.acting("rep"), "rep", None)
    with pytest.raises(ServiceError, match=r"^The manager is taken at .*Z\.$") as refused:
        await arrange(cast, cast.acting("manager"), "colleague", None, starts_at=made.starts_at)
    assert (refused.value.code, [one.pointer for one in refused.value.fields]) == ("time_taken", ["/starts_at"])


async def _write(cast: Cast, session_id: UUID, **fields: Any) -> CoachingSessionDTO:
    async with cast.org.database.tenant(cast.org.id) as session:
        data = UpdateCoachingSession.model_validate(fields)
        return await update_coaching_session(session, cast.acting("rep"), session_id, data)


async def test_answers_are_replaced_one_by_one(cast: Cast) -> None:
    id_ = await cast.planted()
    written = await _write(cast, id_, answers={"talk": {"else": "A fair"}}, shared_notes=" Ours ")
    assert written.answers == {"talk": {**ANSWERED["talk"], "else": "A fair"}}
    assert written.shared_notes == "Ours"
    written = await _write(cast, id_, answers={"talk": {"else": "", "what_now": "Three calls"}})
    assert (written.answers, written.shared_notes) == ({"talk": {"what_now": "Three calls"}}, "Ours")
    written = await _write(cast, id_, answers={"talk": {"what_now": " "}}, shared_notes=None)
    assert (written.answers, written.shared_notes) == ({}, None)
    assert await cast.events(id_) == []


async def test_unknown_answers_are_named(cast: Cast) -> None:
    id_ = await cast.planted()
    with pytest.raises(ServiceError) as refused:
        await _write(cast, id_, answers={"walk": {"x": "y"}, "talk": {"when": "now"}})
    assert {one.pointer for one in refused.value.fields} == {"/answers/walk", "/answers/talk/when"}


async def test_lists_are_filtered_and_in_scope(cast: Cast) -> None:
    at = datetime(2031, 5, 6, 10, tzinfo=UTC)
    mine = await cast.plant([cast.new("scheduled", at), cast.new("completed", at + timedelta(hours=1))])
    theirs = await cast.planted(
        "scheduled", at + timedelta(hours=1), rep_id=cast.people["colleague"].id, manager_id=cast.people["above"].id
    )
    span = {"starts_from": at, "starts_before": at + timedelta(days=1)}

    async def seen(who: str, **fields: Any) -> set[UUID]:
        filters = CoachingSessionFilter.model_validate(span | fields)
        async with cast.org.database.tenant(cast.org.id) as session:
            page = await list_coaching_sessions(session, cast.acting(who), filters, PageRequest(50))
        return {one.id for one in page.items}

    assert await seen("rep") == set(mine)
    assert await seen("colleague") == {theirs}
    assert await seen("manager") == await seen("admin") == {*mine, theirs}
    assert await seen("stranger") == set()
    assert await seen("admin", manager_id=cast.people["above"].id) == {theirs}
    assert await seen("admin", rep_id=cast.people["rep"].id, status="completed") == {mine[1]}
    assert await seen("admin", starts_from=at + timedelta(minutes=1)) == {mine[1], theirs}
    async with cast.org.database.tenant(cast.org.id) as session:
        assert set(await coaching_sessions_of(session, cast.acting("rep"), [*mine, theirs])) == set(mine)
