"""A small house of which every share of the first quarter of 2026 is counted by hand.

Vera leads Max and Zoe. Ann, Bob, Cid, Dee, Eve and Flo (AE) report to Max, Gil (AE), Hal, Ida, Jon and Kim (SDR) to
Zoe; Ann moves from Max to Zoe on 16 February.

- A model for AE is in force from 10 January 2026: calls for everybody, won amount for Ann, Bob, Cid, Dee and Eve.
- Skills: Ann has no gap and has acknowledged that; Bob has a gap, has acknowledged it and has a plan; Cid has no plan;
  Dee has not acknowledged; Eve rated herself alone; what was said of Flo is of January 2025.
- Sessions: on 13 January Max with his six, all on time, two topics each, about process with Ann, Bob and Cid, about
  results with the others. On 10 February with Ann, Bob and Flo on time, with Cid 20 minutes late, Dee's missed, Eve's
  cancelled. On 10 March with Bob, Cid, Eve and Flo on time, Dee's missed; Zoe with Ann and Gil on time. On 20 January
  Vera with Max on time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import SQLModel, col

from service.core.ids import new_id
from service.kpi_snapshots.repository.rows import run
from service.organizations.dto.people import ManagerPeriodInput, PersonDTO
from service.organizations.use_cases.reporting_lines import add_manager_period
from service.skill_assessments.dto.frameworks import CreateCompetencyFramework
from service.skill_assessments.models import AssessmentAnswer, AssessmentReview, DevelopmentPlan, SkillAssessment
from service.skill_assessments.use_cases.frameworks import create_competency_framework
from service.success_models.models import SuccessModel
from tests.factories.coaching_rows import rows_of, session_row, write, write_series
from tests.factories.coaching_year import Happening, Story, Talk
from tests.factories.sales_org import SalesOrg
from tests.factories.skills_cast import FRAMEWORK
from tests.factories.success_models import model_document, target

SINCE = date(2025, 1, 1)
QUARTER = {"from_on": date(2026, 1, 1), "to_on": date(2026, 3, 31)}
MAXS, ZOES = ("Ann", "Bob", "Cid", "Dee", "Eve", "Flo"), ("Gil", "Hal", "Ida", "Jon", "Kim")
HALF = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class House:
    """The organization and its people by name."""

    org: SalesOrg
    people: dict[str, PersonDTO]

    def id(self, name: str) -> UUID:
        return self.people[name].id

    async def move(self, name: str, manager: str, day: date) -> None:
        """Somebody reports to another manager from a day on."""
        async with self.org.database.tenant(self.org.id) as session:
            line = ManagerPeriodInput(manager_id=self.id(manager), start_on=day)
            await add_manager_period(session, self.org.system, self.id(name), line)


async def make_house(org: SalesOrg, march: str = "Max") -> House:
    """All of it; `march` holds Max's sessions of 10 March."""
    people = {name: await org.add_person(name, role="manager") for name in ("Vera", "Wes")}
    for name in ("Max", "Zoe"):
        people[name] = await org.add_person(name, role="manager", manager_id=people["Vera"].id, manager_from=SINCE)
    for names, manager in ((MAXS, "Max"), (ZOES, "Zoe")):
        for name in names:
            role = "AE" if name in {*MAXS, "Gil"} else "SDR"
            line = {"manager_id": people[manager].id, "manager_from": SINCE}
            people[name] = await org.add_person(name, job_role=role, hired_on=SINCE, **line)
    house = House(org, people)
    await house.move("Ann", "Zoe", date(2026, 2, 16))
    await _model(org)
    await _skills(house)
    await plant(house, _sessions(house, march))
    return house


async def _model(org: SalesOrg) -> None:
    won = [target("won-amount", "month", "1000", person=f"{name.lower()}@example.com") for name in MAXS[:5]]
    targets = [target("calls", "month", "10"), *won]
    model = await org.activate(model_document(job_role="AE", targets=targets), build=False)
    async with org.database.tenant(org.id) as session:
        changed = update(SuccessModel).where(col(SuccessModel.org_id) == org.id, col(SuccessModel.id) == model.id)
        await run(session, changed.values(activated_at=org.local(2026, 1, 10)))


async def _skills(house: House) -> None:
    async with house.org.database.tenant(house.org.id) as session:
        given = CreateCompetencyFramework.model_validate(FRAMEWORK)
        framework_id = (await create_competency_framework(session, house.org.system, given)).id
    said = (
        ("Ann", "manager", date(2026, 1, 20), (2, 2), date(2026, 1, 25)),
        ("Bob", "manager", date(2026, 2, 1), (2, 1), date(2026, 2, 5)),
        ("Cid", "manager", date(2026, 2, 1), (1, 2), date(2026, 2, 5)),
        ("Dee", "manager", date(2026, 2, 1), (2, 2), None),
        ("Eve", "self", date(2026, 2, 1), (2, 2), None),
        ("Flo", "manager", date(2025, 1, 5), (2, 3), date(2025, 1, 6)),
    )
    for name, kind, day, levels, acknowledged in said:
        await assess(house, framework_id, name, kind, day, levels, acknowledged)
    await agree_plan(house, framework_id, "Bob", date(2026, 2, 10))


