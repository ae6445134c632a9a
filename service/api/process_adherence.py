"""`/v1/process-adherence`: how the sales process is kept."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.core.dto import Day, Instant
from service.success_models.dto.adherence import ProcessAdherenceDTO, ProcessAdherenceQuery
from service.success_models.permissions import Permission
from service.success_models.use_cases import process_adherence

router = resource_router("/v1/process-adherence", "process adherence")


def adherence_query(
    person_id: Annotated[UUID | None, Query(description="One person's moves.")] = None,
    manager_id: Annotated[UUID | None, Query(description="Those of this manager's direct reports.")] = None,
    start: Annotated[Day | None, Query(alias="from", description="Default: 91 days before `until`.")] = None,
    until: Annotated[Day | None, Query(description="The first day that no longer counts. Default: tomorrow.")] = None,
    as_of: Annotated[Instant | None, Query(description="Nothing later counts. Default: now.")] = None,
) -> ProcessAdherenceQuery:
    """The question as one object."""
    return ProcessAdherenceQuery(person_id=person_id, manager_id=manager_id, start=start, until=until, as_of=as_of)


@router.get("", **operation("getProcessAdherence", "Read process adherence", Permission.INSPECTIONS_READ, 404))
async def get_process_adherence(
    session: SessionDep, principal: PrincipalDep, query: Annotated[ProcessAdherenceQuery, Depends(adherence_query)]
) -> ProcessAdherenceDTO:
    """Moves held against their criteria, per person and together; stages held against what the model expects."""
    return await process_adherence.get_process_adherence(session, principal, query)
