"""Series that change or end on a day, and sessions that somebody moved, on the real database."""

from datetime import date, timedelta

from service.coaching_sessions.dto.formats import CreateSessionFormat
from service.coaching_sessions.dto.programmes import ChangeSeries, EndProgramme
from service.coaching_sessions.use_cases.cadences import change_coaching_cadence
from service.coaching_sessions.use_cases.formats import create_session_format
from service.coaching_sessions.use_cases.programmes import change_coaching_programme, end_coaching_programme
from tests.factories.cascades import APRIL, NOW, TUESDAY, days_of, pair, reschedule, steady
from tests.factories.programmes import (
    add_absence,
    add_programme,
    cadences_of,
    everything,
    lay_down,
    sessions_of,
)
from tests.factories.sales_org import SalesOrg


async def test_a_session_that_somebody_moved_survives(org: SalesOrg) -> None:
    _, ann = await pair(org)
    await add_programme(org)
    await lay_down(org, NOW)
    row = (await sessions_of(org, ann.id))[1]
    await reschedule(org, row, timedelta(hours=2))
    await add_absence(org, ann.id, TUESDAY, TUESDAY)
    before = await everything(org)
    await lay_down(org, NOW + timedelta(minutes=1))
    assert await everything(org) == before


async def test_a_series_changes_from_a_day_on(org: SalesOrg) -> None:
    _, ann = await pair(org)
    await add_programme(org)
    await lay_down(org, NOW)
    kept = (await sessions_of(org, ann.id))[-1]
    await reschedule(org, kept, timedelta(hours=3))
    (cadence,) = await cadences_of(org, ann.id)
    change = ChangeSeries.model_validate({"from_on": "2027-04-01", "rule": "FREQ=WEEKLY;BYDAY=TH", "minutes": 60})
    async with org.database.tenant(org.id) as session:
        following = await change_coaching_cadence(session, org.system, cadence.id, change)
    await lay_down(org, NOW)
    rows = await sessions_of(org, ann.id)
    days = [row.starts_at.astimezone(org.zone).strftime("%a") for row in rows]
    assert days == ["Tue"] * 5 + ["Thu"] * 3 + ["Tue", "Thu"]
    assert {(row.ends_at - row.starts_at) // timedelta(minutes=1) for row in rows[5:8]} == {60}
    assert rows[-2].id == kept.id
    before, after = await cadences_of(org, ann.id)
    assert (before.ends_on, before.end_reason, before.series_id) == (date(2027, 3, 31), "changed", after.series_id)
    assert (after.id, after.starts_on, after.minutes, after.starts_at) == (following.id, APRIL, 60, before.starts_at)
    await steady(org)


async def test_a_programme_changes_from_a_day_on_for_all(org: SalesOrg) -> None:
    lead, ann = await pair(org)
    bob = await org.add_person("Bob", manager_id=lead.id, hired_on="2026-01-01")
    programme = await add_programme(org)
    await lay_down(org, NOW)
    change = ChangeSeries.model_validate({"from_on": "2027-04-06", "starts_at": "14:00", "minutes": 45})
    async with org.database.tenant(org.id) as session:
        await change_coaching_programme(session, org.system, programme.id, change)
    await lay_down(org, NOW)
    times = [
        [row.starts_at.astimezone(org.zone).time() for row in await sessions_of(org, one.id)] for one in (ann, bob)
    ]
    assert [[f"{at:%H:%M}" for at in (several[0], several[-1])] for several in sorted(times)] == [
        ["10:00", "14:00"],
        ["10:30", "14:45"],
    ]
    assert all(len(several) == 8 for several in times)
    before, after = await cadences_of(org, ann.id)
    assert (before.end_reason, before.series_id, after.from_on) == ("changed", after.series_id, date(2027, 4, 6))
    await steady(org)


async def test_a_programme_ends(org: SalesOrg) -> None:
    _, ann = await pair(org)
    programme = await add_programme(org)
    await lay_down(org, NOW)
    async with org.database.tenant(org.id) as session:
        await end_coaching_programme(session, org.system, programme.id, EndProgramme(ends_on=date(2027, 3, 9)))
    await lay_down(org, NOW)
    assert await days_of(org, ann.id) == [date(2027, 3, 2), TUESDAY]
    (cadence,) = await cadences_of(org, ann.id)
    assert (cadence.ends_on, cadence.end_reason) == (TUESDAY, "programme_ended")
    await steady(org)
    later = NOW + timedelta(days=30)
    await lay_down(org, later)
    await steady(org, later)


async def test_new_sessions_follow_the_newest_version_of_the_format(org: SalesOrg) -> None:
    _, ann = await pair(org)
    await add_programme(org)
    await lay_down(org, NOW)
    document = {"sections": [{"key": "talk", "title": "Talk", "minutes": 30}]}
    new = CreateSessionFormat.model_validate({"key": "grow", "name": "Ours", "document": document})
    async with org.database.tenant(org.id) as session:
        version = await create_session_format(session, org.system, new)
    await lay_down(org, NOW + timedelta(days=7))
    formats = [row.format_id for row in await sessions_of(org, ann.id)]
    assert (formats[-1], version.id in formats[:-1]) == (version.id, False)
