"""`/v1/skill-gaps`: which one or two gaps cost the most, person by person, and of whom that cannot be told."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.core.dto import IsoInstant, Key
from service.skill_assessments.dto.gaps import SkillGapsDTO, SkillGapsQuery
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import gaps

router = resource_router("/v1/skill-gaps", "skill assessments")


def skill_gaps_query(
    person_id: Annotated[UUID | None, Query(description="One person.")] = None,
    manager_id: Annotated[UUID | None, Query(description="The tree below this manager.")] = None,
    team_id: Annotated[UUID | None, Query(description="The people of this team. Default: all one may see.")] = None,
    framework: Annotated[Key | None, Query(description="Key of one framework. Default: all of a job role.")] = None,
    as_of: Annotated[IsoInstant | None, Query(description="Nothing later counts. Default: now.")] = None,
) -> SkillGapsQuery:
    """The question as one object."""
    return SkillGapsQuery(person_id=person_id, manager_id=manager_id, team_id=team_id, framework=framework, as_of=as_of)


@router.get(
    "", response_model=SkillGapsDTO, **operation("getSkillGaps", "Read skill gaps", Permission.SKILL_GAPS_READ, 404)
)
async def get_skill_gaps(
    session: SessionDep, principal: PrincipalDep, query: Annotated[SkillGapsQuery, Depends(skill_gaps_query)]
) -> SkillGapsDTO:
    """Required level minus level, what closing each gap is worth with its interval, and the one or two to focus on.

    A rep reads their own, a manager those of the tree below, enablement and administrators everybody's. Worth is
    associational: the linked rates moved to the median of the peers, through the person's own funnel.
    """
    return await gaps.get_skill_gaps(session, principal, query)
