"""Working time as it was known: every past instant shows what was live then, whatever was changed since."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from service.core.clock import utc_now
from service.core.errors import ServiceError
from service.organizations.dto.absences import AbsenceKind, CreateAbsence, UpdateAbsence
from service.organizations.dto.organizations import UpdateOrganization
from service.organizations.dto.people import PersonDTO, UpdatePerson
from service.organizations.dto.teams import CreateTeam, UpdateTeam
from service.organizations.known import Staff
from service.organizations.use_cases.absences import create_absence, delete_absence, update_absence
from service.organizations.use_cases.organizations import get_organization, update_organization
from service.organizations.use_cases.people import delete_person, update_person
from service.organizations.use_cases.teams import create_team, delete_team, update_team
from service.organizations.use_cases.working_time import staff_as_known
from tests.factories.sales_org import SalesOrg

AUGUST = (date(2026, 8, 1), date(2026, 8, 31))
MOMENT = timedelta(microseconds=1)


async def known(org: SalesOrg, at: datetime | None = None, ids: list[UUID] | None = None, **by: Any) -> Staff:
    async with org.database.tenant(org.id) as session:
        return await staff_as_known(session, by.get("principal", org.system), ids, AUGUST, at)


async def days(org: SalesOrg, person: PersonDTO, at: datetime | None = None) -> Fraction:
    return (await known(org, at, [person.id])).calendars[person.id].days(*AUGUST)


async def change(org: SalesOrg, call: Any, *arguments: Any) -> Any:
    """Do it; what it is known to be from then on."""
    async with org.database.tenant(org.id) as session:
        return await call(session, org.system, *arguments)


async def test_a_persons_working_days(org: SalesOrg) -> None:
    ann = await org.add_person("Ann", hired_on="2026-08-10", left_on="2026-08-28")
    assert await days(org, ann) == 15
    vacation = CreateAbsence(
        person_id=ann.id, start_on=date(2026, 7, 27), end_on=date(2026, 8, 14), kind=AbsenceKind.VACATION
    )
    await change(org, create_absence, vacation)
    half = CreateAbsence(
        person_id=ann.id, start_on=AUGUST[0].replace(day=24), end_on=AUGUST[1], kind=AbsenceKind.OTHER,
        share=Decimal("0.5"),
    )  # fmt: skip
    await change(org, create_absence, half)
    assert await days(org, ann) == 10 - Fraction(5, 2)


async def test_each_keeps_their_own_holidays(org: SalesOrg) -> None:
    ann, bob = await org.add_person("Ann"), await org.add_person("Bob", holiday_calendar="DE-BY")
    await change(
        org, update_organization, UpdateOrganization(holiday_calendar="AT", working_weekdays=[1, 2, 3, 4, 5, 6])
    )
    found = await known(org)
    epiphany = date(2026, 1, 6)
    assert not any(found.calendars[one.id].is_working(epiphany) for one in (ann, bob))
    austrias, germanys = date(2026, 10, 26), date(2026, 10, 3)
    assert [found.calendars[one.id].is_working(austrias) for one in (ann, bob)] == [False, True]
    assert [found.calendars[one.id].is_working(germanys) for one in (ann, bob)] == [True, False]
    assert found.calendars[ann.id].company is not found.calendars[bob.id].company


async def test_absences_as_they_were_known(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    instants = [utc_now()]
    week = CreateAbsence(
        person_id=ann.id, start_on=date(2026, 8, 3), end_on=date(2026, 8, 7), kind=AbsenceKind.VACATION
    )
    absence = await change(org, create_absence, week)
    instants.append(utc_now())
    await change(org, update_absence, absence.id, UpdateAbsence(end_on=date(2026, 8, 14)))
    instants.append(utc_now())
    await change(org, update_absence, absence.id, UpdateAbsence(share=Decimal("0.5"), kind=AbsenceKind.SICK))
    instants.append(utc_now())
    await change(org, delete_absence, absence.id)
    instants.append(utc_now())
    assert [await days(org, ann, at) for at in instants] == [21, 16, 11, 16, 21]
    assert await days(org, ann) == 21


async def test_people_as_they_were_known(org: SalesOrg) -> None:
    before = utc_now()
    ann = await org.add_person("Ann", job_role="SDR")
    instants = [utc_now()]
    for changes in (
        {"job_role": "AE", "hired_on": "2026-08-10"},
        {"name": "Ann B"},
        {"email": "ann.b@example.com", "left_on": "2026-08-28"},
        {"holiday_calendar": "AT"},
    ):
        await change(org, update_person, ann.id, UpdatePerson.model_validate(changes))
        instants.append(utc_now())
    found = [(await known(org, at, [ann.id])).people[ann.id] for at in instants]
    assert [(one.job_role, one.email, one.hired_on, one.left_on, one.holiday_calendar) for one in found] == [
        ("SDR", "ann@example.com", None, None, None),
        ("AE", "ann@example.com", date(2026, 8, 10), None, None),
        ("AE", "ann@example.com", date(2026, 8, 10), None, None),
        ("AE", "ann.b@example.com", date(2026, 8, 10), date(2026, 8, 28), None),
        ("AE", "ann.b@example.com", date(2026, 8, 10), date(2026, 8, 28), "AT"),
    ]
    assert [await days(org, ann, at) for at in instants] == [21, 16, 16, 15, 15]
    assert (await known(org, before, [ann.id])).people == {}
    await change(org, delete_person, ann.id)
    assert (await known(org, instants[1], [ann.id])).people == {}


async def test_each_instant_knows_one_state(org: SalesOrg) -> None:
    """At the very microsecond of a change, too: what is known from then on."""
    ann = await org.add_person("Ann", job_role="0")
    for number in range(1, 4):
        await change(org, update_person, ann.id, UpdatePerson(job_role=str(number)))
    at = utc_now()
    roles = []
    while at > ann.created_at - MOMENT:
        staff = await known(org, at, [ann.id])
        if ann.id not in staff.people:
            break
        roles.append(str(staff.people[ann.id].job_role))
        async with org.database.tenant(org.id) as session:
            since = await _known_from(session, org.id, ann.id, at)
        assert (await known(org, since, [ann.id])).people[ann.id].job_role == roles[-1]
        at = since - MOMENT
    assert roles == ["3", "2", "1", "0"]


async def _known_from(session: Any, org_id: UUID, person_id: UUID, at: datetime) -> datetime:
    """Since when what is known at an instant was known."""
    import sqlalchemy as sa  # noqa: PLC0415 - for this one look into the tables

    query = sa.text(
        "SELECT max(known_from) FROM (SELECT known_from FROM person WHERE org_id = :org AND id = :id UNION ALL "
        "SELECT known_from FROM person_version WHERE org_id = :org AND id = :id) AS every WHERE known_from <= :at"
    )
    found = await (await session.connection()).execute(query, {"org": org_id, "id": person_id, "at": at})
    since: datetime = found.scalar_one()
    return since


async def test_settings_as_they_were_known(org: SalesOrg) -> None:
    ann = await org.add_person("Ann")
    instants = [utc_now()]
    for changes in (
        {"company_holidays": ["2026-08-03", "2026-08-03", "2026-08-04"]},
        {"working_weekdays": [1, 2, 3, 4, 5, 6]},
        {"holiday_calendar": "AT", "name": f"Renamed {org.id}"},
        {"company_working_days": ["2026-08-15"]},
    ):
        await change(org, update_organization, UpdateOrganization.model_validate(changes))
        instants.append(utc_now())
    assert [await days(org, ann, at) for at in instants] == [21, 19, 24, 23, 24]
    assert (await known(org, datetime(2020, 1, 1, tzinfo=UTC))).organization.working_weekdays == (1, 2, 3, 4, 5)
    now = (await known(org)).organization
    assert (now.holiday_calendar, now.company_holidays) == ("AT", (date(2026, 8, 3), date(2026, 8, 4)))


async def test_teams_as_they_were_known(org: SalesOrg) -> None:
    ann, bob = await org.add_person("Ann"), await org.add_person("Bob")
    instants = [utc_now()]
    team = await change(org, create_team, CreateTeam(name="East", member_ids=[ann.id]))
    instants.append(utc_now())
    for changes in ({"description": "New"}, {"member_ids": [str(bob.id)]}, {"name": "West"}):
        await change(org, update_team, team.id, UpdateTeam.model_validate(changes))
        instants.append(utc_now())
    await change(org, delete_team, team.id)
    instants.append(utc_now())
    found = [(await known(org, at)).people for at in instants]
    named = [[sorted(people[one.id].teams - {str(team.id)}) for one in (ann, bob)] for people in found]
    assert named == [[[], []], [["East"], []], [["East"], []], [[], ["East"]], [[], ["West"]], [[], []]]
    assert str(team.id) in found[1][ann.id].teams


async def test_nobody_sees_more_working_time_than_people(org: SalesOrg) -> None:
    ann, bob = await org.add_person("Ann"), await org.add_person("Bob")
    for ids in (None, [ann.id, bob.id]):
        assert set((await known(org, None, ids, principal=org.acting_as(ann))).people) == {ann.id}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"day_ends_hour": 8}, "/day_ends_hour"),
        ({"day_starts_hour": 18}, "/day_starts_hour"),
        ({"day_starts_hour": 9, "day_ends_hour": 9}, "/day_ends_hour"),
        ({"company_working_days": ["2026-12-24"]}, "/company_working_days"),
        ({"company_holidays": ["2026-12-24"], "company_working_days": ["2026-12-24"]}, "/company_working_days"),
    ],
)
async def test_settings_fit_together(org: SalesOrg, changes: dict[str, Any], pointer: str) -> None:
    if "company_holidays" not in changes:
        await change(org, update_organization, UpdateOrganization.model_validate({"company_holidays": ["2026-12-24"]}))
    with pytest.raises(ServiceError) as refused:
        await change(org, update_organization, UpdateOrganization.model_validate(changes))
    assert [field.pointer for field in refused.value.fields] == [pointer]
    async with org.database.tenant(org.id) as session:
        assert (await get_organization(session, org.system)).day_ends_hour == 18
