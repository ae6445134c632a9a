"""What was said of a person's skills over time, and what their peers say together."""

from collections.abc import Sequence
from dataclasses import asdict
from statistics import fmean
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import not_found
from service.core.principal import Principal, require
from service.organizations.use_cases.people import get_people
from service.skill_assessments.dto.frameworks import CompetencyFrameworkDTO
from service.skill_assessments.dto.histories import (
    EVERY_SKILL,
    PeerRatingDTO,
    SkillHistoryDTO,
    SkillHistoryFilter,
    SkillRatingDTO,
)
from service.skill_assessments.levels import WINDOW, SkillRating
from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.models import AssessmentAnswer, SkillAssessment
from service.skill_assessments.peers import FEWEST, count_rounds, form_rounds
from service.skill_assessments.permissions import Permission
from service.skill_assessments.pooling import METHOD, pool
from service.skill_assessments.repository import assessments as repository
from service.skill_assessments.repository import histories
from service.skill_assessments.repository.histories import Rating
from service.skill_assessments.use_cases.access import find_readable
from service.skill_assessments.use_cases.frameworks import find_frameworks
from service.skill_assessments.use_cases.reading import Reading, reading_of, record_reads
from service.skill_assessments.wording import words_of

Of = tuple[str, str]
"""A skill: the key of its framework, and its own."""


async def list_skill_history(
    session: AsyncSession, principal: Principal, person_id: UUID, filters: SkillHistoryFilter = EVERY_SKILL
) -> list[SkillHistoryDTO]:
    """The submitted ratings of a person that the caller reads, by skill: each in the words it was given in.

    A single peer's are among them for their author alone. `not_found` for a person whose skills the caller does not
    read.
    """
    require(principal, Permission.SKILL_ASSESSMENTS_READ)
    reading = await reading_person(session, principal, person_id)
    found = await _by_skill(session, principal, reading, person_id, filters.skill)
    record_reads(session, principal, reading, [person_id])
    return [
        SkillHistoryDTO(person_id=person_id, framework_key=key, skill=of, name=ratings[-1].skill_name, ratings=ratings)
        for (key, of), ratings in sorted(found.items())
    ]


async def get_skill_rating(
    session: AsyncSession, principal: Principal, assessment_id: UUID, item: str
) -> SkillRatingDTO:
    """One rating of an assessment that the caller reads."""
    require(principal, Permission.SKILL_ASSESSMENTS_READ)
    reading = await reading_of(session, principal)
    row = await find_readable(session, principal, reading, assessment_id)
    for ratings in (await _by_skill(session, principal, reading, row.person_id, None)).values():
        for one in ratings:
            if (one.assessment_id, one.item) == (assessment_id, item):
                if one.rater_id != principal.person_id:
                    record_reads(session, principal, reading, [row.person_id])
                return one
    raise not_found("skill_rating")


async def ratings_of_skill(
    session: AsyncSession, principal: Principal, reading: Reading, row: SkillAssessment
) -> list[SkillRatingDTO]:
    """The ratings that a rater may read of the skill that an assessment is about, without superseded ones, by day."""
    found = await _by_skill(session, principal, reading, row.person_id, row.skill)
    key = (await find_frameworks(session, principal, [row.framework_id]))[row.framework_id].key
    ratings = [one for one in found.get((key, str(row.skill)), []) if not one.is_superseded]
    if any(one.rater_id != principal.person_id for one in ratings):
        record_reads(session, principal, reading, [row.person_id])
    return ratings


async def list_peer_ratings(session: AsyncSession, principal: Principal, person_id: UUID) -> list[PeerRatingDTO]:
    """What a person's peers say of each skill together, from three of them up; with fewer, how many are missing.

    They count in rounds of three (`peers`), of the last 365 days, on the scale of the last rating: no answer, and no
    difference of two, tells what a single one said.
    """
    require(principal, Permission.SKILL_ASSESSMENTS_READ)
    reading = await reading_person(session, principal, person_id)
    rows = await histories.list_peer_ratings(session, principal.org_id, person_id)
    frameworks = await find_frameworks(session, principal, {row.framework_id for row, _ in rows})
    by_skill: dict[Of, list[Rating]] = {}
    for row, answer in rows:
        by_skill.setdefault((frameworks[row.framework_id].key, str(answer.skill)), []).append((row, answer))
    record_reads(session, principal, reading, [person_id])
    return [_pooled(reading, of, ratings, frameworks) for of, ratings in sorted(by_skill.items())]


