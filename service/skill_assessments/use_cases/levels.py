"""Where people stand in the skills of their frameworks: for many people in a constant number of statements."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from scipy.special import ndtri
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.principal import Principal, require
from service.kpi_snapshots.pace import to_decimal
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.scope import local_now
from service.skill_assessments.dto.frameworks import CompetencyFrameworkDTO
from service.skill_assessments.dto.levels import (
    PersonSkillLevelsDTO,
    RaterKindLevelDTO,
    SkillLevelDTO,
    SkillLevelPointDTO,
    SkillLevelsQuery,
)
from service.skill_assessments.framework_document import required_levels
from service.skill_assessments.level_sentences import METHOD, explain_level
from service.skill_assessments.levels import WINDOW, PersonLevel, SkillRating, find_levels
from service.skill_assessments.lifecycle import RaterKind
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository import calibration as repository
from service.skill_assessments.repository.calibration import SaidOfSkill, Span
from service.skill_assessments.use_cases.frameworks import find_frameworks, frameworks_of_people
from service.skill_assessments.use_cases.histories import reading_person
from service.skill_assessments.use_cases.reading import record_reads

INTERVAL = 0.9
Z = float(ndtri((1 + INTERVAL) / 2))


async def get_skill_levels(
    session: AsyncSession, principal: Principal, query: SkillLevelsQuery
) -> PersonSkillLevelsDTO:
    """One person's levels, raw and adjusted, with their history; whoever reads them from outside the line is told of.

    `not_found` for a person whose skills the caller does not read, and for a framework that is none of theirs.
    """
    require(principal, Permission.SKILL_ASSESSMENTS_READ)
    reading = await reading_person(session, principal, query.person_id)
    as_of = utc_now() if query.as_of is None else min(query.as_of, utc_now())
    found = (await skill_levels_of(session, principal, [query.person_id], as_of))[query.person_id]
    if query.framework is not None:
        found = [one for one in found if one.framework_key == query.framework]
        if not found:
            raise not_found("framework")
    record_reads(session, principal, reading, [query.person_id])
    day = await _day(session, principal, as_of)
    return PersonSkillLevelsDTO(
        person_id=query.person_id,
        as_of=as_of,
        since=day - WINDOW,
        interval_level=Decimal(str(INTERVAL)),
        method=METHOD,
        skills=found,
    )


async def skill_levels_of(
    session: AsyncSession, principal: Principal, people: Collection[UUID], as_of: datetime
) -> dict[UUID, list[SkillLevelDTO]]:
    """The levels of some people in every skill of the frameworks that name their job role or that they were rated by.

    Everybody asked for is in the answer. Whoever calls has scoped the people. The raters of the whole organization tell
    who is severe, so what they said of others is read as the organization.
    """
    system, day = principal.as_system(), await _day(session, principal, as_of)
    known = await get_people(session, system, people)
    frameworks = await _frameworks(session, system, people)
    span = Span(day - WINDOW, day, as_of)
    keys = {one.key for of in frameworks.values() for one in of}
    said = await repository.list_said_of_skills(session, principal.org_id, keys, span)
    levels = _levels(said, frameworks, day)
    found: dict[UUID, list[SkillLevelDTO]] = {}
    for person_id in people:
        person = known.get(person_id)
        found[person_id] = [
            _present(
                levels[framework.id][person_id, skill.key], framework, skill.name, _required(framework, person, day)
            )
            for framework in frameworks[person_id]
            for skill in framework.document.skills
        ]
    return found


async def _day(session: AsyncSession, principal: Principal, as_of: datetime) -> date:
    return as_of.astimezone((await local_now(session, principal.org_id)).tzinfo).date()


async def _frameworks(
    session: AsyncSession, system: Principal, people: Collection[UUID]
) -> dict[UUID, list[CompetencyFrameworkDTO]]:
    """By key, the newest version of each."""
    named = await frameworks_of_people(session, system, people)
    rated = await repository.list_rated_by(session, system.org_id, people)
    documents = await find_frameworks(session, system, {id_ for ids in rated.values() for id_ in ids})
    found = {}
    for person_id in people:
        own = {one.key: one for one in named[person_id]}
        own |= {documents[id_].key: documents[id_] for id_ in rated.get(person_id, ())}
        found[person_id] = [own[key] for key in sorted(own)]
    return found


def _levels(
    said: Sequence[SaidOfSkill], frameworks: Mapping[UUID, Sequence[CompetencyFrameworkDTO]], day: date
) -> dict[UUID, dict[tuple[UUID, str], PersonLevel]]:
    """By framework; a rating on a scale of another length than the newest version's does not count."""
    people_of: dict[UUID, list[UUID]] = {}
    documents: dict[UUID, CompetencyFrameworkDTO] = {}
    for person_id, of in frameworks.items():
        for framework in of:
            documents[framework.id] = framework
            people_of.setdefault(framework.id, []).append(person_id)
    found = {}
    for id_, framework in documents.items():
        top = framework.document.top
        ratings = [to_rating(one) for one in said if one.framework == framework.key and one.top == top]
        asked = [(person_id, skill.key) for person_id in people_of[id_] for skill in framework.document.skills]
        found[id_] = find_levels(ratings, asked, day, top)
    return found


def to_rating(said: SaidOfSkill) -> SkillRating:
    """What was said, as levels take it."""
    return SkillRating(
        said.person_id,
        said.skill,
        said.rater,
        RaterKind(said.kind),
        said.level,
        said.assessed_on,
        said.submitted_at,
        said.is_superseded,
    )


def _required(framework: CompetencyFrameworkDTO, person: PersonDTO | None, day: date) -> Mapping[str, int]:
    if person is None:
        return {}
    return required_levels(framework.document, person.job_role, person.hired_on, day)


def _present(
    level: PersonLevel, framework: CompetencyFrameworkDTO, name: str, required: Mapping[str, int]
) -> SkillLevelDTO:
    top, low, high = framework.document.top, None, None
    if level.level is not None and level.error is not None:
        low, high = max(1.0, level.level - Z * level.error), min(float(top), level.level + Z * level.error)
    return SkillLevelDTO(
        framework_id=framework.id,
        framework_key=framework.key,
        skill=level.skill,
        name=name,
        top_level=top,
        required_level=required.get(level.skill),
        level=to_decimal(level.level),
        raw_level=to_decimal(level.raw),
        adjusted_level=to_decimal(level.adjusted),
        standard_error=to_decimal(level.error),
        error_basis=level.basis,
        interval_low=to_decimal(low),
        interval_high=to_decimal(high),
        n=level.n,
        raters=[RaterKindLevelDTO(kind=one.kind, n=one.n, level=_decimal(one.level)) for one in level.kinds],
        own_level=to_decimal(level.own),
        peers_waiting=level.peers_waiting,
        assessed_on=level.assessed_on,
        not_adjusted=level.not_adjusted,
        cannot_tell=level.cannot_tell,
        explanation=explain_level(level, low, high),
        history=[
            SkillLevelPointDTO(on=one.on, n=one.n, raw_level=_decimal(one.raw), adjusted_level=to_decimal(one.adjusted))
            for one in level.history
        ],
    )


def _decimal(number: float) -> Decimal:
    return round(Decimal(repr(number)), 6)
