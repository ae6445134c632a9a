"""`/v1/cadence-adherence`, `/v1/people/{id}/entitlement` and `/v1/uncovered-people`: who is accountable for what."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, PageDep
from service.api.route import resource_router
from service.coaching_sessions.dto.adherence import (
    AdherenceQuery,
    CadenceAdherenceDTO,
    EntitlementDTO,
    EntitlementQuery,
    UncoveredPersonDTO,
    UncoveredQuery,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import adherence, entitlement
from service.core.dto import Day, Instant

READ = Permission.CADENCE_ADHERENCE_READ

router = resource_router("/v1", "cadence adherence")


def account_span(
    from_on: Annotated[
        Day | None, Query(alias="from", description="The first day. Default: 91 days with `to`.")
    ] = None,
    to_on: Annotated[Day | None, Query(alias="to", description="The last day. Default: that of `as_of`.")] = None,
    as_of: Annotated[Instant | None, Query(description="Nothing later counts. Default: now.")] = None,
) -> dict[str, Any]:
    """Due in which days, as of when."""
    return {"from_on": from_on, "to_on": to_on, "as_of": as_of}


SpanDep = Annotated[dict[str, Any], Depends(account_span)]
DaysDep = Annotated[int, Query(ge=1, le=182, description="How many days ahead a session should be planned.")]


@router.get("/cadence-adherence", **operation("getCadenceAdherence", "Read how cadences were kept", READ, 404))
async def get_cadence_adherence(
    session: SessionDep,
    principal: PrincipalDep,
    span: SpanDep,
    manager_id: Annotated[UUID | None, Query(description="Sessions that this manager was to hold.")] = None,
    tree: Annotated[bool, Query(description="Those too of every manager below on the day.")] = False,
    team_id: Annotated[UUID | None, Query(description="Sessions of this team's present members.")] = None,
) -> CadenceAdherenceDTO:
    """Sessions owed, held, moved, cancelled and missed, in the period they were due at first; departed managers count.

    Managers see themselves and whoever was below on the day.
    """
    query = AdherenceQuery.model_validate({"manager_id": manager_id, "tree": tree, "team_id": team_id, **span})
    return await adherence.get_cadence_adherence(session, principal, query)


@router.get(
    "/people/{person_id}/entitlement",
    **operation("getEntitlement", "Read what a rep was owed and received", READ, 404),
)
async def get_entitlement(
    person_id: UUID, session: SessionDep, principal: PrincipalDep, span: SpanDep, days: DaysDep = 14
) -> EntitlementDTO:
    """Whoever was to coach them; reps read their own."""
    query = EntitlementQuery.model_validate({"person_id": person_id, "days": days, **span})
    return await entitlement.get_entitlement(session, principal, query)


@router.get("/uncovered-people", **operation("listUncoveredPeople", "List reps who have no session planned", READ, 404))
async def list_uncovered_people(
    session: SessionDep,
    principal: PrincipalDep,
    page: PageDep,
    manager_id: Annotated[UUID | None, Query(description="Those in the tree below this manager.")] = None,
    days: DaysDep = 14,
) -> ListEnvelope[UncoveredPersonDTO]:
    """By name: each of them should have one within the days."""
    query = UncoveredQuery(manager_id=manager_id, days=days)
    return page.answer(await entitlement.list_uncovered_people(session, principal, query, page))
