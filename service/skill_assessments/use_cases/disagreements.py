"""Where people and their managers see skills differently: for many people in a constant number of statements."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.skill_assessments.disagreement import Disagreement, TwoViews, find_disagreements
from service.skill_assessments.dto.levels import SkillLevelDTO
from service.skill_assessments.impact.presenting import skill_key
from service.skill_assessments.levels import WINDOW
from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository.disagreements import list_self_raters
from service.skill_assessments.use_cases.levels import skill_levels_of


async def disagreements_among(
    session: AsyncSession, principal: Principal, people: Collection[UUID], today: date, as_of: datetime
) -> list[Disagreement]:
    """Self- and manager's ratings of the last year that are far apart; whoever calls has scoped the people."""
    require(principal, Permission.SKILL_GAPS_READ)
    rating = await list_self_raters(session, principal.org_id, people, today - WINDOW)
    levels = await skill_levels_of(session, principal, rating, as_of) if rating else {}
    return find_disagreements(view for person_id, of in levels.items() for view in views_of(person_id, of))


def views_of(person_id: UUID, levels: Collection[SkillLevelDTO]) -> Iterator[TwoViews]:
    """Of each skill that both rated, the person's own rating and the mean of their managers'."""
    for one in levels:
        managers = next((kind.level for kind in one.raters if kind.kind is RaterKind.MANAGER), None)
        if managers is not None and one.own_level is not None:
            key = skill_key(one.framework_key, one.skill)
            yield TwoViews(person_id, key, one.name, float(one.own_level), float(managers), one.top_level)
