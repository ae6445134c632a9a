"""`/v1/skill-ratings`: what other tools found of people's skills, as one more rater."""

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, whole
from service.api.route import resource_router
from service.core.bulk_items import BulkItemResult
from service.skill_assessments.dto.ratings import BulkUpsertSkillRatings
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import ratings

router = resource_router("/v1/skill-ratings", "skill assessments")


@router.post("", **operation("bulkUpsertSkillRatings", "Push skill ratings", Permission.SKILL_RATINGS_WRITE))
async def bulk_upsert_skill_ratings(
    data: BulkUpsertSkillRatings, session: SessionDep, principal: PrincipalDep
) -> ListEnvelope[BulkItemResult]:
    """Each item is answered on its own: `created`, `updated` (the next revision), `unchanged` or `failed`.

    An item becomes a submitted skill assessment by an `external` rater, and is read there.
    """
    return whole(await ratings.bulk_upsert_skill_ratings(session, principal, data))
