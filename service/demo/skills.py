"""What the demo's managers see in their reps, and what some reps see in themselves: ratings that fit their habits.

Whoever was hired of late is not assessed yet, so that Monday shows what is missing to tell.
"""

from collections.abc import Mapping
from uuid import UUID

from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.core.principal import Principal
from service.demo.archetypes import MANAGERS, REPS, Archetype
from service.organizations.dto.people import PersonDTO, PersonFilter
from service.organizations.use_cases.people import list_people
from service.permissions import ROLES
from service.skill_assessments.dto.assessments import (
    AnswerInput,
    CreateSkillAssessment,
    PutAnswers,
    SubmitSkillAssessment,
)
from service.skill_assessments.use_cases.answers import put_assessment_answers
from service.skill_assessments.use_cases.assessment_moves import submit_skill_assessment
from service.skill_assessments.use_cases.assessments import create_skill_assessment

FRAMEWORK = "b2b-seller"
LEVELS = {
    "prospecting": 3,
    "qualification": 3,
    "discovery": 3,
    "value": 3,
    "stakeholders": 3,
    "negotiation": 2,
    "closing": 3,
    "forecasting": 3,
}
"""What the framework asks of somebody who has sold for a year."""
SEEN: Mapping[Archetype, Mapping[str, int]] = {
    Archetype.STEADY: {"stakeholders": 2},
    Archetype.STRONG: {"discovery": 4, "closing": 4},
    Archetype.LUCKY: {"prospecting": 1, "qualification": 2},
    Archetype.UNLUCKY: {"negotiation": 1, "closing": 1},
    Archetype.SLIPPING: {"prospecting": 2, "forecasting": 1},
    Archetype.LOW_ACTIVITY: {"prospecting": 1},
}
"""Where managers see them below it."""
OWN_VIEW = {Archetype.LUCKY: {"prospecting": 4}}
"""Where reps see themselves otherwise; only these rate themselves."""


async def assess_reps(session: TenantSession, org_id: UUID) -> None:
    """Submit an assessment of each rep who has a year behind them by their manager, and some by the reps."""
    system = Principal.system(org_id)
    people = {
        person.email: person
        for person in (await list_people(session, system, PersonFilter(), PageRequest(limit=100))).items
    }
    for rep in REPS:
        if rep.archetype in SEEN:
            levels = LEVELS | dict(SEEN[rep.archetype])
            person = people[rep.email]
            await _assess(session, person, people[MANAGERS[rep.team].email], org_id, levels)
            if rep.archetype in OWN_VIEW:
                await _assess(session, person, person, org_id, levels | OWN_VIEW[rep.archetype])


async def _assess(
    session: TenantSession, person: PersonDTO, rater: PersonDTO, org_id: UUID, levels: Mapping[str, int]
) -> None:
    principal = Principal(org_id=org_id, permissions=ROLES[rater.role], person_id=rater.id, role=rater.role)
    asked = CreateSkillAssessment(person_id=person.id, framework_key=FRAMEWORK)
    draft = await create_skill_assessment(session, principal, asked)
    answers = [AnswerInput(item=skill, level=level) for skill, level in levels.items()]
    await put_assessment_answers(session, principal, draft.id, PutAnswers(answers=answers))
    await submit_skill_assessment(session, principal, draft.id, SubmitSkillAssessment())
