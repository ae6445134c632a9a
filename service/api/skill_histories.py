"""`/v1/people/{id}/skill-history` and `/peer-ratings`: what was said of a person's skills."""

from typing import Annotated
from uuid import UUID

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, searched, whole
from service.api.route import resource_router
from service.skill_assessments.dto.histories import PeerRatingDTO, SkillHistoryDTO, SkillHistoryFilter
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import histories

READ = Permission.SKILL_ASSESSMENTS_READ

router = resource_router("/v1/people", "skill assessments")


@router.get("/{person_id}/skill-history", **operation("listSkillHistory", "List ratings by skill", READ, 404))
async def list_skill_history(
    person_id: UUID,
    session: SessionDep,
    principal: PrincipalDep,
    skill: Annotated[str | None, searched("This skill alone, by its key.", 64)] = None,
) -> ListEnvelope[SkillHistoryDTO]:
    """Submitted ratings over time, each in the words of the framework that it was given to; of peers only one's own.

    Reading by somebody outside the person's reporting line is told to the person.
    """
    return whole(await histories.list_skill_history(session, principal, person_id, SkillHistoryFilter(skill=skill)))


@router.get("/{person_id}/peer-ratings", **operation("listPeerRatings", "List what peers say together", READ, 404))
async def list_peer_ratings(
    person_id: UUID, session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[PeerRatingDTO]:
    """By skill, from three peers up and three by three; with fewer it says how many are missing, and no number."""
    return whole(await histories.list_peer_ratings(session, principal, person_id))