async def assess(
    house: House,
    framework_id: UUID,
    name: str,
    kind: str,
    day: date,
    levels: tuple[int, int],
    acknowledged: date | None,
) -> None:
    """What was said of discovery and closing, submitted at noon of the day."""
    org, at = house.org, datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    row = SkillAssessment(
        org_id=org.id,
        id=new_id(),
        person_id=house.id(name),
        rater_kind=kind,
        rater_id=house.id(name if kind == "self" else "Max"),
        framework_id=framework_id,
        status="draft",
        reminder_days=[],
        created_at=at,
        updated_at=at,
    )
    async with org.database.tenant(org.id) as session:
        session.add(row)
        await session.flush()
        for skill, level in zip(("discovery", "closing"), levels, strict=True):
            answer: dict[str, Any] = {"item": skill, "kind": "rating", "skill": skill, "level": level}
            session.add(AssessmentAnswer(org_id=org.id, assessment_id=row.id, **answer))
        await session.flush()
        row.status, row.submitted_at, row.assessed_on = "submitted", at, day
        await session.flush()
        if acknowledged is not None:
            when = datetime(acknowledged.year, acknowledged.month, acknowledged.day, 17, tzinfo=UTC)
            stamps: dict[str, Any] = {"acknowledged_at": when, "updated_at": when}
            session.add(AssessmentReview(org_id=org.id, assessment_id=row.id, status="acknowledged", **stamps))


async def agree_plan(house: House, framework_id: UUID, name: str, day: date) -> None:
    """A plan to which both sides agreed on a day."""
    at = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    plan = DevelopmentPlan(
        org_id=house.org.id,
        id=new_id(),
        person_id=house.id(name),
        framework_id=framework_id,
        status="agreed",
        reason="It costs the most",
        target_on=day + timedelta(days=90),
        rep_agreed_at=at,
        manager_agreed_at=at - HALF,
        created_at=at,
        updated_at=at,
    )
    await add(house.org, [plan])


async def add(org: SalesOrg, rows: Sequence[SQLModel]) -> None:
    """Store rows."""
    async with org.database.tenant(org.id) as session:
        session.add_all(rows)
        await session.flush()


def story(house: House, manager: str, rep: str, day: date, became: str = "held", **more: Any) -> Story:
    """A session at ten o'clock that was held, late, missed or cancelled, with what was discussed."""
    due_at = house.org.local(day.year, day.month, day.day, 10).astimezone(UTC)
    started = due_at + timedelta(minutes=20 if became == "late" else 0)
    happenings = [Happening(started, "started"), Happening(started + HALF, "completed", minutes=30)]
    if became == "missed":
        happenings = [Happening(due_at + timedelta(hours=25), "missed")]
    if became == "cancelled":
        happenings = [Happening(due_at - HALF, "cancelled", "rep")]
    concerns: Sequence[str] = more.get("concerns", ())
    talks = [Talk(new_id(), "topic", concern, started + HALF, day) for concern in concerns]
    ids = (new_id(), house.id(manager), house.id(rep), None, None)
    return Story(*ids, due_at, HALF, due_at - timedelta(days=30), happenings, talks=talks)


def _sessions(house: House, march: str) -> list[Story]:
    january, february, later = date(2026, 1, 13), date(2026, 2, 10), date(2026, 3, 10)
    concerns = {name: ["process" if name in MAXS[:3] else "outcome"] * 2 for name in MAXS}
    found = [story(house, "Max", name, january, concerns=concerns[name]) for name in MAXS]
    became = {"Cid": "late", "Dee": "missed", "Eve": "cancelled"}
    found += [story(house, "Max", name, february, became.get(name, "held")) for name in MAXS]
    found += [story(house, march, name, later, "missed" if name == "Dee" else "held") for name in MAXS[1:]]
    found += [story(house, "Zoe", name, later) for name in ("Ann", "Gil")]
    return [*found, story(house, "Vera", "Max", date(2026, 1, 20))]


async def plant(house: House, stories: Sequence[Story], also: Sequence[str] = ()) -> None:
    """Store sessions with what was discussed in them; `also` are reps who take part in each."""
    org = house.org
    format_id, programme_id = await write_series(org)
    rows = [session_row(one, format_id, org.id, programme_id) for one in stories]
    for row in rows:
        row.rep_ids = [house.id(name) for name in also]
    await write(org, rows, [row for one in stories for row in rows_of(one, org.id)])
