"""Those who play a year together: each step at its time, by whoever would take it, through the use cases."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.commitments import CreateCommitment
from service.coaching_sessions.dto.sessions import AttestSession, CancelSession, CompleteSession, UpdateCoachingSession
from service.coaching_sessions.models import CoachingSession
from service.coaching_sessions.use_cases import session_moves, sessions
from service.coaching_sessions.use_cases.commitments import create_commitment
from service.core.principal import Principal, Role
from service.permissions import ROLES
from tests.factories.programmes import lay_down
from tests.factories.sales_org import SalesOrg
from tests.factories.together_year import COACHES, DUE_ON, Story, TogetherYear
from tests.fixtures.moving_clock import MovingClock

NOON = time(12)


@dataclass
class Troupe:
    """The organization, who is who in it, and what is to come: an instant, and what is done then."""

    org: SalesOrg
    clock: MovingClock
    year: TogetherYear
    ids: dict[str, UUID] = field(default_factory=dict)
    steps: list[tuple[datetime, int, Callable[[], Awaitable[None]]]] = field(default_factory=list)
    groups: dict[int, UUID] = field(default_factory=dict)
    promised: list[tuple[UUID, Story]] = field(default_factory=list)

    def acting(self, who: str) -> Principal:
        role = Role.ENABLEMENT if who == "ena" else Role.MANAGER if who in COACHES else Role.REP
        return Principal(self.org.id, ROLES[role], person_id=self.ids[who], role=role)

    def at(self, day: date, hour: time = NOON) -> datetime:
        return datetime.combine(day, hour, self.org.zone).astimezone(UTC)

    def plan(self, at: datetime, step: Callable[[], Awaitable[None]]) -> None:
        self.steps.append((at, len(self.steps), step))

    async def do(self, use_case: Callable[..., Awaitable[Any]], *given: Any) -> Any:
        """In a transaction of its own, as a request is."""
        async with self.org.database.tenant(self.org.id) as session:
            return await use_case(session, *given)

    async def lay_down(self) -> None:
        """As the worker does once a day, and after every change."""
        await lay_down(self.org, self.clock.at)

    async def play(self, until: date) -> None:
        """All that is planned until a day, in order."""
        self.steps.sort()
        while self.steps and self.steps[0][0] < self.at(until):
            at, _, step = self.steps.pop(0)
            self.clock.at = at
            await step()
        self.clock.at = self.at(until)


async def find(troupe: Troupe, story: Story) -> CoachingSession | None:
    """The scheduled session of a story, if there is one."""
    row = CoachingSession
    query = select(row).where(col(row.org_id) == troupe.org.id, col(row.status) == "scheduled")
    if story.occurs_on is None:
        query = query.where(col(row.id) == troupe.groups[troupe.year.groups.index(story)])
    else:
        query = query.where(col(row.rep_id) == troupe.ids[story.reps[0]], col(row.occurs_on) == story.occurs_on)

    async def read(session: AsyncSession) -> CoachingSession | None:
        return (await session.exec(query)).first()

    found: CoachingSession | None = await troupe.do(read)
    return found


async def row_of(troupe: Troupe, story: Story) -> CoachingSession:
    """As `find`, and it is between whom and on the day that the story says."""
    row, ids = await find(troupe, story), troupe.ids
    assert row is not None, story
    assert troupe.org.day_of(row.starts_at) == story.day, story
    stands_in = None if story.stands_in is None else ids[story.stands_in]
    assert (row.manager_id, row.rep_id, row.substitute_id) == (ids[story.owes], ids[story.reps[0]], stands_in), story
    return row


async def bring(troupe: Troupe, story: Story) -> None:
    """Say who comes beside the two."""
    row, ids = await find(troupe, story), troupe.ids
    assert row is not None, story
    named = {"rep_ids": [ids[one] for one in story.reps[1:]], "coach_ids": [ids[one] for one in story.beside]}
    data = UpdateCoachingSession.model_validate(named)
    await troupe.do(sessions.update_coaching_session, troupe.acting("ena"), row.id, data)
    await troupe.lay_down()


async def cancel(troupe: Troupe, story: Story, who: str) -> None:
    id_, data = (await row_of(troupe, story)).id, CancelSession(reason="It does not suit")
    await troupe.do(session_moves.cancel_coaching_session, troupe.acting(who), id_, data)


async def hold(troupe: Troupe, story: Story) -> None:
    """They begin, late or not, come to an end, and some say how it went."""
    row, coach = await row_of(troupe, story), troupe.acting(story.holds)
    troupe.clock.at = row.starts_at + timedelta(minutes=story.late)
    done = CompleteSession(minutes=story.minutes)
    await troupe.do(session_moves.start_coaching_session, coach, row.id)
    if story.promise is not None:
        given = {"rep_id": row.rep_id, "owner_id": row.manager_id, "session_id": row.id}
        promise = CreateCommitment.model_validate({**given, "description": "Ask", "due_on": DUE_ON})
        made = await troupe.do(create_commitment, coach, promise)
        troupe.promised.append((made.id, story))
    troupe.clock.at += timedelta(minutes=story.minutes)
    await troupe.do(session_moves.complete_coaching_session, coach, row.id, done)
    for who in story.said:
        await troupe.do(session_moves.attest_coaching_session, troupe.acting(who), row.id, AttestSession(held=True))
