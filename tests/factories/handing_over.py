"""Lead, whose coaching is handed over to Next, and those around them; sessions are laid down from March 2027 on."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from service.coaching_sessions.dto.commitments import CommitmentDTO, CreateCommitment
from service.coaching_sessions.dto.sessions import CreateCoachingSession, RescheduleSession
from service.coaching_sessions.dto.standing_in import CreateHandOver, HandOverDTO
from service.coaching_sessions.dto.topics import CreateCoachingTopic
from service.coaching_sessions.models import CoachingCommitment, CoachingSession, CoachingTopic
from service.coaching_sessions.use_cases.commitments import create_commitment
from service.coaching_sessions.use_cases.hand_overs import create_coaching_hand_over
from service.coaching_sessions.use_cases.session_moves import reschedule_coaching_session
from service.coaching_sessions.use_cases.sessions import create_coaching_session
from service.coaching_sessions.use_cases.topics import create_coaching_topic
from service.core.clock import utc_now
from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from tests.factories.programmes import add_programme, lay_down
from tests.factories.sales_org import SalesOrg

NOW = datetime(2027, 3, 1, 13, tzinfo=UTC)
ON = date(2027, 3, 15)


@dataclass(slots=True)
class Handing:
    """Lead coaches Ann and Bob on Tuesdays, Next coaches Cid at the same time; both report to Top."""

    org: SalesOrg
    people: dict[str, PersonDTO]

    def id(self, who: str) -> UUID:
        return self.people[who].id

    def acting(self, who: str) -> Principal:
        return self.org.acting_as(self.people[who])

    async def hand_over(self, who: str = "top", **fields: Any) -> HandOverDTO:
        given = {"from_manager_id": self.id("lead"), "to_manager_id": self.id("next"), "hands_over_on": ON, **fields}
        async with self.org.database.tenant(self.org.id) as session:
            return await create_coaching_hand_over(session, self.acting(who), CreateHandOver.model_validate(given))

    async def promise(self) -> CommitmentDTO:
        """Lead takes something on with Ann, and asks to talk to her."""
        async with self.org.database.tenant(self.org.id) as session:
            due_on = utc_now().date() + timedelta(days=9)
            data = CreateCommitment(rep_id=self.id("ann"), owner_id=self.id("lead"), description="Ask", due_on=due_on)
            asked = CreateCoachingTopic(rep_id=self.id("ann"), title="Talk")
            await create_coaching_topic(session, self.acting("lead"), asked)
            return await create_commitment(session, self.acting("lead"), data)

    async def owners(self) -> tuple[set[UUID], set[UUID | None]]:
        """Of commitments, and who raised topics."""
        async with self.org.database.tenant(self.org.id) as session:
            made = select(CoachingCommitment.owner_id).where(col(CoachingCommitment.org_id) == self.org.id)
            raised = select(CoachingTopic.raised_by).where(col(CoachingTopic.org_id) == self.org.id)
            return set((await session.exec(made)).all()), set((await session.exec(raised)).all())

    async def arrange(self, at: datetime) -> UUID:
        """A session by hand of Lead and Ann."""
        given = {"rep_id": self.id("ann"), "manager_id": self.id("lead"), "starts_at": at}
        async with self.org.database.tenant(self.org.id) as session:
            made = await create_coaching_session(session, self.org.system, CreateCoachingSession.model_validate(given))
        return made.id

    async def put(self, who: str, session_id: UUID, at: datetime) -> None:
        """Somebody moves a session."""
        data = RescheduleSession(starts_at=at, reason="A customer")
        async with self.org.database.tenant(self.org.id) as session:
            await reschedule_coaching_session(session, self.acting(who), session_id, data)

    async def row(self, session_id: UUID) -> CoachingSession:
        async with self.org.database.tenant(self.org.id) as session:
            found = await session.get(CoachingSession, (self.org.id, session_id))
            assert found is not None
            return found


async def make_handing(org: SalesOrg) -> Handing:
    """With eight weeks of sessions."""
    people = {"top": await org.add_person("Top", role="manager")}
    for name in ("lead", "next"):
        people[name] = await org.add_person(name.title(), role="manager", manager_id=people["top"].id)
    for name, manager in (("ann", "lead"), ("bob", "lead"), ("cid", "next")):
        line = {"manager_id": people[manager].id, "hired_on": "2026-01-01"}
        people[name] = await org.add_person(name.title(), job_role="AE", **line)
    await add_programme(org, job_role="AE")
    await lay_down(org, NOW)
    return Handing(org, people)
