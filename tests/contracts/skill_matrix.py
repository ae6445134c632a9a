"""Who may do what with frameworks, assessments, gaps and plans of one rep: the table, written by hand.

It is asked of what is over (a superseded assessment, a dropped plan) and with documents that are no good, so that what
one may do changes nothing: who may gets as far as a conflict or an invalid field.
"""

from typing import Any

ROLES = ("rep", "manager", "above", "enablement", "admin", "org_key", "peer", "stranger", "other_org")
LEADS = {"enablement", "admin", "org_key"}
ABOVE = {"manager", "above", *LEADS}
SEE = {"rep", *ABOVE}
INSIDE = {*SEE, "peer", "stranger"}

Labels = dict[str, set[str]]
"""What it comes to, and for whom; `nothing` for everybody else."""

READ_OF_REP: Labels = {"ok": SEE}
READ_OF_ALL: Labels = {"ok": INSIDE}
SHIPPED: Labels = {"ok": set(ROLES)}


def moved_by(*may: str) -> Labels:
    """A move that these get a conflict for, and others who see it may never make."""
    return {"conflict": set(may), "forbidden": SEE - set(may)}


def written(pointer: str) -> Labels:
    """A document that those who may write one hear of."""
    return {"invalid " + pointer: {*LEADS, "other_org"}, "denied": {"rep", "manager", "above", "peer", "stranger"}}


def about(pointer: str) -> Labels:
    """A request about the rep that fails at a pointer, or at the person for those who ask about somebody not theirs."""
    return {"invalid " + pointer: SEE, "invalid /person_id": {"peer", "stranger", "other_org"}}


TABLE: dict[str, Labels] = {
    "listCompetencyFrameworkTemplates": SHIPPED,
    "getCompetencyFrameworkTemplate": SHIPPED,
    "listCompetencyFrameworks": READ_OF_ALL,
    "getCompetencyFramework": READ_OF_ALL,
    "createCompetencyFramework": written("/document"),
    "listAssessmentTemplates": READ_OF_ALL,
    "getAssessmentTemplate": READ_OF_ALL,
    "createAssessmentTemplate": written("/framework_key"),
    "listSkillAssessments": READ_OF_REP,
    "createSkillAssessment": about("/skill"),
    "getSkillAssessment": READ_OF_REP,
    "getAssessmentGuide": {"conflict": {"manager"}},
    "updateSkillAssessment": moved_by(*ABOVE),
    "deleteSkillAssessment": moved_by("manager", "enablement"),
    "putAssessmentAnswers": moved_by("manager"),
    "submitSkillAssessment": moved_by("manager"),
    "acknowledgeSkillAssessment": moved_by("rep"),
    "contestSkillAssessment": moved_by("rep"),
    "resolveSkillAssessment": moved_by("above", *LEADS),
    "reviseSkillAssessment": moved_by("manager"),
    "listSkillHistory": READ_OF_REP,
    "listPeerRatings": READ_OF_REP,
    "listSkillReaders": READ_OF_REP,
    "listSkillAccesses": READ_OF_REP,
    "getSkillGaps": READ_OF_REP,
    "listDevelopmentPlans": READ_OF_REP,
    "createDevelopmentPlan": about("/framework_key"),
    "getDevelopmentPlan": READ_OF_REP,
    "getPlanProgress": READ_OF_REP,
    "updateDevelopmentPlan": moved_by(*SEE),
    "agreeDevelopmentPlan": moved_by("rep", "manager", "above"),
    "startDevelopmentPlan": moved_by("rep", "manager", "above"),
    "extendDevelopmentPlan": moved_by(*ABOVE - {"org_key"}),
    "closeDevelopmentPlan": moved_by(*ABOVE - {"org_key"}),
    "dropDevelopmentPlan": moved_by(*SEE),
    "liftFocusLimit": moved_by("enablement", "admin"),
    "createPlanStep": moved_by(*SEE),
    "updatePlanStep": moved_by(*SEE),
    "finishPlanStep": moved_by(*SEE),
    "deletePlanStep": moved_by(*SEE),
    "createPlanReview": moved_by(*SEE),
    "holdPlanReview": moved_by(*SEE),
    "deletePlanReview": moved_by(*SEE),
}
"""By operation; GraphQL's fields have the same names, reads without their first word."""

BODIES: dict[str, dict[str, Any]] = {
    "createCompetencyFramework": {
        "key": "bad",
        "name": "Bad",
        "document": {
            "levels": [{"number": 1, "name": "One"}, {"number": 2, "name": "Two"}],
            "skills": [{"key": "asking", "name": "Asking", "anchors": [{"level": 1, "text": "Asks"}]}],
        },
    },
    "createAssessmentTemplate": {
        "key": "bad",
        "name": "Bad",
        "framework_key": "unheard-of",
        "document": {"items": [{"key": "asks", "kind": "text", "prompt": "How?"}]},
    },
    "createSkillAssessment": {"rater_id": "{rater_id}", "template_key": "seller", "skill": "golf"},
    "resolveSkillAssessment": {"resolution": "upheld", "reason": "It is so"},
    "createDevelopmentPlan": {
        "framework_key": "unheard-of",
        "reason": "Most deals stall",
        "target_on": "{soon}",
        "focuses": [{"skill": "discovery", "target_level": 3}],
    },
}
"""Where what is asked differs from what other tests ask; `person_id` is the rep's."""


def expected(operation: str, role: str) -> str:
    """What the table demands."""
    return next((label for label, roles in TABLE[operation].items() if role in roles), "nothing")
