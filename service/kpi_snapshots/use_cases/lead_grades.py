"""The grades of KPIs as leads, for all that shows a KPI: one statement, whatever the number of rows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.kpi_snapshots.leads.grading import LeadGrade
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.repository.lead_grades import load_grades
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.scope import local_today
from service.success_models.kpis import Kpi
from service.success_models.use_cases.success_models import active_model_ids


@dataclass(frozen=True, slots=True)
class LeadGrades:
    """The grades of some models' KPIs by a day."""

    found: Mapping[tuple[UUID, str], LeadGrade]

    def of(self, model_id: UUID, kpi: Kpi) -> LeadGrade | None:
        """Unproven until it is graded; None of a result, which leads to nothing."""
        return self.found.get((model_id, kpi.key), LeadGrade.UNPROVEN) if kpi.level.is_process else None


@dataclass(frozen=True, slots=True)
class PeoplesGrades:
    """The grades of today, by whose KPI it is."""

    grades: LeadGrades
    models: Mapping[UUID, UUID | None]

    def of(self, person_id: UUID, kpi: Kpi | None) -> LeadGrade | None:
        """None without a KPI, and for somebody without a model."""
        model_id = self.models.get(person_id)
        return None if kpi is None or model_id is None else self.grades.of(model_id, kpi)


async def load_lead_grades(
    session: AsyncSession, org_id: UUID, model_ids: Collection[UUID], until: date, known_at: datetime | None = None
) -> LeadGrades:
    """What the KPIs of some versions of models were graded last by a day, in one statement.

    Of the grades that were there at the instant `known_at`; None is now.
    """
    rows = await load_grades(session, org_id, model_ids, until, known_at) if model_ids else {}
    return LeadGrades({key: LeadGrade(grade) for key, grade in rows.items()})


async def lead_grades_of_people(
    session: AsyncSession, principal: Principal, person_ids: Collection[UUID]
) -> PeoplesGrades:
    """Those of the KPIs of some people's models, as they are today."""
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    active = await active_model_ids(session, principal.org_id)
    people = await get_people(session, principal.as_system(), person_ids)
    models = {id_: active.get(person.job_role) or active.get(None) for id_, person in people.items()}
    today = await local_today(session, principal.org_id)
    return PeoplesGrades(await load_lead_grades(session, principal.org_id, set(active.values()), today), models)
