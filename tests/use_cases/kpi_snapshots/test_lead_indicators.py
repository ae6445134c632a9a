"""Grades of leads on the database: what leads, what is missing, what is kept, and what is refused."""

import warnings
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, update

from service.core.clock import utc_now
from service.core.database import Database
from service.core.errors import ErrorKind, ServiceError
from service.core.ids import new_id
from service.core.principal import Principal
from service.kpi_snapshots.leads.dto import LagSource, LeadIndicatorDTO, LeadIndicatorsDTO, LeadIndicatorsQuery
from service.kpi_snapshots.leads.grading import LeadGrade, LeadUnproven
from service.kpi_snapshots.models import LeadGradeRow
from service.kpi_snapshots.repository.lead_grades import add_grades
from service.kpi_snapshots.tasks import grade_leads
from service.kpi_snapshots.use_cases.lead_indicators import get_lead_indicators
from tests.factories.leads import AT, LeadsOrg, leads_document, make_leads_org
from tests.factories.sales_org import SalesOrg
from tests.fixtures.statements import counted_statements


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def team(database: Database) -> LeadsOrg:
    return await make_leads_org(database)


async def ask(org: SalesOrg, who: Principal | None = None, **query: Any) -> LeadIndicatorsDTO:
    async with org.database.tenant(org.id) as session:
        return await get_lead_indicators(session, who or org.system, LeadIndicatorsQuery.model_validate(query))


def by_key(found: LeadIndicatorsDTO) -> dict[str, LeadIndicatorDTO]:
    return {one.kpi: one for one in found.indicators}


async def test_what_leads_is_predictive_and_what_does_not_is_unproven(team: LeadsOrg) -> None:
    found = by_key(await ask(team.org, as_of=AT))
    assert list(found) == ["calls", "emails", "connected-rate", "opened"]
    calls = found["calls"]
    assert (calls.grade, calls.cannot_tell, calls.outcome_kpi) == (LeadGrade.PREDICTIVE, None, "opened")
    assert (calls.lag_weeks, calls.lag_source, calls.lag_n) == (2, LagSource.ASSUMED, 0)
    assert calls.figures is not None
    # Half an opportunity for each call, two weeks later, and nothing else.
    assert calls.figures.within_effect == pytest.approx(Decimal("0.5"), abs=Decimal("0.001"))
    assert (calls.figures.people, calls.figures.weeks, calls.figures.n) == (6, 52, 312)
    assert calls.figures.lift is not None
    assert calls.figures.lift > Decimal("1.1")
    assert "leads Opportunities" in calls.explanation
    assert (found["emails"].grade, found["emails"].cannot_tell) == (LeadGrade.UNPROVEN, LeadUnproven.NO_EFFECT_SEEN)
    assert found["connected-rate"].cannot_tell is LeadUnproven.NEVER_VARIES
    opened = found["opened"]
    assert (opened.outcome_kpi, opened.cannot_tell, opened.figures) == ("won", LeadUnproven.TOO_FEW_OUTCOMES, None)
    assert "cannot tell yet" in opened.explanation


async def test_more_for_nothing_is_gamed(database: Database) -> None:
    gamed = await make_leads_org(database, gamed=True)
    emails = by_key(await ask(gamed.org, as_of=AT))["emails"]
    assert emails.grade is LeadGrade.GAMED
    assert emails.figures is not None
    assert emails.figures.change is not None
    assert emails.figures.yield_change is not None
    assert emails.figures.change > Decimal("1.5")
    assert emails.figures.yield_change < Decimal("0.7")
    assert "looks gamed" in emails.explanation


async def test_people_on_their_ramp_away_or_gone_do_not_count(database: Database) -> None:
    team = await make_leads_org(database, people=4, weeks=20)
    found = by_key(await ask(team.org, as_of=AT))
    assert found["calls"].cannot_tell is LeadUnproven.TOO_FEW_PEOPLE
    assert found["calls"].figures is None


async def test_nothing_after_as_of_counts(team: LeadsOrg) -> None:
    early = by_key(await ask(team.org, as_of=AT - timedelta(weeks=48)))
    assert early["calls"].cannot_tell is LeadUnproven.TOO_FEW_WEEKS
    before = by_key(await ask(team.org, as_of=AT - timedelta(weeks=100)))
    assert before["calls"].cannot_tell is LeadUnproven.TOO_FEW_PEOPLE


