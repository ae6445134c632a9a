"""Everybody who may or may not do something with one manager's sessions with one rep, each with a key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from service.coaching_sessions.dto.formats import CreateSessionFormat
from service.coaching_sessions.lifecycle import Participants
from service.coaching_sessions.models import BookedSlot, CoachingSession
from service.coaching_sessions.repository.sessions import add_rows
from service.coaching_sessions.use_cases.booking import book
from service.coaching_sessions.use_cases.formats import create_session_format
from service.coaching_sessions.use_cases.new_sessions import Planned, new_session
from service.core.clock import utc_now
from service.core.database import Database
from service.core.principal import Principal
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.api_keys import create_api_key
from service.permissions import ALL_PERMISSIONS, ROLES
from tests.factories.events import emitted
from tests.factories.sales_org import SalesOrg, make_sales_org

SEES = ("manager", "rep", "above", "admin", "enablement", "org_key")
"""Those who see that there is a session."""
SEES_NOTHING = ("stranger", "colleague", "other_org")
ROLES_OF_CAST = (*SEES, *SEES_NOTHING)

FORMAT = {
    "key": "plain",
    "name": "Plain",
    "document": {
        "sections": [
            {
                "key": "talk",
                "title": "Talk",
                "minutes": 30,
                "questions": [
                    {"key": "what_now", "question": "What will be done?"},
                    {"key": "else", "question": "What else?", "required": False},
                ],
            }
        ]
    },
}
ANSWERED = {"talk": {"what_now": "Two calls a day"}}


@dataclass(slots=True)
class Cast:
    """An organization in which Lead coaches Ann; Top is above Lead, and the others have nothing to do with it."""

    org: SalesOrg
    people: dict[str, PersonDTO]
    keys: dict[str, str]
    format_id: UUID
    hours: int = 0

    def acting(self, role: str) -> Principal:
        """The principal of somebody who is a person of the organization."""
        return self.org.acting_as(self.people[role])

    def next_hour(self) -> datetime:
        """A whole hour next year, another each time."""
        self.hours += 1
        return utc_now().replace(minute=0, second=0, microsecond=0) + timedelta(days=400, hours=self.hours)

    def new(self, state: str = "scheduled", at: datetime | None = None, **fields: Any) -> CoachingSession:
        """A row in a state, with every required answer given."""
        between = Participants(self.people["manager"].id, self.people["rep"].id)
        planned = Planned(between, at or self.next_hour(), 30, self.format_id, "UTC", [60])
        now = utc_now()
        row = new_session(self.org.id, planned, now)
        row.status, row.answers = state, ANSWERED
        if state in {"in_progress", "completed"}:
            row.started_at = now
        if state in {"completed", "missed", "cancelled"}:
            setattr(row, f"{state}_at", now)
        if state == "cancelled":
            row.cancelled_side, row.cancel_reason = "rep", "A fair"
        for name, value in fields.items():
            setattr(row, name, value)
        return row

    async def plant(self, rows: Sequence[CoachingSession]) -> list[UUID]:
        """Store rows, with their time booked; their ids."""
        async with self.org.database.tenant(self.org.id) as session:
            await add_rows(session, rows)
            assert await book(session, self.org.id, [row for row in rows if row.status != "cancelled"]) == set()
        return [row.id for row in rows]

    async def planted(self, state: str = "scheduled", at: datetime | None = None, **fields: Any) -> UUID:
        """One of them."""
        return (await self.plant([self.new(state, at, **fields)]))[0]

    async def rows(self) -> dict[UUID, CoachingSession]:
        """Every session as it is stored."""
        async with self.org.database.tenant(self.org.id) as session:
            found = await session.exec(select(CoachingSession).where(col(CoachingSession.org_id) == self.org.id))
            return {row.id: row for row in found}

    async def row(self, session_id: UUID) -> CoachingSession:
        """One of them."""
        return (await self.rows())[session_id]

    async def slots(self, session_id: UUID) -> list[datetime]:
        """What a session has booked, of the rep."""
        async with self.org.database.tenant(self.org.id) as session:
            query = select(BookedSlot.slot_at).where(
                col(BookedSlot.org_id) == self.org.id,
                col(BookedSlot.session_id) == session_id,
                col(BookedSlot.person_id) == self.people["rep"].id,
            )
            return sorted((await session.exec(query)).all())

    async def events(self, session_id: UUID) -> list[tuple[str, dict[str, Any]]]:
        """Type and data of what was told of a session, in order."""
        return [one for one in await emitted(self.org) if one[1].get("session_id") == str(session_id)]


async def make_cast(database: Database) -> Cast:
    """Everybody."""
    org = await make_sales_org(database)
    other = await make_sales_org(database)
    people = {"above": await org.add_person("Top", role="manager")}
    people["manager"] = await org.add_person("Lead", role="manager", manager_id=people["above"].id)
    people["rep"] = await org.add_person("Ann", manager_id=people["manager"].id)
    people["colleague"] = await org.add_person("Bob", manager_id=people["manager"].id)
    people["stranger"] = await org.add_person("Stan", role="manager")
    people["enablement"] = await org.add_person("Ena", role="enablement")
    people["admin"] = await org.add_person("Ada", role="admin")
    keys = {role: await org.key_for(person) for role, person in people.items()}
    async with database.tenant(org.id) as session:
        data = CreateApiKey(name="Script", scopes=sorted(ALL_PERMISSIONS))
        keys["org_key"] = (await create_api_key(session, org.system, data, ROLES)).key
        given = CreateSessionFormat.model_validate(FORMAT)
        format_id = (await create_session_format(session, org.system, given)).id
    return Cast(org, people, {**keys, "other_org": other.admin_key}, format_id)
