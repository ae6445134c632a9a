"""Which process KPIs lead, as they are graded; no person is in it, so everybody who reads snapshots reads it."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import conflict, not_found
from service.core.principal import Principal, require
from service.kpi_snapshots.leads.dto import LeadIndicatorDTO, LeadIndicatorsDTO, LeadIndicatorsQuery
from service.kpi_snapshots.leads.grading import FALSE_DISCOVERIES, LEVEL
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.repository import lead_grades as repository
from service.kpi_snapshots.use_cases.grading import grade_models, keep_grades
from service.organizations.use_cases.scope import local_now
from service.success_models.use_cases.success_models import active_model_ids, get_success_model


async def get_lead_indicators(
    session: AsyncSession, principal: Principal, query: LeadIndicatorsQuery
) -> LeadIndicatorsDTO:
    """The grades of a model's process KPIs, or of all active ones, with what they rest on.

    Without `as_of` the last ones that were kept; where there are none they are made and kept now. With it those of that
    day, or, where none were kept on it, what the facts of then say, which is not kept; an instant to come is now.
    `not_found` for an unknown model or KPI, `conflict` for a model that is not active and was not graded.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    system = principal.as_system()
    local = await local_now(session, principal.org_id)
    as_of = utc_now() if query.as_of is None else min(query.as_of, utc_now())
    day = as_of.astimezone(local.tzinfo).date()
    active = set((await active_model_ids(session, principal.org_id)).values())
    ids = active
    if query.success_model_id is not None:
        ids = {(await get_success_model(session, system, query.success_model_id)).id}
    if query.as_of is None:
        found = await _kept(session, principal.org_id, ids, day)
        if ids & active - {one.success_model_id for one in found}:
            await keep_grades(session, system)
            found = await _kept(session, principal.org_id, ids, day)
    else:
        found = [one for one in await _kept(session, principal.org_id, ids, day) if one.graded_on == day]
        missing = ids & active - {one.success_model_id for one in found}
        found += await grade_models(session, system, missing, as_of) if missing else []
    if query.success_model_id is not None and query.success_model_id not in active and not found:
        raise conflict("not_active", "This version is not active, and was not graded while it was.")
    if query.kpi is not None and all(one.kpi != query.kpi for one in found):
        raise not_found("kpi")
    return LeadIndicatorsDTO(
        as_of=as_of,
        interval_level=Decimal(str(LEVEL)),
        false_discoveries=Decimal(str(FALSE_DISCOVERIES)),
        indicators=[one for one in found if query.kpi in {None, one.kpi}],
    )


async def _kept(session: AsyncSession, org_id: UUID, ids: Collection[UUID], day: date) -> list[LeadIndicatorDTO]:
    """The last of each KPI by a day, with the day since when it has its grade."""
    rows = await repository.list_latest(session, org_id, ids, day)
    since = await repository.first_of_run(session, org_id, ids, day) if rows else {}
    return [LeadIndicatorDTO.model_validate(row.document | {"since": since[row.model_id, row.kpi]}) for row in rows]