async def test_a_day_is_graded_once_and_never_changed(database: Database) -> None:
    today = utc_now().date()
    team = await make_leads_org(database, weeks=30, last=today - timedelta(days=today.weekday()))
    await grade_leads(database, team.org.id)
    kept = await ask(team.org)
    assert by_key(kept)["calls"].grade is LeadGrade.PREDICTIVE
    async with database.tenant(team.org.id) as session:
        rows = (await session.exec(select(LeadGradeRow).where(col(LeadGradeRow.org_id) == team.org.id))).all()
        assert [row.kpi for row in sorted(rows, key=lambda row: row.place)] == list(by_key(kept))
        await add_grades(session, [rows[0].model_dump() | {"grade": "gamed"}])
    with counted_statements(database) as statements:
        await grade_leads(database, team.org.id)
    assert len(statements) <= 3
    assert (await ask(team.org)).indicators == kept.indicators
    with pytest.raises(DBAPIError, match="permission denied"):
        async with database.tenant(team.org.id) as session:
            await session.exec(
                update(LeadGradeRow).where(col(LeadGradeRow.org_id) == team.org.id).values(grade="gamed")
            )


async def test_a_grade_says_since_when(team: LeadsOrg) -> None:
    (calls,) = (await ask(team.org, as_of=AT, kpi="calls")).indicators
    days = {4: LeadGrade.UNPROVEN, 3: LeadGrade.PREDICTIVE, 2: LeadGrade.UNPROVEN, 1: LeadGrade.UNPROVEN}
    fresh = [
        {
            "org_id": team.org.id,
            "model_id": team.model.id,
            "kpi": "calls",
            "graded_on": (day := date(2024, 1, 10) - timedelta(days=before)),
            "place": 0,
            "grade": grade.value,
            "graded_at": AT,
            "document": calls.model_dump(mode="json") | {"grade": grade.value, "graded_on": str(day)},
        }
        for before, grade in days.items()
    ]
    async with team.org.database.tenant(team.org.id) as session:
        await add_grades(session, fresh)
    (found,) = (await ask(team.org, as_of=team.org.local(2024, 1, 9, 12), kpi="calls")).indicators
    assert (found.grade, found.since) == (LeadGrade.UNPROVEN, date(2024, 1, 8))


async def test_without_any_grade_it_is_made_when_it_is_asked_for(org: SalesOrg) -> None:
    model = await org.activate(leads_document())
    assert await ask(org) is not None
    found = await ask(org, success_model_id=model.id)
    assert [one.grade for one in found.indicators] == [LeadGrade.UNPROVEN] * 4
    assert {one.cannot_tell for one in found.indicators} == {LeadUnproven.TOO_FEW_PEOPLE}
    async with org.database.tenant(org.id) as session:
        rows = (await session.exec(select(LeadGradeRow).where(col(LeadGradeRow.org_id) == org.id))).all()
    assert len(rows) == 4


async def test_an_organization_without_a_model_has_no_leads(org: SalesOrg) -> None:
    assert (await ask(org)).indicators == []


async def test_what_is_refused(team: LeadsOrg) -> None:
    with pytest.raises(ServiceError) as unknown:
        await ask(team.org, kpi="nothing")
    assert unknown.value.code == "kpi_not_found"
    with pytest.raises(ServiceError) as missing:
        await ask(team.org, success_model_id=new_id())
    assert missing.value.kind is ErrorKind.NOT_FOUND
    nobody = Principal(org_id=team.org.id, permissions=frozenset())
    with pytest.raises(ServiceError) as forbidden:
        await ask(team.org, nobody)
    assert forbidden.value.kind is ErrorKind.FORBIDDEN
    rep = team.org.acting_as(team.reps[0])
    assert (await ask(team.org, rep, as_of=AT)).indicators == (await ask(team.org, as_of=AT)).indicators


async def test_a_retired_version_keeps_what_it_was_graded(org: SalesOrg) -> None:
    first = await org.activate(leads_document())
    await ask(org)
    second = await org.activate(leads_document())
    third = await org.activate(leads_document())
    assert len((await ask(org, success_model_id=first.id)).indicators) == 4
    with pytest.raises(ServiceError) as refused:
        await ask(org, success_model_id=second.id)
    assert refused.value.code == "not_active"
    assert {one.success_model_id for one in (await ask(org)).indicators} == {third.id}


async def test_any_number_of_people_in_as_many_statements(org: SalesOrg, database: Database) -> None:
    await org.activate(leads_document())
    team = await make_leads_org(database, people=5, weeks=4)
    counts = []
    for house in (org, team.org):
        with counted_statements(database) as statements, warnings.catch_warnings():
            warnings.simplefilter("error")
            await ask(house, as_of=AT)
        counts.append(len(statements))
    assert counts[0] == counts[1]
