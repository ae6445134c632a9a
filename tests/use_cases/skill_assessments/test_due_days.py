"""The clock tells of drafts that are due: each reminder once, by the organization's day, none after they are in."""

from datetime import date, datetime, timedelta

from service.skill_assessments.tasks import watch_due_days
from service.skill_assessments.use_cases.due_days import remind_due_assessments
from tests.factories.events import emitted
from tests.factories.skills_cast import SkillsCast

DUE = date(2026, 3, 20)


async def reminded(cast: SkillsCast, at: datetime, limit: int = 200) -> list[tuple[str, int]]:
    """The new reminders of an instant: the assessment, and how many days are left."""
    before = len(await emitted(cast.org))
    async with cast.org.database.tenant(cast.org.id) as session:
        await remind_due_assessments(session, cast.org.system, at, limit)
    told = (await emitted(cast.org))[before:]
    assert {type_ for type_, _ in told} <= {"skill_assessment.reminder"}
    return [(data["assessment_id"], data["days_left"]) for _, data in told]


async def test_each_reminder_once_and_overdue_thrice(cast: SkillsCast) -> None:
    due = {"due_on": DUE, "reminder_days": [7, 1], "next_reminder_on": DUE - timedelta(days=7)}
    id_ = str(await cast.plant("manager", "draft", **due))
    await cast.plant("manager", "submitted", **due | {"next_reminder_on": None})
    evening = cast.org.local(2026, 3, 12, 23, 59)
    assert await reminded(cast, evening) == []
    found = []
    for minutes in range(0, 40 * 1440, 720):
        found += await reminded(cast, evening + timedelta(minutes=minutes + 2))
    assert found == [(id_, days) for days in (7, 1, -1, -8, -15)]


async def test_what_was_missed_is_told_once(cast: SkillsCast) -> None:
    due = {"due_on": DUE, "reminder_days": [7, 1], "next_reminder_on": DUE - timedelta(days=7)}
    ids = {str(await cast.plant("manager", "draft", **due)) for _ in range(3)}
    late = cast.org.local(2026, 3, 19, 9)
    assert len(await reminded(cast, late, limit=2)) == 2
    assert len(await reminded(cast, late, limit=2)) == 1
    assert await reminded(cast, late) == []
    assert {id_ for id_, _ in await reminded(cast, cast.org.local(2026, 3, 21, 9))} == ids


async def test_the_worker_asks_by_the_clock(cast: SkillsCast) -> None:
    today = cast.org.day_of(datetime.now(cast.org.zone))
    id_ = await cast.plant("manager", "draft", due_on=today, reminder_days=[0], next_reminder_on=today)
    assert await watch_due_days(cast.org.database, cast.org.id) == 0
    told = [data for type_, data in await emitted(cast.org) if type_ == "skill_assessment.reminder"]
    assert [data["days_left"] for data in told if data["assessment_id"] == str(id_)] == [0]
