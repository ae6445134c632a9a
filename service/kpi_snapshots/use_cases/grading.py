"""Process KPIs graded as leads: from the weeks of all who share a model, kept once a day and never changed."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.principal import Principal
from service.kpi_snapshots.leads.dto import LeadIndicatorDTO
from service.kpi_snapshots.leads.grading import LeadGrade, grade_leads
from service.kpi_snapshots.leads.outcomes import Link, link_kpis
from service.kpi_snapshots.leads.panels import TOTAL_WEEKS, WEEK, find_presence, make_panel, records_since, to_lag
from service.kpi_snapshots.leads.presenting import present_lead
from service.kpi_snapshots.lines import prepare_models
from service.kpi_snapshots.periods import Calendar
from service.kpi_snapshots.repository import lead_grades as repository
from service.kpi_snapshots.repository.weeks import Delay, Weeks, load_delays
from service.kpi_snapshots.use_cases.keeping import mark_snapshots
from service.kpi_snapshots.use_cases.weekly_sums import load_weekly_sums
from service.organizations.known import Staff
from service.organizations.use_cases.scope import local_today
from service.organizations.use_cases.working_time import staff_as_known
from service.success_models.dto.success_models import SuccessModelDTO
from service.success_models.measures import Measure
from service.success_models.targets import PeriodKind
from service.success_models.use_cases.success_models import active_model_ids, list_active_models


async def keep_grades(session: AsyncSession, principal: Principal) -> bool:
    """Grade the active models that were not graded today, and keep that; whether there were any.

    The snapshots of everybody follow where a grade is another one.
    """
    today = await local_today(session, principal.org_id)
    ids = set((await active_model_ids(session, principal.org_id)).values())
    if not ids or ids == await repository.list_graded(session, principal.org_id, ids, today):
        return False
    await repository.lock_leads(session, principal.org_id)
    missing = ids - await repository.list_graded(session, principal.org_id, ids, today)
    before = await repository.load_grades(session, principal.org_id, missing, today)
    graded = await grade_models(session, principal, missing, utc_now())
    await repository.add_grades(session, [_row(principal.org_id, place, one) for place, one in enumerate(graded)])
    if any(before.get((one.success_model_id, one.kpi), LeadGrade.UNPROVEN) != one.grade for one in graded):
        await mark_snapshots(session, principal, None)
    return True


async def grade_models(
    session: AsyncSession, principal: Principal, model_ids: set[UUID], as_of: datetime
) -> list[LeadIndicatorDTO]:
    """Grade the process KPIs of active models by the whole weeks that had gone by at an instant; nothing is kept."""
    models = await list_active_models(session, principal)
    reach = as_of.astimezone(UTC).date()
    staff = await staff_as_known(session, principal, None, (reach - WEEK * (TOTAL_WEEKS + 2), reach))
    today = as_of.astimezone(ZoneInfo(staff.organization.time_zone)).date()
    calendar = Calendar(staff.organization.week_start, staff.organization.fiscal_year_start_month)
    first = calendar.period_of(PeriodKind.WEEK, today).start - WEEK * TOTAL_WEEKS
    found: list[LeadIndicatorDTO] = []
    for model in models:
        if model.id in model_ids:
            weeks = Weeks(principal.org_id, _members(model, models, staff, first), first, TOTAL_WEEKS)
            found += await _grade(session, principal, model, staff, weeks, (as_of, today))
    return found


def _members(model: SuccessModelDTO, models: Sequence[SuccessModelDTO], staff: Staff, first: date) -> list[UUID]:
    """Whom the model holds for, of those who had not left before the weeks."""
    prepared = prepare_models(models)
    held = {
        person.id: prepared.get(person.job_role) or prepared.get(None)
        for person in staff.people.values()
        if person.left_on is None or person.left_on >= first
    }
    return sorted(id_ for id_, one in held.items() if one is not None and one.id == model.id)


async def _grade(
    session: AsyncSession,
    principal: Principal,
    model: SuccessModelDTO,
    staff: Staff,
    weeks: Weeks,
    at: tuple[datetime, date],
) -> list[LeadIndicatorDTO]:
    links = link_kpis(model.document)
    measures = [measure for link in links for measure in _measures(link)]
    sums = await load_weekly_sums(session, principal, (weeks.people, weeks.first, weeks.count), measures)
    pairs = {link.kpi.key: (link.done, link.came) for link in links if link.done and link.came}
    delays = await load_delays(session, weeks, at[0], pairs)

    def judge() -> list[LeadIndicatorDTO]:
        there = find_presence(weeks.people, staff.people, staff.calendars, weeks.first, weeks.count)
        on_record = records_since(sums, there.shape)
        nothing = Delay(None, 0)
        lags = [to_lag(*delays.get(link.kpi.key, nothing)) for link in links]
        panels = [make_panel(link, lag, sums, there, on_record) for link, lag in zip(links, lags, strict=True)]
        graded, evidence = grade_leads(panels)
        return [
            present_lead(link, lag if link.kpi.key in pairs else None, one, evidence, (model.id, model.version), at)
            for link, lag, one in zip(links, lags, graded, strict=True)
        ]

    # Of thousands of people it takes a while: off the event loop, which serves others meanwhile.
    return await asyncio.to_thread(judge)


def _measures(link: Link) -> list[Measure]:
    return [measure for measure in (link.done, link.of, link.came) if measure is not None]


def _row(org_id: UUID, place: int, one: LeadIndicatorDTO) -> dict[str, Any]:
    return {
        "org_id": org_id,
        "model_id": one.success_model_id,
        "kpi": one.kpi,
        "graded_on": one.graded_on,
        "place": place,
        "grade": one.grade.value,
        "graded_at": one.as_of,
        "document": one.model_dump(mode="json"),
    }
