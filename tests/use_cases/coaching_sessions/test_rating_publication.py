"""Closed quarters of ratings: who is shown together, to whom, and that nothing that was published ever moves."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa

from service.coaching_sessions.dto.ratings import RatingGroupDTO, RatingGroupStatus
from service.coaching_sessions.tasks import publish_ratings
from service.core.database import Database
from service.core.errors import ServiceError
from service.core.tables import metadata
from service.organizations.dto.organizations import UpdateOrganization
from service.organizations.dto.people import ManagerPeriodInput
from service.organizations.use_cases.organizations import update_organization
from service.organizations.use_cases.people import delete_person
from service.organizations.use_cases.reporting_lines import add_manager_period
from tests.factories.rating_quarters import QUARTER, SPRING, Rated, make_rated, team
from tests.fixtures.statements import counted_statements

CLOSED = datetime(2025, 4, 17, tzinfo=UTC)
PUBLISHED = (date(2025, 1, 1), date(2025, 3, 31))
READERS = ("top", "east", "west", "alone", "ena", "ada")


@pytest_asyncio.fixture
async def rated(database: Database) -> Rated:
    """East is rated by seven, West by three, Top by two: two groups of five, and no smaller one."""
    rated = await make_rated(database)
    await rated.said("east", team("east", 3, 3, 4, 2, 3, 3, 3))
    await rated.said("west", team("west", 2, 4, 4))
    await rated.said("top", {"east": 3, "west": 2})
    return rated


def shown(group: RatingGroupDTO | None) -> tuple[int | None, Decimal] | None:
    """How many raters, and what they say to the first question; None: withheld."""
    assert group is not None
    if group.status is RatingGroupStatus.WITHHELD:
        assert (group.n_raters, group.means) == (None, [])
        assert group.reason
        return None
    assert (group.reason, group.means[0].question) == ("", "focus")
    assert group.means[0].interval_low <= group.means[0].mean_low <= group.means[0].mean_high
    return group.n_raters, group.means[0].mean


async def sweep(rated: Rated) -> dict[tuple[str, date | None, str | None], Any]:
    """Every answer that anybody gets, with every combination of parameters."""
    days = (None, date(2024, 12, 31), *PUBLISHED, date(2025, 4, 1))
    found: dict[tuple[str, date | None, str | None], Any] = {}
    for reader in READERS:
        principal = rated.org.acting_as(rated.people[reader])
        for on in days:
            for manager in (None, "top", "east", "west", "alone", "east0"):
                asked = None if manager is None else rated.people[manager].id
                try:
                    found[reader, on, manager] = (await rated.read(principal, on=on, manager_id=asked)).model_dump()
                except ServiceError as refused:
                    found[reader, on, manager] = refused.code
    return found


async def test_a_quarter_is_published_in_groups_of_five(rated: Rated) -> None:
    assert (await rated.read()).reason.startswith("No quarter was published yet")
    assert not await rated.publish(CLOSED - timedelta(days=2))
    assert await rated.publish(CLOSED)
    found = await rated.read()
    assert (found.period_starts_on, found.period_ends_on) == (date(2025, 1, 1), date(2025, 3, 31))
    assert (found.as_of, found.previous_ends_on, found.reason, found.set_version) == (CLOSED, None, "", 1)
    assert [one.name for one in found.managers] == ["Top", "East", "West"]
    assert [(shown(one.own), shown(one.tree)) for one in found.managers] == [
        (None, (12, Decimal("3.00"))),
        ((7, Decimal("3.00")), (7, Decimal("3.00"))),
        (None, None),
    ]
    assert shown(found.organization) == (12, Decimal("3.00"))
    assert len(found.questions) == 5
    assert all(len(one.anchors) == 5 for one in found.questions)


async def test_each_reads_their_tree_of_then(rated: Rated) -> None:
    await rated.publish(CLOSED)
    seen = {}
    for reader in READERS:
        found = await rated.read(rated.org.acting_as(rated.people[reader]))
        seen[reader] = [one.name for one in found.managers]
        assert (found.organization is None) == (reader not in {"ena", "ada"})
    everybody = ["Top", "East", "West"]
    assert [seen.pop(name) for name in ("east", "west", "alone")] == [["East"], ["West"], []]
    assert seen == dict.fromkeys(("top", "ena", "ada"), everybody)
    east = await rated.read(manager_id=rated.people["east"].id)
    assert (east.organization, [one.name for one in east.managers]) == (None, ["East"])
    for reader, manager in (("east", "west"), ("east", "top"), ("alone", "east"), ("ada", "east0")):
        with pytest.raises(ServiceError, match="person"):
            await rated.read(rated.org.acting_as(rated.people[reader]), manager_id=rated.people[manager].id)
    with pytest.raises(ServiceError, match="coaching_ratings:read"):
        await rated.read(rated.org.acting_as(rated.people["east0"]))


async def test_nothing_that_was_published_ever_moves(rated: Rated) -> None:
    """Whoever is deleted, moves or rates afterwards: each reader gets the same answer to the same question."""
    org, people = rated.org, rated.people
    waiting = await sweep(rated)
    assert not any(one["managers"] for one in waiting.values() if isinstance(one, dict))
    await rated.publish(CLOSED)
    before = await sweep(rated)
    assert sum(isinstance(one, dict) and bool(one["managers"]) for one in before.values()) > 20
    people_table, lines = metadata.tables["person"], metadata.tables["manager_period"]
    await rated.execute(sa.delete(lines).where(lines.c.person_id == people["west"].id))
    async with org.database.tenant(org.id) as session:
        await delete_person(session, org.system, people["east0"].id)
        await delete_person(session, org.system, people["west1"].id)
        moved = ManagerPeriodInput(manager_id=people["alone"].id, start_on=date(2025, 1, 15))
        await add_manager_period(session, org.system, people["west"].id, moved)
    await rated.execute(sa.update(people_table).where(people_table.c.role == "rep").values(role="manager"))
    await rated.said("west", {"west0": 5, "west2": 5, "west3": 5, "alone1": 5, "alone2": 5})
    assert not await rated.publish(CLOSED + timedelta(days=1))
    # Of days that no published period holds there is nothing to read, and who may be asked about is of today.
    after = {asked: one for asked, one in (await sweep(rated)).items() if asked[1] in {None, *PUBLISHED}}
    assert after == {asked: before[asked] for asked in after}
    assert len(after) == 3 * len(before) // 5


async def test_quarters_follow_one_another_without_sharing_a_session(rated: Rated) -> None:
    """Another fiscal year and another time zone make the next period shorter, and nothing is counted twice."""
    org = rated.org
    late = datetime(2025, 4, 1, 2, tzinfo=UTC)  # 22:00 on 31 March in New York
    await rated.said("alone", team("alone", 3, 3, 3, 3, 3, 4), late)
    await rated.publish(CLOSED)
    assert shown((await rated.read()).organization) == (18, Decimal("3.06"))
    async with org.database.tenant(org.id) as session:
        changed = UpdateOrganization(time_zone="Pacific/Auckland", fiscal_year_start_month=2)
        await update_organization(session, org.system, changed)
    await rated.said("alone", team("alone", 2, 2, 2, 2, 2, 2), datetime(2025, 4, 20, tzinfo=UTC))
    now = datetime(2025, 5, 16, tzinfo=UTC)
    assert [await rated.publish(now), await rated.publish(now)] == [True, False]
    found = await rated.read()
    assert (found.period_starts_on, found.period_ends_on) == (date(2025, 4, 1), date(2025, 4, 30))
    assert found.previous_ends_on == date(2025, 3, 31)
    assert shown(found.organization) == (6, Decimal("2.00"))
    assert (await rated.read(on=date(2025, 4, 1))).managers == found.managers
    assert shown((await rated.read(on=date(2025, 3, 31))).organization) == (18, Decimal("3.06"))
    assert (await rated.read(on=date(2024, 12, 31))).reason == "No published quarter holds this day."


async def test_who_can_read_the_answer_is_not_among_the_five(rated: Rated) -> None:
    """Ena of enablement is coached by Alone: with her there are five, and she would know the sum of four."""
    await rated.said("alone", team("alone", 3, 3, 3, 3) | {"ena": 3})
    await rated.said("alone", team("alone", 3, 3, 3, 3, 3) | {"ena": 3}, SPRING + QUARTER)
    await rated.publish(CLOSED)
    assert shown((await rated.read(on=date(2025, 1, 1))).managers[0].own) is None
    await rated.publish(CLOSED + QUARTER)
    assert [shown(one.own) for one in (await rated.read()).managers] == [(6, Decimal("3.00"))]


async def test_a_session_counts_for_who_held_it(database: Database) -> None:
    """West holds for East, with Alone beside: each rater is in one group."""
    rated = await make_rated(database)
    reps = [f"east{number}" for number in range(5)]
    west, alone = rated.people["west"].id, rated.people["alone"].id
    id_ = await rated.hold("east", reps[0])
    table = metadata.tables["coaching_session"]
    changes = {"substitute_id": west, "coach_ids": [alone], "rep_ids": [rated.people[rep].id for rep in reps[1:]]}
    changes |= {"substituted_from": SPRING, "substituted_until": SPRING + QUARTER}
    await rated.execute(sa.update(table).where(table.c.id == id_).values(changes))
    for rep in reps:
        await rated.rate(id_, rep, 3)
    await rated.publish(CLOSED)
    found = {one.name: shown(one.own) for one in (await rated.read()).managers}
    assert found == {"Top": None, "West": (5, Decimal("3.00"))}


async def test_several_sessions_of_one_rater_are_one_whole_step(rated: Rated) -> None:
    """Who alone was coached three times would be known by the thirds in a sum."""
    await rated.said("alone", team("alone", 3, 3, 3, 3, 5))
    await rated.said("alone", {"alone4": 4})
    await rated.said("alone", {"alone4": 5})
    await rated.publish(CLOSED)
    alone = (await rated.read()).managers[0]
    assert (alone.name, shown(alone.own)) == ("Alone", (5, Decimal("3.40")))


async def test_workers_publish_once_and_all_that_is_due(rated: Rated) -> None:
    org = rated.org
    await asyncio.gather(*(publish_ratings(org.database, org.id) for _ in range(3)))
    while await publish_ratings(org.database, org.id):
        pass
    table = metadata.tables["rating_period"]
    rows = [row["starts_on"] for row in await rated.execute(sa.select(table).order_by(table.c.starts_on))]
    assert rows[:3] == [date(2025, 1, 1), date(2025, 4, 1), date(2025, 7, 1)]
    assert len(rows) == len(set(rows))
    found = await rated.read()
    assert (found.managers, shown(found.organization)) == ([], None)


async def test_a_small_organization_is_told_that_all_is_withheld(database: Database) -> None:
    rated = await make_rated(database)
    assert not await rated.publish(CLOSED)
    await rated.said("west", team("west", 1, 5, 3, 2))
    await rated.publish(CLOSED)
    found = await rated.read()
    groups = [found.organization, *(group for one in found.managers for group in (one.own, one.tree))]
    assert [shown(group) for group in groups] == [None] * 5
    stored = await rated.execute(sa.select(metadata.tables["rating_group"]))
    assert all(row["own"] is row["tree"] is None for row in stored)


async def test_reading_takes_the_same_statements_however_many_there_are(rated: Rated) -> None:
    await rated.publish(CLOSED)
    with counted_statements(rated.org.database) as few:
        await rated.read(manager_id=rated.people["west"].id)
    with counted_statements(rated.org.database) as many:
        await rated.read()
    assert len(many) == len(few) <= 7
