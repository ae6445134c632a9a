"""The one or two skills that matter most, in a brief, and how the rep's plans come along; pure."""

from collections.abc import Iterator

from service.coaching_sessions.brief.facts import BriefFacts
from service.coaching_sessions.brief.statements import link, say
from service.coaching_sessions.concerns import Concern
from service.coaching_sessions.dto.brief import BriefFocusDTO, StatementDTO, StatementKind
from service.skill_assessments.dto.gaps import PersonGapsDTO
from service.skill_assessments.impact.deciding import SkillGapVerdict, SkillStanding
from service.skill_assessments.impact.sentences import ASSOCIATIONAL, NO_SKILLS


def focus_gaps(facts: BriefFacts) -> BriefFocusDTO:
    """The rep's focus with the reasons, or what is missing to tell; then the plans that have not ended."""
    found, rep_id = facts.gaps, facts.occasion.rep_id
    person = next((one for one in found.people if one.person_id == rep_id), None)
    has_skills = person is not None and bool(person.skills)
    return BriefFocusDTO(
        available=has_skills,
        reason=None if has_skills else NO_SKILLS,
        statements=[*(_gaps(person) if person is not None and has_skills else ()), *_plans(facts)],
        method=found.method,
        model_version=found.model_version,
        gaps=person,
    )


def _gaps(person: PersonGapsDTO) -> Iterator[StatementDTO]:
    numbers = link("Skill gaps", f"/v1/skill-gaps?person_id={person.person_id}")
    if person.verdict is not SkillGapVerdict.FOCUS:
        yield say(StatementKind.SKILL, "skill:verdict", Concern.PROCESS, person.explanation, [numbers])
        return
    for one in person.skills:
        if one.standing is SkillStanding.FOCUS:
            framework = link(f"{one.name} in the framework", f"/v1/competency-frameworks/{one.framework_id}")
            text = f"{one.explanation} {ASSOCIATIONAL}"
            key = f"skill:{one.framework}:{one.skill}"
            yield say(StatementKind.SKILL, key, Concern.PROCESS, text, [numbers, framework], one.wins)


def _plans(facts: BriefFacts) -> Iterator[StatementDTO]:
    for plan in facts.plans:
        where = link("Development plan", f"/v1/development-plans/{plan.plan_id}")
        if plan.sentences:
            text = f"Development plan: {' '.join(plan.sentences)}"
            yield say(StatementKind.PLAN, f"plan:{plan.plan_id}", Concern.PROCESS, text, [where], plan.steps_done)
