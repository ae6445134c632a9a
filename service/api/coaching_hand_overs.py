"""`/v1/coaching-hand-overs`: a manager's coaching is another's from a day on."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.coaching_sessions.dto.standing_in import HAND_OVER_SORTING, CreateHandOver, HandOverDTO, HandOverFilter
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import hand_overs

READ, WRITE = Permission.COACHING_HAND_OVERS_READ, Permission.COACHING_HAND_OVERS_WRITE

router = resource_router("/v1/coaching-hand-overs", "coaching hand-overs")


@router.get("", **operation("listCoachingHandOvers", "List coaching hand-overs", READ))
async def list_coaching_hand_overs(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(HAND_OVER_SORTING)],
    from_manager_id: Annotated[UUID | None, Query(description="Of what this manager coached.")] = None,
    to_manager_id: Annotated[UUID | None, Query(description="To this manager.")] = None,
) -> ListEnvelope[HandOverDTO]:
    """Of which the caller sees one of the managers or a rep."""
    filters = HandOverFilter(from_manager_id=from_manager_id, to_manager_id=to_manager_id)
    return page.answer(await hand_overs.list_coaching_hand_overs(session, principal, filters, page))


@router.post("", status_code=201, **operation("createCoachingHandOver", "Hand coaching over", WRITE, 409, tagged=True))
async def create_coaching_hand_over(data: CreateHandOver, session: SessionDep, principal: PrincipalDep) -> HandOverDTO:
    """Running cadences, sessions to come, open topics and commitments pass on; what is past stays whose it was."""
    return await hand_overs.create_coaching_hand_over(session, principal, data)


@router.get("/{hand_over_id}", **operation("getCoachingHandOver", "Read a coaching hand-over", READ, 404))
async def get_coaching_hand_over(hand_over_id: UUID, session: SessionDep, principal: PrincipalDep) -> HandOverDTO:
    """As it was arranged, and when topics and commitments passed on."""
    return await hand_overs.get_coaching_hand_over(session, principal, hand_over_id)
