"""The worker's turn: what is due is done once, changes wake it through one note, and nobody waits for it."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from service.coaching_sessions import tasks
from service.coaching_sessions.repository.clock import read_due
from service.coaching_sessions.tasks import handlers, keep_up_sessions, watch_clock
from service.coaching_sessions.use_cases.surveying import survey
from service.coaching_sessions.use_cases.uncovered import tell_uncovered
from service.core.clock import utc_now
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.bulk_people import upsert_people
from service.organizations.use_cases.changes import CASCADE_PROGRAMMES
from tests.factories.events import emitted
from tests.factories.programmes import (
    add_absence,
    add_many,
    add_programme,
    book_by_hand,
    cascade_under_load,
    everything,
    lay_down,
    sessions_of,
)
from tests.factories.sales_org import SalesOrg
from tests.fixtures.jobs import waiting_jobs
from tests.fixtures.statements import counted_statements

WEEKLY = {"rule": "FREQ=WEEKLY", "starts_on": "2026-01-01"}
EVERY_DAY = {"rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "starts_on": "2026-01-01"}


async def pair(org: SalesOrg) -> tuple[PersonDTO, PersonDTO]:
    lead = await org.add_person("Lead", role="manager")
    return lead, await org.add_person("Ann", manager_id=lead.id, hired_on="2026-01-01")


async def wake(org: SalesOrg) -> None:
    """As the job does that a change of people leaves."""
    await handlers(org.database)[CASCADE_PROGRAMMES](org.id, {})


async def wanted(org: SalesOrg) -> bool:
    async with org.database.tenant(org.id) as session:
        return (await read_due(session, org.id, utc_now())).wanted_at is not None


async def test_where_nobody_coaches_it_takes_one_statement(org: SalesOrg) -> None:
    await pair(org)
    await wake(org)
    with counted_statements(org.database) as statements:
        assert await keep_up_sessions(org.database, org.id) == await watch_clock(org.database, org.id) == 0
    assert len(statements) == 2  # one of each loop
    assert not await wanted(org)


async def test_a_programme_is_laid_down_once_and_a_change_wakes_it(org: SalesOrg) -> None:
    _, ann = await pair(org)
    await add_programme(org, **EVERY_DAY)
    await keep_up_sessions(org.database, org.id)
    laid = await sessions_of(org, ann.id)
    assert len(laid) >= 38
    assert not await wanted(org)
    with counted_statements(org.database) as statements:
        await keep_up_sessions(org.database, org.id)
    assert len(statements) == 2
    before = await everything(org)
    day = org.day_of(laid[5].starts_at)
    await add_absence(org, ann.id, day, day)
    assert CASCADE_PROGRAMMES in await waiting_jobs(org.database, org.id)
    await wake(org)
    assert await wanted(org)
    await keep_up_sessions(org.database, org.id)
    assert await everything(org) != before
    assert day not in {org.day_of(row.starts_at) for row in await sessions_of(org, ann.id)}


async def test_the_clock_reminds_and_misses(org: SalesOrg) -> None:
    lead, ann = await pair(org)
    soon = utc_now().replace(second=0, microsecond=0) + timedelta(hours=1)
    soon -= timedelta(minutes=soon.minute % 5)
    assert await book_by_hand(org, lead.id, ann.id, soon, (60,))
    assert await book_by_hand(org, lead.id, ann.id, soon - timedelta(days=3))
    assert await watch_clock(org.database, org.id) == 0
    told = [kind for kind, _ in await emitted(org) if kind.startswith("coaching_session.")]
    assert sorted(told) == ["coaching_session.missed", "coaching_session.reminder"]
    assert await watch_clock(org.database, org.id) == 0
    assert len([kind for kind, _ in await emitted(org) if kind.startswith("coaching_session.")]) == 2


async def test_what_is_wanted_during_a_cascade_is_not_forgotten(org: SalesOrg) -> None:
    await pair(org)
    await add_programme(org, **EVERY_DAY)
    async with org.database.tenant(org.id) as session:
        seen = (await read_due(session, org.id, utc_now())).wanted_at
    await wake(org)
    await tasks.cascade_in_chunks(org.database, org.id, utc_now(), seen)
    assert await wanted(org)


async def test_a_file_of_people_is_one_job(org: SalesOrg) -> None:
    items = [
        {"system": "hr", "external_id": str(n), "name": f"Rep {n}", "email": f"rep{n}@example.com"} for n in range(30)
    ]
    async with org.database.tenant(org.id) as session:
        await upsert_people(session, org.system, items)
    assert (await waiting_jobs(org.database, org.id)).count(CASCADE_PROGRAMMES) == 1


async def test_who_has_no_session_planned_is_told_of_once(org: SalesOrg) -> None:
    lead, ann = await pair(org)
    monday = datetime(2027, 3, 1, 13, tzinfo=UTC)
    await add_programme(org, rule="FREQ=MONTHLY;BYMONTHDAY=17")

    async def told(now: datetime) -> list[dict[str, object]]:
        async with org.database.tenant(org.id) as session:
            await tell_uncovered(session, org.system, await survey(session, org.system, now))
        return [data for kind, data in await emitted(org) if kind == "coaching_session.none_planned"]

    await lay_down(org, monday)
    assert await told(monday) == []  # the programme begins tomorrow
    tuesday = monday + timedelta(days=1)
    expected = {"person_id": str(ann.id), "manager_id": str(lead.id), "days": 14}
    assert await told(tuesday) == [expected]
    assert await told(tuesday) == [expected]
    assert await told(tuesday + timedelta(days=2)) == [expected]  # the seventeenth is near: it is over
    assert await told(tuesday + timedelta(days=20)) == [expected, expected]


async def test_hundreds_of_reps_lock_nobody_out(org: SalesOrg) -> None:
    leads, reps = await add_many(org, 20, 200)
    await add_programme(org, **WEEKLY)
    waits = await cascade_under_load(org, leads, reps)
    async with org.database.tenant(org.id) as session:
        connection = await session.connection()
        laid = sa.text("SELECT count(*) FROM coaching_session WHERE org_id = :org AND cadence_id IS NOT NULL")
        gaps = sa.text("SELECT count(*) FROM cadence_gap WHERE org_id = :org")
        total = sum([(await connection.execute(one, {"org": org.id})).scalar_one() for one in (laid, gaps)])
    assert total == 200 * 8
    assert len(waits.bookings) > 3
    # As a share of the whole, since how fast anything is here depends on the machine: nobody waited for its end.
    assert max(*waits.bookings, *waits.absences) < waits.cascade / 2
    before = await everything(org)
    await lay_down(org, utc_now())
    assert await everything(org) == before
