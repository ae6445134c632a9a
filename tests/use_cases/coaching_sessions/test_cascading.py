"""The cascade on the real database: joiners, movers, leavers, absences; and nothing twice."""

from datetime import date, timedelta

import pytest

from service.organizations.dto.people import ManagerPeriodInput
from service.organizations.dto.teams import CreateTeam
from service.organizations.use_cases.absences import delete_absence
from service.organizations.use_cases.people import delete_person
from service.organizations.use_cases.reporting_lines import add_manager_period
from service.organizations.use_cases.teams import create_team, delete_team
from tests.factories.cascades import APRIL, NOW, TUESDAY, WEDNESDAY, days_of, pair, steady, update
from tests.factories.events import emitted
from tests.factories.programmes import (
    add_absence,
    add_programme,
    cadences_of,
    gaps_of,
    lay_down,
    sessions_of,
)
from tests.factories.sales_org import SalesOrg


async def test_every_rep_gets_a_time_of_their_own_and_a_second_cascade_changes_nothing(org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    reps = [await org.add_person(f"Rep{n}", manager_id=lead.id, hired_on="2026-01-01") for n in range(3)]
    programme = await add_programme(org)
    await lay_down(org, NOW)
    starts = [[row.starts_at.astimezone(org.zone) for row in await sessions_of(org, rep.id)] for rep in reps]
    assert {len(several) for several in starts} == {8}
    assert sorted(several[0].strftime("%a %H:%M") for several in starts) == ["Tue 10:00", "Tue 10:30", "Tue 11:00"]
    # The clocks change on the fourteenth; ten o'clock stays ten o'clock.
    assert all(len({start.strftime("%H:%M") for start in several}) == 1 for several in starts)
    (row, *_) = await sessions_of(org, reps[0].id)
    assert (row.manager_id, row.programme_id, row.due_at, row.owed) == (lead.id, programme.id, row.starts_at, True)
    assert (row.time_zone, row.reminder_minutes) == ("America/New_York", [1440, 60])
    assert row.next_reminder_at == row.starts_at - timedelta(days=1)
    told = [data for kind, data in await emitted(org) if kind == "coaching_session.scheduled"]
    assert len(told) == 24
    await steady(org)


async def test_a_joiner_begins_on_their_first_day(org: SalesOrg) -> None:
    _, ann = await pair(org, hired_on="2027-03-20")
    await add_programme(org)
    await lay_down(org, NOW)
    assert (await days_of(org, ann.id))[0] == date(2027, 3, 23)
    (cadence,) = await cadences_of(org, ann.id)
    assert (cadence.from_on, cadence.ends_on) == (date(2027, 3, 20), None)
    await update(org, ann, hired_on="2027-03-25")
    await lay_down(org, NOW)
    assert (await days_of(org, ann.id))[0] == date(2027, 3, 30)
    await steady(org)


async def test_a_leaver_ends_on_their_last_day_and_comes_back_when_they_stay(org: SalesOrg) -> None:
    _, ann = await pair(org)
    await add_programme(org)
    await lay_down(org, NOW)
    all_of_it = await days_of(org, ann.id)
    await update(org, ann, left_on="2027-03-31")
    await lay_down(org, NOW)
    assert (await days_of(org, ann.id))[-1] == date(2027, 3, 30)
    gone = await sessions_of(org, ann.id, "cancelled")
    assert {(row.owed, row.cancelled_side, row.sequence) for row in gone} == {(False, "system", 1)}
    assert {row.cancel_reason for row in gone} == {"One of the two no longer works here"}
    (cadence,) = await cadences_of(org, ann.id)
    assert (cadence.ends_on, cadence.end_reason) == (date(2027, 3, 31), "left")
    told = [data["side"] for kind, data in await emitted(org) if kind == "coaching_session.cancelled"]
    assert told == ["system"] * len(gone)
    await steady(org)
    await update(org, ann, left_on=None)
    await lay_down(org, NOW)
    assert await days_of(org, ann.id) == all_of_it
    assert {row.sequence for row in await sessions_of(org, ann.id)} == {0, 2}
    await steady(org)


async def test_a_mover_is_coached_by_one_after_the_other(org: SalesOrg) -> None:
    lead, ann = await pair(org)
    other = await org.add_person("Next", role="manager")
    await add_programme(org)
    await lay_down(org, NOW)
    async with org.database.tenant(org.id) as session:
        line = ManagerPeriodInput(manager_id=other.id, start_on=APRIL)
        await add_manager_period(session, org.system, ann.id, line)
    await lay_down(org, NOW)
    before, after = await cadences_of(org, ann.id)
    assert (before.manager_id, before.ends_on, before.end_reason) == (lead.id, date(2027, 3, 31), "moved")
    assert (after.manager_id, after.from_on, after.end_reason) == (other.id, APRIL, None)
    assert after.series_id != before.series_id
    by = {row.starts_at >= org.local(2027, 4, 1): row.manager_id for row in await sessions_of(org, ann.id)}
    assert by == {False: lead.id, True: other.id}
    assert len(await days_of(org, ann.id)) == 8
    await steady(org)


@pytest.mark.parametrize("when_away", ["move", "skip"])
async def test_an_absence_that_is_added_and_taken_back(org: SalesOrg, when_away: str) -> None:
    _, ann = await pair(org)
    await add_programme(org, when_away=when_away)
    await lay_down(org, NOW)
    before = await days_of(org, ann.id)
    absence = await add_absence(org, ann.id, TUESDAY, TUESDAY)
    await lay_down(org, NOW)
    without = [day for day in before if day != TUESDAY]
    if when_away == "move":
        assert await days_of(org, ann.id) == sorted([*without, WEDNESDAY])
        (moved,) = [row for row in await sessions_of(org, ann.id) if row.sequence]
        assert org.day_of(moved.due_at) == TUESDAY
        ((_, data),) = [one for one in await emitted(org) if one[0] == "coaching_session.rescheduled"]
        assert data["was_at"] == "2027-03-09T15:00:00Z"
    else:
        assert await days_of(org, ann.id) == without
        assert await gaps_of(org) == [(TUESDAY, "rep_away", False)]
    await steady(org)
    async with org.database.tenant(org.id) as session:
        await delete_absence(session, org.system, absence.id)
    await lay_down(org, NOW)
    # What was moved has been told and stays; what was skipped takes place after all.
    assert await days_of(org, ann.id) == (before if when_away == "skip" else sorted([*without, WEDNESDAY]))
    assert await gaps_of(org) == []
    await steady(org)


async def test_a_long_absence_is_owed_by_the_rule_to_move(org: SalesOrg) -> None:
    lead, ann = await pair(org)
    await add_programme(org)
    await add_absence(org, lead.id, date(2027, 3, 8), date(2027, 3, 26))
    await lay_down(org, NOW)
    assert await gaps_of(org) == [(TUESDAY, "manager_away", True), (date(2027, 3, 16), "manager_away", True)]
    assert len(await days_of(org, ann.id)) == 6
    await steady(org)


async def test_who_is_in_the_team_or_has_the_role_and_is_not_any_more(org: SalesOrg) -> None:
    lead, ann = await pair(org, job_role="SDR")
    bob = await org.add_person("Bob", manager_id=lead.id, job_role="AE", hired_on="2026-01-01")
    async with org.database.tenant(org.id) as session:
        team = await create_team(session, org.system, CreateTeam(name="East", member_ids=[bob.id]))
    await add_programme(org, name="Of a role", job_role="SDR")
    await add_programme(org, name="Of a team", team_id=team.id)
    await lay_down(org, NOW)
    assert [len(await cadences_of(org, one.id)) for one in (ann, bob)] == [1, 1]
    await update(org, ann, job_role="AE")
    async with org.database.tenant(org.id) as session:
        await delete_team(session, org.system, team.id)
    await lay_down(org, NOW)
    assert {(await cadences_of(org, one.id))[0].end_reason for one in (ann, bob)} == {"not_covered"}
    assert not [*await sessions_of(org, ann.id), *await sessions_of(org, bob.id)]
    await steady(org)


async def test_two_programmes_of_one_pair_do_not_collide_and_a_deleted_person_is_gone(org: SalesOrg) -> None:
    lead, ann = await pair(org)
    await add_programme(org)
    await add_programme(org, name="Monthly", rule="FREQ=MONTHLY;BYDAY=1TU", minutes=60)
    await lay_down(org, NOW)
    assert len(await days_of(org, ann.id)) == 10
    await steady(org)
    async with org.database.tenant(org.id) as session:
        await delete_person(session, org.system, lead.id)
    await lay_down(org, NOW)
    assert not [*await cadences_of(org, ann.id), *await sessions_of(org, ann.id)]


async def test_a_day_that_is_full_is_said_to_be(org: SalesOrg) -> None:
    lead = await org.add_person("Lead", role="manager")
    reps = [await org.add_person(f"Rep{n}", manager_id=lead.id, hired_on="2026-01-01") for n in range(4)]
    await add_programme(org, minutes=240, starts_at="09:00", rule="FREQ=WEEKLY;BYDAY=TU;COUNT=1")
    await lay_down(org, NOW)
    assert [len(await sessions_of(org, rep.id)) for rep in reps].count(1) == 2
    assert await gaps_of(org) == [(date(2027, 3, 2), "no_free_time", True)] * 2
    await steady(org)
