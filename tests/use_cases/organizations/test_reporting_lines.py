"""Reporting lines and the scope they give: dated, without overlaps and without circles."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import pytest

from service.core.clock import utc_now
from service.core.errors import ErrorKind, ServiceError
from service.core.pagination import PageRequest
from service.organizations.dto.people import ManagerPeriodDTO, ManagerPeriodInput, PersonDTO, PersonFilter
from service.organizations.use_cases.people import get_people, get_person, list_people
from service.organizations.use_cases.reporting_lines import (
    add_manager_period,
    delete_manager_period,
    list_manager_periods,
)
from service.organizations.use_cases.reports import direct_reports
from service.organizations.use_cases.scope import local_today, visible_people
from tests.factories.sales_org import SalesOrg, make_sales_org

JANUARY, JUNE = date(2026, 1, 1), date(2026, 6, 1)


async def report(
    org: SalesOrg, person: PersonDTO, manager: PersonDTO, start_on: date, end_on: date | None = None
) -> ManagerPeriodDTO:
    data = ManagerPeriodInput(manager_id=manager.id, start_on=start_on, end_on=end_on)
    async with org.database.tenant(org.id) as session:
        return await add_manager_period(session, org.system, person.id, data)


async def periods(org: SalesOrg, person: PersonDTO) -> list[tuple[UUID, date, date | None]]:
    async with org.database.tenant(org.id) as session:
        found = await list_manager_periods(session, org.system, person.id)
    return [(period.manager_id, period.start_on, period.end_on) for period in found]


async def visible(org: SalesOrg, person: PersonDTO, on: date) -> set[UUID]:
    async with org.database.tenant(org.id) as session:
        found = await visible_people(session, org.acting_as(person), on)
    assert found is not None
    return set(found)


async def test_a_new_line_ends_the_open_one(org: SalesOrg) -> None:
    ann, old, new = [await org.add_person(name) for name in ("Ann", "Old", "New")]
    await report(org, ann, old, JANUARY)
    line = await report(org, ann, new, JUNE)
    assert await periods(org, ann) == [(old.id, JANUARY, JUNE), (new.id, JUNE, None)]
    async with org.database.tenant(org.id) as session:
        await delete_manager_period(session, org.system, ann.id, line.id)
    assert await periods(org, ann) == [(old.id, JANUARY, JUNE)]


@pytest.mark.parametrize(("start", "end"), [(0, None), (-10, None), (-10, 1), (5, 6), (0, 10)])
async def test_one_manager_at_a_time(org: SalesOrg, start: int, end: int | None) -> None:
    ann, boss, other = [await org.add_person(name) for name in ("Ann", "Boss", "Other")]
    await report(org, ann, boss, JANUARY, JANUARY + timedelta(10))
    with pytest.raises(ServiceError) as refused:
        await report(org, ann, other, JANUARY + timedelta(start), None if end is None else JANUARY + timedelta(end))
    assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "manager_period_overlaps")
    assert await periods(org, ann) == [(boss.id, JANUARY, JANUARY + timedelta(10))]


async def test_nobody_is_above_themself_on_any_day(org: SalesOrg) -> None:
    ann, bob, cat = [await org.add_person(name) for name in ("Ann", "Bob", "Cat")]
    with pytest.raises(ServiceError) as refused:
        await report(org, ann, ann, JANUARY)
    assert refused.value.code == "manager_cycle"
    await report(org, ann, bob, JANUARY, JUNE)
    await report(org, bob, cat, JANUARY)
    with pytest.raises(ServiceError) as refused:
        await report(org, cat, ann, JUNE - timedelta(1))
    assert (refused.value.kind, refused.value.code) == (ErrorKind.CONFLICT, "manager_cycle")
    await report(org, cat, ann, JUNE)


async def test_a_circle_closed_by_two_at_once(org: SalesOrg) -> None:
    """Each line alone is fine; the second writer waits and sees the first one's."""
    ann, bob = await org.add_person("Ann"), await org.add_person("Bob")
    outcomes = await asyncio.gather(
        report(org, ann, bob, JANUARY), report(org, bob, ann, JANUARY), return_exceptions=True
    )
    assert [error.code for error in outcomes if isinstance(error, ServiceError)] == ["manager_cycle"]


async def test_a_manager_sees_the_tree_below_as_of_the_day(org: SalesOrg) -> None:
    top, middle, ann, bob = [
        await org.add_person(name, role=role)
        for name, role in (("Top", "manager"), ("Middle", "manager"), ("Ann", "rep"), ("Bob", "rep"))
    ]
    await report(org, middle, top, JANUARY)
    await report(org, ann, middle, JANUARY, JUNE)
    await report(org, bob, ann, JANUARY)
    assert await visible(org, top, JANUARY) == {top.id, middle.id, ann.id, bob.id}
    assert await visible(org, top, JUNE) == {top.id, middle.id}
    assert await visible(org, top, JANUARY - timedelta(1)) == {top.id}
    assert await visible(org, ann, JANUARY) == {ann.id}
    async with org.database.tenant(org.id) as session:
        assert await visible_people(session, org.system, JANUARY) is None
        names = [person.name for person in await direct_reports(session, org.system, middle.id, JANUARY)]
        assert names == ["Ann"]
        assert await direct_reports(session, org.system, middle.id, JUNE) == []


async def test_what_one_may_not_see_does_not_exist(org: SalesOrg) -> None:
    boss = await org.add_person("Boss", role="manager")
    ann = await org.add_person("Ann", manager_id=boss.id, manager_from=JANUARY)
    stranger = await org.add_person("Stranger")
    async with org.database.tenant(org.id) as session:
        for person, others in ((ann, (boss, stranger)), (boss, (stranger,))):
            principal = org.acting_as(person)
            for other in others:
                with pytest.raises(ServiceError, match="No such person"):
                    await get_person(session, principal, other.id)
                with pytest.raises(ServiceError, match="No such person"):
                    await list_manager_periods(session, principal, other.id)
            assert not await get_people(session, principal, [other.id for other in others])
        seen = await list_people(session, org.acting_as(boss), PersonFilter(), PageRequest())
        assert [person.name for person in seen.items] == ["Ann", "Boss"]
        alone = await list_people(session, org.acting_as(ann), PersonFilter(), PageRequest())
        assert [person.name for person in alone.items] == ["Ann"]


async def test_today_is_the_organizations_own(org: SalesOrg) -> None:
    """At any moment the two ends of the world are on different days."""
    east = await make_sales_org(org.database, time_zone="Pacific/Kiritimati")
    west = await make_sales_org(org.database, time_zone="Etc/GMT+12")
    days = []
    for one in (east, west):
        async with one.database.tenant(one.id) as session:
            days.append(await local_today(session, one.id))
    assert days[1] <= utc_now().date() <= days[0]
    assert days[0] - days[1] >= timedelta(1)
