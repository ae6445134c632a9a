"""An organization whose reps rated their coaching over quarters: Top above East and West, and Alone beside them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from service.coaching_sessions.dto.formats import CreateSessionFormat
from service.coaching_sessions.dto.ratings import CoachingRatingsDTO, CoachingRatingsQuery
from service.coaching_sessions.lifecycle import Participants
from service.coaching_sessions.models import CoachingRating
from service.coaching_sessions.rating_questions import SETS
from service.coaching_sessions.repository.ratings import put_own_rating
from service.coaching_sessions.repository.sessions import add_rows
from service.coaching_sessions.use_cases.formats import create_session_format
from service.coaching_sessions.use_cases.new_sessions import Planned, new_session
from service.coaching_sessions.use_cases.rating_publication import publish_closed_period
from service.coaching_sessions.use_cases.rating_reports import get_coaching_ratings
from service.core.database import Database
from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from tests.factories.coaching_cast import FORMAT
from tests.factories.sales_org import SalesOrg, make_sales_org

ASKED = SETS[-1]
SPRING = datetime(2025, 2, 3, 15, tzinfo=UTC)
"""A session of the first quarter of 2025."""
QUARTER = timedelta(days=91)
BEFORE = "2024-01-01"


@dataclass(slots=True)
class Rated:
    """An organization, its people by name, and the format of every session."""

    org: SalesOrg
    people: dict[str, PersonDTO]
    format_id: UUID
    hours: int = 0

    async def hold(self, manager: str, rep: str, at: datetime = SPRING) -> UUID:
        """A completed session, which nobody rated yet."""
        self.hours += 1
        between = Participants(self.people[manager].id, self.people[rep].id)
        row = new_session(self.org.id, Planned(between, at, 30, self.format_id, "UTC", []), at)
        row.status, row.started_at, row.completed_at = "completed", at, at + timedelta(minutes=30, seconds=self.hours)
        async with self.org.database.tenant(self.org.id) as session:
            await add_rows(session, [row])
        return row.id

    async def rate(self, session_id: UUID, rep: str, *steps: int) -> None:
        """What a rep said while it could be said, question by question; one step: the same to all."""
        given = steps if len(steps) > 1 else steps * len(ASKED.keys)
        rating = CoachingRating(
            org_id=self.org.id,
            session_id=session_id,
            rater_id=self.people[rep].id,
            set_key=ASKED.key,
            set_version=ASKED.version,
            answers=dict(zip(ASKED.keys, given, strict=True)),
        )
        async with self.org.database.tenant(self.org.id) as session:
            await put_own_rating(session, rating)

    async def said(self, manager: str, answers: dict[str, int], at: datetime = SPRING) -> None:
        """One session of each of some reps, rated."""
        for rep, step in answers.items():
            await self.rate(await self.hold(manager, rep, at), rep, step)

    async def publish(self, now: datetime) -> bool:
        """What the worker does at an instant."""
        async with self.org.database.tenant(self.org.id) as session:
            return await publish_closed_period(session, self.org.system, now)

    async def execute(self, statement: sa.Executable) -> list[dict[str, Any]]:
        """A statement on the tables; the rows, if it has any."""
        async with self.org.database.tenant(self.org.id) as session:
            found = await (await session.connection()).execute(statement)
            return [dict(row) for row in found.mappings()] if found.returns_rows else []

    async def read(self, reader: Principal | None = None, **query: Any) -> CoachingRatingsDTO:
        """What somebody reads; by default the worker, who sees all."""
        asked = CoachingRatingsQuery.model_validate(query)
        async with self.org.database.tenant(self.org.id) as session:
            return await get_coaching_ratings(session, reader or self.org.system, asked)


async def make_rated(database: Database) -> Rated:
    """Seven reps of East, four of West, six of Alone, and who may read more than a manager."""
    org = await make_sales_org(database)
    people = {"top": await org.add_person("Top", role="manager")}
    for name, boss, reps in (("east", "top", 7), ("west", "top", 4), ("alone", None, 6)):
        above = {"manager_id": people[boss].id, "manager_from": BEFORE} if boss else {}
        people[name] = await org.add_person(name.title(), role="manager", **above)
        for number in range(reps):
            rep, below = f"{name}{number}", {"manager_id": people[name].id, "manager_from": BEFORE}
            people[rep] = await org.add_person(rep, **below)
    people["ena"] = await org.add_person("Ena", role="enablement", **below)
    people["ada"] = await org.add_person("Ada", role="admin")
    async with database.tenant(org.id) as session:
        format_ = await create_session_format(session, org.system, CreateSessionFormat.model_validate(FORMAT))
    return Rated(org, people, format_.id)


def team(name: str, *steps: int) -> dict[str, int]:
    """What the first reps of a team say."""
    return {f"{name}{number}": step for number, step in enumerate(steps)}
