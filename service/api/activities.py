"""`/v1/activities`: calls, meetings, e-mails and tasks."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.activities.derivation import ActivityKind
from service.activities.dto.facts import ACTIVITY_SORTING, ActivityDTO, ActivityFilter, BulkUpsertActivities
from service.activities.permissions import Permission
from service.activities.use_cases import facts, pushing
from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by, whole
from service.api.route import resource_router
from service.core.bulk_items import BulkItemResult
from service.core.dto import Day

router = resource_router("/v1/activities", "activities")


@router.get("", **operation("listActivities", "List activities", Permission.ACTIVITIES_READ))
async def list_activities(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(ACTIVITY_SORTING)],
    person_id: Annotated[UUID | None, Query(description="Whose.")] = None,
    deal_id: Annotated[UUID | None, Query(description="About which deal.")] = None,
    kind: Annotated[ActivityKind | None, Query(description="What it is.")] = None,
    occurred_from: Annotated[Day | None, Query(description="From this day on.")] = None,
    occurred_until: Annotated[Day | None, Query(description="Before this day.")] = None,
) -> ListEnvelope[ActivityDTO]:
    """The last first. A rep sees their own, a manager those of the tree below them."""
    span = {"occurred_from": occurred_from, "occurred_until": occurred_until}
    filters = ActivityFilter(person_id=person_id, deal_id=deal_id, kind=kind, **span)
    return page.answer(await facts.list_activities(session, principal, filters, page))


@router.post("", **operation("bulkUpsertActivities", "Push activities", Permission.ACTIVITIES_WRITE))
async def bulk_upsert_activities(
    data: BulkUpsertActivities, session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[BulkItemResult]:
    """Each item is answered on its own: `created`, `updated`, `unchanged` or `failed`."""
    return whole(await pushing.bulk_upsert_activities(session, principal, data))


@router.get("/{activity_id}", **operation("getActivity", "Read an activity", Permission.ACTIVITIES_READ, 404))
async def get_activity(activity_id: UUID, session: SessionDep, principal: PrincipalDep) -> ActivityDTO:
    """That of somebody outside the caller's scope is not found."""
    return await facts.get_activity(session, principal, activity_id)
