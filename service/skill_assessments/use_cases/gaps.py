"""Which skill gaps cost the most: person by person for whoever may see them, and the team's."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.errors import not_found
from service.core.principal import Principal, Role, require
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.kpi_snapshots.use_cases.asked_people import AskedPeople, list_asked_people
from service.kpi_snapshots.use_cases.computing import GroupKey
from service.kpi_snapshots.use_cases.framing import Question, frame_question
from service.kpi_snapshots.use_cases.funnels import WINDOW
from service.organizations.dto.people import PersonDTO
from service.organizations.use_cases.organizations import get_organization
from service.organizations.use_cases.people import get_people
from service.skill_assessments.disagreement import TwoViews, find_disagreements
from service.skill_assessments.dto.frameworks import CompetencyFrameworkDTO
from service.skill_assessments.dto.gaps import SkillGapsDTO, SkillGapsQuery
from service.skill_assessments.dto.levels import SkillLevelDTO
from service.skill_assessments.framework_document import Skill
from service.skill_assessments.gaps import LEVEL, RequiredLevel, SkillGap, SkillLevel, find_gaps
from service.skill_assessments.impact.deciding import PersonImpact, Seat, SkillCase, find_focus, say_needs
from service.skill_assessments.impact.drawing import draw_group
from service.skill_assessments.impact.linking import link_skill
from service.skill_assessments.impact.presenting import (
    METHOD,
    MODEL_VERSION,
    FrameworkSkill,
    Whose,
    present_person,
    present_team,
    skill_key,
)
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases.disagreements import views_of
from service.skill_assessments.use_cases.frameworks import find_frameworks
from service.skill_assessments.use_cases.group_funnels import LinkedFunnel, gather_funnels, group_of_person
from service.skill_assessments.use_cases.levels import skill_levels_of
from service.skill_assessments.use_cases.reading import reading_of, record_reads


@dataclass(slots=True)
class _Known:
    """What is known of the skills of everybody who is asked about, before anything is valued."""

    skills: dict[str, FrameworkSkill] = field(default_factory=dict)
    definitions: dict[str, Skill] = field(default_factory=dict)
    gaps: dict[UUID, list[SkillGap]] = field(default_factory=dict)
    views: dict[UUID, list[TwoViews]] = field(default_factory=dict)


async def get_skill_gaps(session: AsyncSession, principal: Principal, query: SkillGapsQuery) -> SkillGapsDTO:
    """The gaps of each person whom the caller may see, and what closing them is worth, as many statements for any team.

    Those for whom no framework is are left out, unless they are reps or asked for by name. Whoever reads from outside
    the reporting line is told of. `not_found` for people
    outside the scope and a framework that nobody of them has; `invalid` for a manager and a team at once.
    """
    require(principal, Permission.SKILL_GAPS_READ)
    question = await frame_question(session, principal, KpiSnapshotQuery(as_of=query.as_of))
    whose = AskedPeople(query.person_id, query.manager_id, query.team_id)
    asked = await list_asked_people(session, principal, whose, question)
    system, today = principal.as_system(), question.frame.today
    people = await get_people(session, system, asked)
    levels = await skill_levels_of(session, principal, list(people), question.frame.as_of)
    if query.framework is not None:
        levels = {id_: [one for one in of if one.framework_key == query.framework] for id_, of in levels.items()}
        if not any(levels.values()):
            raise not_found("competency_framework")
    told = [
        person
        for person in sorted(people.values(), key=lambda one: (one.name, str(one.id)))
        if levels[person.id] or person.id == query.person_id or person.role is Role.REP
    ]
    record_reads(session, principal, await reading_of(session, principal), [person.id for person in told])
    used = {one.framework_id for of in levels.values() for one in of}
    known = _know(levels, await find_frameworks(session, system, used))
    kpis = {
        id_: {key for gap in gaps for key in known.definitions[gap.skill].kpis}
        for id_, gaps in known.gaps.items()
        if gaps
    }
    funnels = await gather_funnels(session, principal, question, kpis)
    organization = await get_organization(session, system)
    probability = float(organization.verdict_probability)
    # Some thousand draws per group: off the event loop, which serves others meanwhile.
    found = await asyncio.to_thread(_judge, told, question, known, funnels, probability)
    return SkillGapsDTO(
        as_of=question.frame.as_of,
        period_start=today - WINDOW,
        period_end=today,
        currency=organization.currency,
        verdict_probability=organization.verdict_probability,
        interval_level=Decimal(str(LEVEL)),
        method=METHOD,
        model_version=MODEL_VERSION,
        people=[
            present_person(
                Whose(person.id, person.name, person.job_role),
                one,
                find_disagreements(known.views.get(person.id, ())),
                known.skills,
                organization.currency,
            )
            for person, one in zip(told, found, strict=True)
        ],
        team=present_team([gap for person in told for gap in known.gaps.get(person.id, ())], found, known.skills),
    )


def _know(levels: Mapping[UUID, Sequence[SkillLevelDTO]], frameworks: Mapping[UUID, CompetencyFrameworkDTO]) -> _Known:
    """Gaps and the two views of everybody. What is not required is no gap, unless nothing is required of the person."""
    known = _Known()
    for person_id, of in levels.items():
        required: list[RequiredLevel] = []
        rated: list[SkillLevel] = []
        has_requirements = any(one.required_level is not None for one in of)
        for one in of:
            key = skill_key(one.framework_key, one.skill)
            skill = frameworks[one.framework_id].document.by_key[one.skill]
            known.skills[key] = FrameworkSkill(key, one.framework_id, one.framework_key, one.skill, one.name)
            known.definitions[key] = skill
            if one.level is not None and one.standard_error is not None:
                rated.append(SkillLevel(person_id, key, float(one.level), float(one.standard_error), one.n))
            if one.required_level is not None:
                required.append(RequiredLevel(person_id, key, float(one.required_level)))
            elif one.level is not None and not has_requirements:
                required.append(RequiredLevel(person_id, key, None))
        known.views[person_id] = list(views_of(person_id, of))
        known.gaps[person_id] = find_gaps(required, rated)
    return known


def _judge(
    people: Sequence[PersonDTO],
    question: Question,
    known: _Known,
    funnels: Mapping[GroupKey, LinkedFunnel],
    probability: float,
) -> list[PersonImpact]:
    draws = {group: draw_group(linked.funnel) for group, linked in funnels.items()}
    places = {group: {id_: place for place, id_ in enumerate(one.funnel.people)} for group, one in funnels.items()}
    found = []
    for person in people:
        group = group_of_person(question, person.id)
        linked = None if group is None else funnels.get(group)
        place = None if group is None or linked is None else places[group].get(person.id)
        cases = [_case(gap, known, linked) for gap in known.gaps.get(person.id, ())]
        seat = None if group is None or place is None else Seat(draws[group], place)
        one = find_focus(person.id, seat, cases, probability)
        found.append(one if seat is None else say_needs(one, seat, probability))
    return found


def _case(gap: SkillGap, known: _Known, linked: LinkedFunnel | None) -> SkillCase:
    skill = known.definitions[gap.skill]
    steps = set() if linked is None else {step.key for step in linked.funnel.steps}
    links = link_skill(skill.stages, skill.kpis, steps, {} if linked is None else linked.kpis)
    return SkillCase(skill.name, gap, links.levers, links.lost)
