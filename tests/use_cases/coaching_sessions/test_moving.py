"""What each move of a session leaves behind: its fields, booked time, events, and what the format still asks for."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from service.coaching_sessions.dto.sessions import (
    AttestSession,
    CancelSession,
    CoachingSessionDTO,
    CompleteSession,
    RescheduleSession,
)
from service.coaching_sessions.models import CoachingTopic
from service.coaching_sessions.use_cases import session_moves
from service.coaching_sessions.use_cases.formats import resolve_format
from service.coaching_sessions.use_cases.session_clock import miss_overdue, remind_due
from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.principal import Principal
from service.core.tables import metadata
from tests.factories.coaching_cast import Cast
from tests.factories.rows import sample_row


async def move(cast: Cast, name: str, who: str, id_: UUID, data: Any = None) -> CoachingSessionDTO:
    use_case = getattr(session_moves, f"{name}_coaching_session")
    given = () if data is None else (data,)
    async with cast.org.database.tenant(cast.org.id) as session:
        moved: CoachingSessionDTO = await use_case(session, cast.acting(who), id_, *given)
        return moved


async def test_cancelling_frees_the_time(cast: Cast) -> None:
    id_ = await cast.planted()
    found = await move(cast, "cancel", "above", id_, CancelSession(reason="A fair"))
    assert (found.status, found.cancelled_side, found.cancel_reason, found.sequence) == (
        "cancelled",
        "other",
        "A fair",
        1,
    )
    assert (found.cancelled_by, found.due_at) == (cast.people["above"].id, found.starts_at)
    assert await cast.slots(id_) == []
    (told,) = await cast.events(id_)
    assert (told[0], told[1]["side"], told[1]["sequence"]) == ("coaching_session.cancelled", "other", 1)
    await cast.planted(at=found.starts_at)


async def test_rescheduling_keeps_when_it_was_due(cast: Cast) -> None:
    id_ = await cast.planted()
    was, to = (await cast.row(id_)).starts_at, cast.next_hour() + timedelta(days=30)
    data = RescheduleSession(starts_at=to, minutes=45, reason="A fair")
    found = await move(cast, "reschedule", "rep", id_, data)
    assert (found.status, found.sequence, found.starts_at, found.due_at) == ("scheduled", 1, to, was)
    assert found.ends_at == to + timedelta(minutes=45)
    assert await cast.slots(id_) == [to + timedelta(minutes=5 * n) for n in range(9)]
    assert (await cast.row(id_)).next_reminder_at == to - timedelta(hours=1)
    await move(cast, "reschedule", "manager", id_, RescheduleSession(starts_at=was, reason="After all"))
    async with cast.org.database.tenant(cast.org.id) as session:
        first, second = await session_moves.list_session_moves(session, cast.acting("rep"), id_)
        assert await session_moves.get_session_move(session, cast.acting("above"), first.id) == first
        with pytest.raises(ServiceError, match="No such coaching session"):
            await session_moves.get_session_move(session, cast.acting("stranger"), first.id)
    assert (first.sequence, first.side, first.reason, first.from_starts_at, first.to_starts_at) == (
        1,
        "rep",
        "A fair",
        was,
        to,
    )
    assert first.notice_minutes == (was - first.moved_at) // timedelta(minutes=1)
    assert (second.sequence, second.side, second.to_ends_at) == (2, "manager", was + timedelta(minutes=45))
    told = await cast.events(id_)
    assert [name for name, _ in told] == ["coaching_session.rescheduled"] * 2
    assert (told[0][1]["was_at"], told[0][1]["notice_minutes"]) == (
        was.isoformat().replace("+00:00", "Z"),
        first.notice_minutes,
    )


async def test_a_session_stays_where_it_is_when_its_new_time_is_taken(cast: Cast) -> None:
    id_, other = await cast.planted(), await cast.planted()
    before, taken = await cast.row(id_), (await cast.row(other)).starts_at
    with pytest.raises(ServiceError) as refused:
        await move(cast, "reschedule", "rep", id_, RescheduleSession(starts_at=taken, reason="x"))
    assert refused.value.code == "time_taken"
    assert await cast.row(id_) == before
    assert len(await cast.slots(id_)) == 6
    for at in (before.starts_at, utc_now().replace(minute=0, second=0, microsecond=0)):
        with pytest.raises(ServiceError) as refused:
            await move(cast, "reschedule", "rep", id_, RescheduleSession(starts_at=at, reason="x"))
        assert [one.pointer for one in refused.value.fields] == ["/starts_at"]


async def test_notice_after_the_old_time_is_below_zero(cast: Cast) -> None:
    past = utc_now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
    id_ = await cast.planted(at=past)
    data = RescheduleSession(starts_at=cast.next_hour(), reason="Forgotten")
    await move(cast, "reschedule", "manager", id_, data)
    async with cast.org.database.tenant(cast.org.id) as session:
        (one,) = await session_moves.list_session_moves(session, cast.acting("rep"), id_)
    assert -241 <= one.notice_minutes < -178


async def _topic(cast: Cast) -> UUID:
    topic_id = new_id()
    row = sample_row(metadata.tables["coaching_topic"], cast.org.id, topic_id) | {"rep_id": cast.people["rep"].id}
    row |= dict.fromkeys(("opportunity_id", "commitment_id", "discussed_in", "deal_id"))
    async with cast.org.database.tenant(cast.org.id) as session:
        await (await session.connection()).execute(sa.insert(CoachingTopic).values(row))
    return topic_id


async def test_completing_marks_what_was_discussed(cast: Cast) -> None:
    topic_id, id_ = await _topic(cast), await cast.planted("in_progress", started_at=utc_now() - timedelta(minutes=25))
    with pytest.raises(ServiceError) as refused:
        await move(cast, "complete", "manager", id_, CompleteSession(discussed_topic_ids=[topic_id, new_id()]))
    assert [one.pointer for one in refused.value.fields] == ["/discussed_topic_ids/1"]
    found = await move(cast, "complete", "manager", id_, CompleteSession(discussed_topic_ids=[topic_id]))
    assert (found.status, found.minutes_held, found.sequence) == ("completed", 25, 0)
    assert [name for name, _ in await cast.events(id_)] == ["coaching_session.completed"]
    assert len(await cast.slots(id_)) == 6
    async with cast.org.database.tenant(cast.org.id) as session:
        topic = await session.get_one(CoachingTopic, (cast.org.id, topic_id))
        assert (topic.status, topic.discussed_in) == ("discussed", id_)
    again = await cast.planted("in_progress")
    with pytest.raises(ServiceError) as refused:
        await move(cast, "complete", "manager", again, CompleteSession(discussed_topic_ids=[topic_id]))
    assert refused.value.kind is ErrorKind.INVALID


async def test_completing_needs_what_the_format_asks(cast: Cast) -> None:
    async with cast.org.database.tenant(cast.org.id) as session:
        grow = (await resolve_format(session, cast.org.system, "grow")).id
    id_ = await cast.planted("in_progress", format_id=grow, answers={"goal": {"goal": " "}})
    with pytest.raises(ServiceError) as refused:
        await move(cast, "complete", "manager", id_, CompleteSession())
    assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "format_incomplete")
    assert {one.pointer for one in refused.value.fields} == {
        "/answers/goal/goal",
        "/answers/reality/reality",
        "/answers/options/options",
        "/outcomes/topic_discussed",
        "/outcomes/commitment",
    }
    assert (await cast.row(id_)).status == "in_progress"


async def test_a_session_that_was_left_open_did_not_take_days(cast: Cast) -> None:
    id_ = await cast.planted("in_progress", started_at=utc_now() - timedelta(days=4))
    assert (await move(cast, "complete", "manager", id_, CompleteSession())).minutes_held == 1440
    other = await cast.planted("in_progress")
    assert (await move(cast, "complete", "manager", other, CompleteSession(minutes=0))).minutes_held == 0


async def test_starting(cast: Cast) -> None:
    id_ = await cast.planted()
    found = await move(cast, "start", "rep", id_)
    assert found.status == "in_progress"
    assert found.started_at is not None
    assert (await cast.row(id_)).next_reminder_at is None
    assert [name for name, _ in await cast.events(id_)] == ["coaching_session.started"]


async def test_both_sides_stand_beside_each_other(cast: Cast) -> None:
    id_ = await cast.planted("completed")
    await move(cast, "attest", "manager", id_, AttestSession(held=True, minutes=30, on_topic=True, comment="Good"))
    await move(cast, "attest", "rep", id_, AttestSession(held=True, minutes=10))
    found = await move(cast, "attest", "rep", id_, AttestSession(held=False))
    assert {(one.side, one.held, one.minutes, one.comment) for one in found.attestations} == {
        ("manager", True, 30, "Good"),
        ("rep", False, None, None),
    }
    with pytest.raises(ServiceError) as refused:
        await move(cast, "attest", "rep", id_, AttestSession(held=False, minutes=10))
    assert [one.pointer for one in refused.value.fields] == ["/minutes"]


async def test_the_clock_misses_what_nobody_began_in_time(cast: Cast) -> None:
    now = utc_now().replace(minute=0, second=0, microsecond=0)
    late, recent = now - timedelta(days=3), now - timedelta(hours=20)
    rows = [cast.new("scheduled", late + timedelta(hours=n)) for n in range(3)]
    begun = cast.new("in_progress", late - timedelta(hours=9))
    waiting = cast.new("scheduled", recent)
    await cast.plant([*rows, begun, waiting])
    counts = []
    for _ in range(3):
        async with cast.org.database.tenant(cast.org.id) as session:
            counts.append(await miss_overdue(session, cast.org.system, now, 2))
    assert counts == [2, 1, 0]
    stored = await cast.rows()
    assert [stored[row.id].status for row in (*rows, begun, waiting)] == [*["missed"] * 3, "in_progress", "scheduled"]
    assert [stored[row.id].missed_at for row in rows] == [now] * 3
    assert [name for name, _ in await cast.events(rows[0].id)] == ["coaching_session.missed"]
    async with cast.org.database.tenant(cast.org.id) as session:
        with pytest.raises(ServiceError) as refused:
            await miss_overdue(session, Principal(cast.org.id, frozenset(["coaching_sessions:read"])), now, 1)
    assert refused.value.kind is ErrorKind.FORBIDDEN


async def test_each_reminder_is_told_once(cast: Cast) -> None:
    at = cast.next_hour() + timedelta(days=60)
    row = cast.new("scheduled", at)
    row.reminder_minutes, row.next_reminder_at = [60, 1440], at - timedelta(days=1)
    await cast.plant([row])

    async def remind(before: timedelta) -> list[int]:
        async with cast.org.database.tenant(cast.org.id) as session:
            while await remind_due(session, cast.org.system, at - before, 100):
                pass
        told = [data for name, data in await cast.events(row.id) if name == "coaching_session.reminder"]
        return [data["minutes_before"] for data in told]

    assert await remind(timedelta(days=2)) == []
    assert await remind(timedelta(hours=23)) == [1440]
    assert await remind(timedelta(hours=22)) == [1440]
    assert await remind(timedelta(minutes=59)) == [1440, 60]
    assert await remind(timedelta(0)) == [1440, 60]
    assert (await cast.row(row.id)).next_reminder_at is None


async def test_nobody_is_reminded_of_what_should_have_begun(cast: Cast) -> None:
    row = cast.new("scheduled", cast.next_hour() + timedelta(days=90))
    await cast.plant([row])
    async with cast.org.database.tenant(cast.org.id) as session:
        assert await remind_due(session, cast.org.system, row.starts_at, 100) > 0
    assert await cast.events(row.id) == []
    assert (await cast.row(row.id)).next_reminder_at is None