async def reading_person(session: AsyncSession, principal: Principal, person_id: UUID) -> Reading:
    """What the caller reads; `not_found` for a person whose skills they do not read."""
    reading = await reading_of(session, principal)
    if not reading.sees(person_id) or not await get_people(session, principal.as_system(), [person_id]):
        raise not_found("person")
    return reading


async def _by_skill(
    session: AsyncSession, principal: Principal, reading: Reading, person_id: UUID, skill: str | None
) -> dict[Of, list[SkillRatingDTO]]:
    rows = await histories.list_ratings(session, principal.org_id, reading.reader, person_id, skill)
    frameworks = await find_frameworks(session, principal, {row.framework_id for row, _ in rows})
    revisions = await repository.get_revisions(session, principal.org_id, {row.id for row, _ in rows})
    superseded = {id_ for id_, revision in revisions.items() if revision.is_submitted}
    found: dict[Of, list[SkillRatingDTO]] = {}
    for row, answer in rows:
        framework = frameworks[row.framework_id]
        rating = _rating(row, answer, framework, is_superseded=row.id in superseded)
        found.setdefault((framework.key, str(answer.skill)), []).append(rating)
    return found


def _rating(
    row: SkillAssessment, answer: AssessmentAnswer, framework: CompetencyFrameworkDTO, *, is_superseded: bool
) -> SkillRatingDTO:
    words = words_of(framework.document, None, answer.item, answer.skill, answer.level)
    return SkillRatingDTO.model_validate(
        {
            **row.model_dump(),
            **answer.model_dump(),
            "is_superseded": is_superseded,
            "framework_version": framework.version,
            "top_level": framework.document.top,
            "skill_name": words.skill_name,
            "level_name": words.level_name,
            "anchor": words.anchor,
        }
    )


def _pooled(
    reading: Reading, of: Of, ratings: Sequence[Rating], frameworks: dict[UUID, CompetencyFrameworkDTO]
) -> PeerRatingDTO:
    last = frameworks[ratings[-1][0].framework_id].document
    same = [(row, answer) for row, answer in ratings if frameworks[row.framework_id].document.top == last.top]
    rounds, waiting = form_rounds(_by_assessment(same))
    since = reading.today - WINDOW
    pooled = pool([one.level for one in count_rounds(rounds, since, reading.today)], last.top)
    missing = FEWEST - waiting
    about = last.skill(of[1])
    return PeerRatingDTO(
        person_id=ratings[-1][0].person_id,
        framework_key=of[0],
        skill=of[1],
        name=None if about is None else about.name,
        missing=missing,
        **({"n": None, "level": None, "low": None, "high": None} if pooled is None else asdict(pooled)),
        top_level=last.top,
        cannot_tell=f"{missing} more must rate before anything is shown" if pooled is None else None,
        method=METHOD,
        since=since,
        as_of=reading.today,
    )


def _by_assessment(ratings: Sequence[Rating]) -> list[SkillRating]:
    """One rating of each assessment: the mean of its items about the skill."""
    found: dict[UUID, list[Rating]] = {}
    for row, answer in ratings:
        found.setdefault(row.id, []).append((row, answer))
    return [_mean(together) for together in found.values()]


def _mean(ratings: Sequence[Rating]) -> SkillRating:
    row = ratings[0][0]
    levels = [float(answer.level) for _, answer in ratings if answer.level is not None]
    assert row.assessed_on is not None  # noqa: S101 - it is submitted
    assert row.submitted_at is not None  # noqa: S101 - it is submitted
    return SkillRating(
        person_id=row.person_id,
        skill=str(ratings[0][1].skill),
        rater=str(row.rater_id),
        kind=RaterKind(row.rater_kind),
        level=fmean(levels),
        assessed_on=row.assessed_on,
        submitted_at=row.submitted_at,
    )
