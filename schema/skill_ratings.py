"""Skill ratings: what other tools found of people's skills, as one more rater."""

import datetime as dt
from decimal import Decimal

import strawberry
from strawberry.types.unset import UNSET

from schema.bulk import BulkPayload, BulkResults, to_bulk_payload
from schema.context import Info
from schema.inputs import to_dto
from schema.mutations import mutation
from service.core.database import TenantSession
from service.skill_assessments.dto.ratings import BulkUpsertSkillRatings
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import ratings


@strawberry.input(description="How a score becomes a level: by `cuts`, or evenly from `low` to `high`.")
class ScoreScaleInput:
    """A scale."""

    cuts: list[Decimal] | None = UNSET
    low: Decimal | None = UNSET
    high: Decimal | None = UNSET


@strawberry.input(description="What was found of one skill: a level, or a score with its scale.")
class SkillRatingInput:
    """A rating."""

    skill: str
    level: Decimal | None = UNSET
    score: Decimal | None = UNSET
    scale: ScoreScaleInput | None = UNSET
    words: str | None = UNSET


@strawberry.input(description="What was found of one person on a day; sent twice it is one.")
class UpsertSkillRatingsInput:
    """An item."""

    external_id: str
    person: str | None = UNSET
    person_id: strawberry.ID | None = UNSET
    framework_key: str
    assessed_on: dt.date
    skills: list[SkillRatingInput]
    deal_id: strawberry.ID | None = UNSET
    activity_id: strawberry.ID | None = UNSET
    link: str | None = UNSET


@strawberry.input(description="Up to 500 items of one scorer; each is answered on its own.")
class BulkUpsertSkillRatingsInput:
    """A push."""

    scorer: str
    system: str | None = UNSET
    ratings: list[UpsertSkillRatingsInput]
    idempotency_key: str | None = None


@mutation(
    "Push skill ratings, each of which becomes a submitted assessment by an external rater.",
    needs=Permission.SKILL_RATINGS_WRITE,
    payload=BulkPayload,
    render=to_bulk_payload("SkillAssessment"),
)
async def bulk_upsert_skill_ratings(
    session: TenantSession, info: Info, data: BulkUpsertSkillRatingsInput
) -> BulkResults:
    """`POST /v1/skill-ratings`."""
    pushed = to_dto(BulkUpsertSkillRatings, data)
    return BulkResults(items=await ratings.bulk_upsert_skill_ratings(session, info.context.principal, pushed))


@strawberry.type
class SkillRatingsMutation:
    """Mutations of ratings."""

    bulk_upsert_skill_ratings = bulk_upsert_skill_ratings
