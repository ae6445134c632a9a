"""Substitutions, hand-overs, absences, feeds and sessions of many: as many statements for one row as for a dozen."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest_asyncio
from sqlmodel import SQLModel

from service.coaching_sessions.models import CalendarFeed, CoachingHandOver, CoachingSubstitution
from service.core.database import Database
from service.core.ids import new_id
from service.core.secrets import digest
from service.organizations.models import Absence
from tests.factories.coaching_cast import Cast, make_cast
from tests.fixtures.rest import bearer
from tests.fixtures.statements import counted_statements
from tests.graphql.conftest import Ask

NOW = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
STAMPS: dict[str, Any] = {"created_at": NOW, "updated_at": NOW}
LISTS = {
    "coaching-substitutions": "coachingSubstitutions { edges { node { manager { name } substitute { name } repId } } }",
    "coaching-hand-overs": """coachingHandOvers { edges { node { fromManager { name } toManager { name }
        repIds { edges { node } } clashingSessionIds { edges { node } } } } }""",
    "absences": "absences { edges { node { id person { name } } } }",
    "calendar-feeds": "calendarFeeds { edges { node { id person { name } } } }",
    "coaching-sessions": """coachingSessions { edges { node { substitute { name } reps { edges { node { name } } }
        coaches { edges { node { name } } } } } }""",
}
"""Each over REST and over GraphQL."""


@pytest_asyncio.fixture
async def cast(database: Database) -> Cast:
    return await make_cast(database)


async def plant(cast: Cast, number: int) -> None:
    """One row more of each."""
    org_id, ids = cast.org.id, {name: person.id for name, person in cast.people.items()}
    day, at, rows = date(2026, 3, 2) + number * DAY, NOW + number * DAY, list[SQLModel]()
    held: dict[str, Any] = {"manager_id": ids["manager"], "substitute_id": ids["stranger"], "rep_id": ids["rep"]}
    span: dict[str, Any] = {"from_on": day, "to_on": day, "begins_at": at, "ends_at": at + DAY}
    rows.append(CoachingSubstitution(org_id=org_id, id=new_id(), **held, **span, **STAMPS))
    rows.append(
        CoachingHandOver(
            org_id=org_id,
            id=new_id(),
            from_manager_id=ids["manager"],
            to_manager_id=ids["stranger"],
            hands_over_on=day,
            rep_ids=[ids["rep"]],
            clashing_session_ids=[new_id()],
            passed_on_at=NOW,
            created_at=NOW,
        )
    )
    away: dict[str, Any] = {"person_id": ids["rep"], "start_on": day, "end_on": day, "kind": "vacation", "share": 1}
    rows.append(Absence(org_id=org_id, id=new_id(), known_from=NOW, **away, **STAMPS))
    feed: dict[str, Any] = {"person_id": ids["rep"], "name": "Phone", "token_hash": digest(str(new_id()))}
    rows.append(CalendarFeed(org_id=org_id, id=new_id(), **feed, created_at=NOW))
    async with cast.org.database.tenant(org_id) as session:
        session.add_all(rows)
    beside: dict[str, Any] = {
        "rep_ids": [ids["colleague"]],
        "coach_ids": [ids["enablement"]],
        "substitute_id": ids["stranger"],
    }
    await cast.planted(**beside, substituted_from=NOW, substituted_until=NOW + DAY)


async def test_as_many_statements_for_one_as_for_a_dozen(cast: Cast, ask: Ask, client: httpx.AsyncClient) -> None:
    key, counts, planted = cast.keys["manager"], list[list[int]](), 0
    for more in (1, 11):
        for _ in range(more):
            await plant(cast, planted)
            planted += 1
        counts.append([])
        for path, asked in LISTS.items():
            with counted_statements(cast.org.database) as by_rest:
                answer = await client.get(f"/v1/{path}", headers=bearer(key))
            with counted_statements(cast.org.database) as by_graphql:
                found = await ask(key, f"{{ found: {asked} }}")
            assert "errors" not in found, path
            assert len(answer.json()["data"]) == len(found["data"]["found"]["edges"]) == planted, path
            counts[-1] += [len(by_rest), len(by_graphql)]
    assert counts[0] == counts[1]
