"""`/v1/commitments`: what somebody took on, and what came of it."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PreconditionDep, PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.coaching_sessions.dto.commitments import (
    COMMITMENT_SORTING,
    CommitmentDTO,
    CommitmentFilter,
    CreateCommitment,
    SettleCommitment,
    UpdateCommitment,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.settling import CommitmentState
from service.coaching_sessions.use_cases import commitments
from service.core.dto import Day

READ, WRITE = Permission.COMMITMENTS_READ, Permission.COMMITMENTS_WRITE

router = resource_router("/v1/commitments", "commitments")


@router.get("", **operation("listCommitments", "List commitments", READ))
async def list_commitments(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(COMMITMENT_SORTING)],
    rep_id: Annotated[UUID | None, Query(description="In whose coaching.")] = None,
    owner_id: Annotated[UUID | None, Query(description="Who took them on.")] = None,
    session_id: Annotated[UUID | None, Query(description="The session in which they were agreed.")] = None,
    status: Annotated[CommitmentState | None, Query(description="What came of them.")] = None,
    due_before: Annotated[Day | None, Query(description="Those that are due before this day.")] = None,
) -> ListEnvelope[CommitmentDTO]:
    """The earliest due first. A rep sees those of their coaching, a manager those of the tree below them."""
    filters = CommitmentFilter(
        rep_id=rep_id, owner_id=owner_id, session_id=session_id, status=status, due_before=due_before
    )
    return page.answer(await commitments.list_commitments(session, principal, filters, page))


@router.post("", status_code=201, **operation("createCommitment", "Add a commitment", WRITE, tagged=True))
async def create_commitment(data: CreateCommitment, session: SessionDep, principal: PrincipalDep) -> CommitmentDTO:
    """The rep's own, or that of somebody above them; with a goal for a KPI the data settle it."""
    return await commitments.create_commitment(session, principal, data)


@router.get("/{commitment_id}", **operation("getCommitment", "Read a commitment", READ, 404))
async def get_commitment(commitment_id: UUID, session: SessionDep, principal: PrincipalDep) -> CommitmentDTO:
    """One of whose rep or owner the caller sees neither is not found."""
    return await commitments.get_commitment(session, principal, commitment_id)


@router.patch("/{commitment_id}", **operation("updateCommitment", "Change a commitment", WRITE, 404, 409))
async def update_commitment(
    commitment_id: UUID, data: UpdateCommitment, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CommitmentDTO:
    """Merge-patch, while it is open: absent fields stay."""
    return await commitments.update_commitment(session, principal, commitment_id, data, expected)


@router.post(
    "/{commitment_id}/settle", **operation("settleCommitment", "Settle a commitment", WRITE, 404, 409, tagged=True)
)
async def settle_commitment(
    commitment_id: UUID, data: SettleCommitment, expected: PreconditionDep, session: SessionDep, principal: PrincipalDep
) -> CommitmentDTO:
    """Done, missed or dropped; one with a goal can only be dropped, as the data settle it."""
    return await commitments.settle_commitment(session, principal, commitment_id, data, expected)
