"""A rep's account through the database, who may read it, and who has nothing planned."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.coaching_sessions.dto.adherence import EntitlementDTO, EntitlementQuery, UncoveredQuery
from service.coaching_sessions.models import CadenceGap, CoachingCadence
from service.coaching_sessions.use_cases.entitlement import get_entitlement, list_uncovered_people
from service.core.clock import utc_now
from service.core.errors import ServiceError
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.organizations.dto.people import PersonDTO
from tests.factories.coaching_rows import SERIES, STAMPS, rows_of, session_row, write, write_series
from tests.factories.coaching_year import Happening, Story
from tests.factories.sales_org import SalesOrg, make_sales_org

SINCE = {"manager_from": date(2025, 1, 1)}
HALF = timedelta(minutes=30)
HALFWAY = datetime(2026, 3, 18, 12, tzinfo=UTC)


def story(manager: PersonDTO, rep: PersonDTO, due_at: datetime, *happenings: Happening) -> Story:
    due_at = due_at.astimezone(UTC)
    return Story(new_id(), manager.id, rep.id, None, None, due_at, HALF, due_at - timedelta(days=30), list(happenings))


async def ask(org: SalesOrg, person: PersonDTO, principal: Principal | None = None, **query: Any) -> EntitlementDTO:
    span = {"from_on": date(2026, 3, 1), "to_on": date(2026, 3, 31), "person_id": person.id}
    async with org.database.tenant(org.id) as session:
        return await get_entitlement(
            session, principal or org.system, EntitlementQuery.model_validate({**span, **query})
        )


async def test_an_account_as_of_a_day(org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    rita = await org.add_person("Rita", manager_id=lead.id, time_zone="Europe/Berlin", **SINCE)
    ron = await org.add_person("Ron", manager_id=lead.id, **SINCE)
    format_id, programme_id = await write_series(org)
    at = [org.local(2026, 3, day, 10).astimezone(UTC) for day in (3, 10, 17, 24, 31)]
    done = [Happening(at[0], "started"), Happening(at[0] + HALF, "completed", minutes=30)]
    later = [Happening(HALFWAY + HALF, "moved", "rep", at[4]), Happening(HALFWAY + 2 * HALF, "cancelled", "manager")]
    stories = [
        story(lead, rita, at[0], *done),
        story(lead, rita, at[1], Happening(at[1] - HALF, "cancelled", "rep")),
        story(lead, rita, at[2]),
        story(lead, rita, at[3], *later),
        story(lead, ron, at[0], *done),
    ]
    cadence = CoachingCadence(
        org_id=org.id,
        id=new_id(),
        series_id=new_id(),
        programme_id=programme_id,
        manager_id=lead.id,
        rep_id=rita.id,
        format_id=format_id,
        from_on=date(2026, 1, 1),
        starts_at=datetime(2026, 1, 1, 10, tzinfo=UTC).time(),
        minutes=30,
        **SERIES,
        **STAMPS,
    )
    gaps = {date(2026, 3, 5): ("no_free_time", True), date(2026, 3, 6): ("holiday", False)}
    await write(
        org,
        [cadence],
        [
            *(session_row(one, format_id, org.id, programme_id) for one in stories),
            *(
                CadenceGap(org_id=org.id, cadence_id=cadence.id, occurs_on=day, reason=reason, owed=owed)
                for day, (reason, owed) in gaps.items()
            ),
        ],
        [row for one in stories for row in rows_of(one, org.id)],
    )
    for principal in (org.system, org.acting_as(lead), org.acting_as(rita)):
        then = await ask(org, rita, principal, as_of=HALFWAY)
        assert (then.owed, then.received.numerator, then.ahead) == (3, 1, 1)
        assert (then.next_session_at, then.alert) == (at[3], None)
        # Ten o'clock in Berlin is nine in UTC.
        assert [(one.due_at.day, one.due_at.hour, one.status, one.reason) for one in then.sessions] == [
            (3, 15, "completed", None),
            (5, 9, "unscheduled", "no_free_time"),
            (6, 9, "skipped", "holiday"),
            (10, 14, "cancelled", "Something came up"),
            (17, 14, "scheduled", None),
            (24, 14, "scheduled", None),
        ]
    alert = "No session is planned in the next 3 days; the next one is on 2026-03-24."
    assert (await ask(org, rita, as_of=HALFWAY, days=3)).alert == alert
    now = await ask(org, rita)
    assert (now.owed, now.received.numerator, now.ahead, now.alert) == (5, 1, 0, "No session is planned at all.")
    for principal in (org.acting_as(ron), org.acting_as(await org.add_person("Other", role="manager"))):
        await refused(org, rita, principal)
    other = await make_sales_org(org.database)
    await refused(other, rita)


async def refused(org: SalesOrg, person: PersonDTO, principal: Principal | None = None) -> None:
    with pytest.raises(ServiceError) as refusal:
        await ask(org, person, principal)
    assert refusal.value.code == "person_not_found"


async def uncovered(
    org: SalesOrg, principal: Principal | None = None, page: PageRequest | None = None, **query: Any
) -> list[str]:
    async with org.database.tenant(org.id) as session:
        asked = UncoveredQuery.model_validate(query)
        found = await list_uncovered_people(session, principal or org.system, asked, page or PageRequest())
    return [one.name for one in found.items]


async def test_who_has_nothing_planned(org: SalesOrg) -> None:
    now, day = utc_now(), timedelta(days=1)
    top = await org.add_person("Top", role="manager")
    lead = await org.add_person("Lead", role="manager", manager_id=top.id, **SINCE)
    names = ("Ann", "Bob", "Cat", "Dan")
    ann, bob, cat, dan = [await org.add_person(name, manager_id=lead.id, **SINCE) for name in names]
    await org.add_person("Eve")
    await org.add_person("Gone", manager_id=lead.id, left_on=date(2026, 1, 9), **SINCE)
    await org.add_person("New", manager_id=lead.id, hired_on=(now + 9 * day).date(), **SINCE)
    format_id, programme_id = await write_series(org)
    held_at = now - 20 * day
    stories = [
        story(lead, ann, now + 5 * day),
        story(lead, bob, now + 20 * day),
        story(lead, bob, held_at, Happening(held_at, "started"), Happening(held_at + HALF, "completed", minutes=30)),
        story(lead, cat, now + 5 * day, Happening(now, "cancelled", "rep")),
    ]
    await write(org, [session_row(one, format_id, org.id, programme_id) for one in stories])
    assert await uncovered(org) == ["Bob", "Cat", "Dan", "Eve"]
    assert await uncovered(org, days=30) == ["Cat", "Dan", "Eve"]
    assert await uncovered(org, days=3) == ["Ann", "Bob", "Cat", "Dan", "Eve"]
    assert await uncovered(org, manager_id=top.id) == ["Bob", "Cat", "Dan"]
    assert await uncovered(org, org.acting_as(lead)) == ["Bob", "Cat", "Dan"]
    assert await uncovered(org, org.acting_as(dan)) == ["Dan"]
    assert await uncovered(org, org.acting_as(ann)) == []
    async with org.database.tenant(org.id) as session:
        first = await list_uncovered_people(session, org.system, UncoveredQuery(), PageRequest(1))
        rest = await list_uncovered_people(session, org.system, UncoveredQuery(), PageRequest(9, first.next_cursor))
    (found,) = first.items
    assert (found.id, found.manager_id, found.last_held_at) == (bob.id, lead.id, held_at)
    assert found.next_session_at == now + 20 * day
    assert [one.name for one in rest.items] == ["Cat", "Dan", "Eve"]
    with pytest.raises(ServiceError, match="No such person"):
        await uncovered(org, org.acting_as(lead), manager_id=top.id)
    other = await make_sales_org(org.database)
    assert await uncovered(other) == []
    with pytest.raises(ServiceError, match="No such person"):
        await uncovered(other, manager_id=lead.id)
