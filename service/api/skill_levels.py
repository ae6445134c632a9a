"""`/v1/people/{id}/skill-levels`: where somebody stands in each skill, with the severity of raters taken out."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.route import resource_router
from service.core.dto import Instant, Key
from service.skill_assessments.dto.levels import PersonSkillLevelsDTO, SkillLevelsQuery
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import levels

router = resource_router("/v1/people", "skill assessments")


@router.get(
    "/{person_id}/skill-levels",
    **operation("getSkillLevels", "Read a person's levels in skills", Permission.SKILL_ASSESSMENTS_READ, 404),
)
async def get_skill_levels(
    person_id: UUID,
    session: SessionDep,
    principal: PrincipalDep,
    framework: Annotated[Key | None, Query(description="Key of one framework. Default: all of the person's.")] = None,
    as_of: Annotated[Instant | None, Query(description="Nothing submitted later counts. Default: now.")] = None,
) -> PersonSkillLevelsDTO:
    """Raw and adjusted levels with their standard errors, who is behind them by kind, and how they came about.

    Peers count in rounds of three, so that nobody's rating can be told from an answer, or from the difference of two.
    """
    query = SkillLevelsQuery(person_id=person_id, framework=framework, as_of=as_of)
    return await levels.get_skill_levels(session, principal, query)
