"""A tree that falls below the standard is told of once, beyond chance only, and again after it met it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from service.coaching_capability.models import CapabilityReview, CapabilityStanding
from service.coaching_capability.tasks import watch_standards
from service.coaching_capability.use_cases.falling import tell_falls
from service.core.clock import utc_now
from service.kpi_snapshots.repository.rows import run
from service.organizations.dto.organizations import UpdateOrganization
from service.organizations.use_cases.organizations import update_organization
from tests.factories.capability import MAXS, House, plant, story
from tests.factories.events import emitted
from tests.factories.sales_org import SalesOrg

FELL = "coaching_capability.fell_below_standard"


@pytest.fixture
async def house(org: SalesOrg) -> House:
    """Max over six reps, of whom nobody has a model, a framework or a session yet."""
    people = {"Max": await org.add_person("Max", role="manager")}
    for name in MAXS:
        line = {"manager_id": people["Max"].id, "manager_from": date(2025, 1, 1)}
        people[name] = await org.add_person(name, job_role="AE", **line)
    return House(org, people)


async def fall(house: House) -> list[tuple[str, str]]:
    """What is told of on a day on which nothing was looked at yet; earlier events are not in it."""
    org = house.org
    before = len(await told(house))
    async with org.database.tenant(org.id) as session:
        await run(
            session,
            update(CapabilityReview)
            .where(col(CapabilityReview.org_id) == org.id)
            .values(reviewed_on=org.day_of(utc_now()) - timedelta(days=1)),
        )
    assert await watch_standards(org.database, org.id) == 0
    return (await told(house))[before:]


async def told(house: House) -> list[tuple[str, str]]:
    names = {str(person.id): name for name, person in house.people.items()}
    return [(names[data["manager_id"]], data["key"]) for kind, data in await emitted(house.org) if kind == FELL]


async def wants(house: House, **standards: str) -> None:
    data = UpdateOrganization.model_validate({f"coaching_standard_{key}": value for key, value in standards.items()})
    async with house.org.database.tenant(house.org.id) as session:
        await update_organization(session, house.org.system, data)


async def test_once_until_the_standard_was_met_again(house: House) -> None:
    # Of sessions and topics there are none: of them nothing can be told.
    assert await fall(house) == [("Max", "models"), ("Max", "skills")]
    assert await fall(house) == []
    await wants(house, models="0", skills="0")
    assert await fall(house) == []
    await wants(house, models="0.9", skills="0")
    assert await fall(house) == [("Max", "models")]


async def test_within_chance_nothing_is_told_and_nothing_is_forgotten(house: House) -> None:
    """Nine of twelve sessions held on time: 75 % is below 80 %, within chance; below 95 % it is beyond."""
    await fall(house)
    weeks = [utc_now().date() - timedelta(days=days) for days in (20, 40)]
    missed = {("Ann", 0), ("Bob", 0), ("Cid", 1)}
    stories = [
        story(house, "Max", name, day, "missed" if (name, at) in missed else "held")
        for at, day in enumerate(weeks)
        for name in MAXS
    ]
    await plant(house, stories)
    assert await fall(house) == []
    await wants(house, cadence="0.95")
    assert await fall(house) == [("Max", "cadence")]
    # Back to where it cannot be told: it is below still, and is not told of again.
    await wants(house, cadence="0.8")
    assert await fall(house) == []
    await wants(house, cadence="0.95")
    assert await fall(house) == []
    await wants(house, cadence="0.75")
    assert await fall(house) == []
    await wants(house, cadence="0.95")
    assert await fall(house) == [("Max", "cadence")]


async def test_once_a_day(house: House) -> None:
    org, now = house.org, utc_now()

    async def look(at: datetime) -> int:
        async with org.database.tenant(org.id) as session:
            return await tell_falls(session, org.system, at)

    assert await look(now) == 2
    await wants(house, models="0", skills="0")
    assert await look(now) == 0
    async with org.database.tenant(org.id) as session:
        rows = (await session.exec(select(CapabilityStanding).where(col(CapabilityStanding.org_id) == org.id))).all()
    assert {(row.key, row.is_below) for row in rows} == {("models", True), ("skills", True)}


async def test_only_of_trees_that_are_there(house: House) -> None:
    """Nobody is below Zoe any more, and Wes has left."""
    org = house.org
    for name, fields in (("Zoe", {}), ("Wes", {"left_on": org.day_of(utc_now()) - timedelta(days=1)})):
        house.people[name] = await org.add_person(name, role="manager", **fields)
    since: dict[str, Any] = {"manager_from": date(2025, 1, 1), "job_role": "AE"}
    for manager in ("Zoe", "Wes"):
        for number in range(6):
            name = f"{manager}{number}"
            house.people[name] = await org.add_person(name, manager_id=house.id(manager), **since)
            if manager == "Zoe":
                await house.move(name, "Max", org.day_of(utc_now()) - timedelta(days=1))
    assert set(await fall(house)) == {("Max", "models"), ("Max", "skills")}


async def test_an_organization_without_managers(org: SalesOrg) -> None:
    assert await watch_standards(org.database, org.id) == 0
    assert await watch_standards(org.database, org.id) == 0
    assert [kind for kind, _ in await emitted(org) if kind == FELL] == []
