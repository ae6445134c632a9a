"""What passes from one who coached to another: sessions to come, open topics and commitments.

By a hand-over on its day, and by itself where a manager has left and somebody else coaches the rep.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.lifecycle import SessionState, Side
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import passing_on, sessions, sharing, standing_in
from service.coaching_sessions.roster import CadenceEnd
from service.coaching_sessions.upkeep import END_SAYS, OTHER_COACH
from service.coaching_sessions.use_cases.access import planned_for
from service.coaching_sessions.use_cases.booking import release
from service.coaching_sessions.use_cases.holding import change_hands, substitute, uninvite
from service.coaching_sessions.use_cases.surveying import Survey
from service.coaching_sessions.use_cases.telling import tell
from service.coaching_sessions.use_cases.topic_hints import hint_topics
from service.core.principal import Principal, require
from service.webhooks.outbox import EventType

NewManager = Callable[[CoachingSession], UUID]


async def pass_on_sessions(
    session: AsyncSession,
    rows: Sequence[CoachingSession],
    to: NewManager,
    following: Mapping[UUID, UUID],
    now: datetime,
) -> list[CoachingSession]:
    """Locked sessions become another's; returns those arranged or moved by hand when the new one has no time.

    These stay. For others of a series, by the id of the cadence that follows, the next cascade finds another time.
    """
    if not rows:
        return []
    span = (min(row.starts_at for row in rows), max(row.ends_at for row in rows))
    substitutions = await standing_in.list_substitutions_within(session, rows[0].org_id, span)

    def change(row: CoachingSession) -> None:
        row.manager_id = to(row)
        row.coach_ids = [id_ for id_ in row.coach_ids if id_ != row.manager_id]
        if row.cadence_id is not None:
            row.cadence_id = following.get(row.cadence_id, row.cadence_id)
        substitute(row, substitutions)

    clashing = await change_hands(session, rows[0].org_id, rows, change, now)
    of_series = {row.id for row in clashing if row.cadence_id is not None}
    of_series -= await sessions.which_left_alone(session, rows[0].org_id, of_series)
    laid_anew = [row for row in clashing if row.id in of_series]
    for row in laid_anew:
        was = planned_for(row).attending
        change(row)
        uninvite(row, was)
    await give_up(session, laid_anew, OTHER_COACH, now)
    return [row for row in clashing if row.id not in of_series]


async def give_up(session: AsyncSession, rows: Sequence[CoachingSession], why: str, now: datetime) -> None:
    """Nobody owes them any more; those of a series are taken up again when there is time."""
    for row in rows:
        row.status, row.owed, row.sequence = SessionState.CANCELLED.value, False, row.sequence + 1
        row.cancelled_at = row.updated_at = now
        row.cancelled_side, row.cancel_reason, row.next_reminder_at = Side.SYSTEM.value, why, None
    await session.flush()
    for row in rows:
        await release(session, row.org_id, [row.id])
        await tell(session, row, EventType.COACHING_SESSION_CANCELLED, side=Side.SYSTEM.value)


async def forget_the_removed(session: AsyncSession, principal: Principal, now: datetime) -> None:
    """Whoever was removed from the organization takes part in nothing any more.

    What a removed substitute was to hold is the manager's again, or is given up where the manager has no time then.
    """
    require(principal, Permission.COACHING_PROGRAMMES_WRITE)
    await sharing.forget_removed_attendees(session, principal.org_id)
    rows = await sharing.lock_of_removed(session, principal.org_id)
    if rows:
        span = (min(row.starts_at for row in rows), max(row.ends_at for row in rows))
        left = await standing_in.list_substitutions_within(session, principal.org_id, span)
        clashing = await change_hands(session, principal.org_id, rows, lambda row: substitute(row, left), now)
        await give_up(session, clashing, OTHER_COACH, now)
    await sharing.forget_removed_others(session, principal.org_id)


async def pass_on_due(session: AsyncSession, principal: Principal, now: datetime, today: date) -> None:
    """Open topics and commitments of the hand-overs whose day has come become the new one's."""
    require(principal, Permission.COACHING_HAND_OVERS_WRITE)
    for row in await standing_in.lock_due_hand_overs(session, principal.org_id, today):
        to_of = dict.fromkeys(row.rep_ids, row.to_manager_id)
        await passing_on.pass_on_matters(session, principal.org_id, row.from_manager_id, to_of, now)
        row.passed_on_at = now
        await hint_topics(session, principal.org_id, row.rep_ids)
    await session.flush()


async def pass_on_of_leavers(session: AsyncSession, principal: Principal, found: Survey) -> None:
    """What those who have left still had with reps becomes that of whoever coaches the rep now.

    Sessions that they still owe, arranged or moved by hand, are given up where nobody coaches the rep or the new one
    has no time.
    """
    require(principal, Permission.COACHING_HAND_OVERS_WRITE)
    roster, clock = found.roster, found.clock
    leavers = {one.id for one in roster.people.values() if one.left_on is not None and one.left_on < clock.today}
    if not leavers:
        return
    passed: dict[UUID, dict[UUID, UUID]] = defaultdict(dict)
    for manager_id, rep_id in await passing_on.matters_of(session, principal.org_id, leavers):
        coach_id = roster.coach_of(rep_id, clock.today)
        if coach_id is not None and coach_id not in leavers:
            passed[manager_id][rep_id] = coach_id
    for manager_id, to_of in sorted(passed.items()):
        await passing_on.pass_on_matters(session, principal.org_id, manager_id, to_of, clock.now)
        await hint_topics(session, principal.org_id, to_of)
    rows = await passing_on.lock_ahead_of(session, principal.org_id, leavers, clock.now)
    coaches = {row.id: roster.coach_of(row.rep_id, clock.today) for row in rows}
    to = {id_: coach for id_, coach in coaches.items() if coach is not None and coach not in leavers}
    passing = [row for row in rows if row.id in to and to[row.id] not in row.rep_ids]
    clashing = await pass_on_sessions(session, passing, lambda row: to[row.id], {}, clock.now)
    lost = [row for row in rows if row not in passing] + clashing
    await give_up(session, lost, END_SAYS[CadenceEnd.LEFT], clock.now)
