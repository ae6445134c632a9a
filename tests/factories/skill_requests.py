"""Valid requests of the operations about skills: frameworks, assessments and plans."""

from typing import Any
from uuid import UUID

from schema.relay import to_global_id

ROW = UUID(int=7)
"""Of rows that need not exist."""
ID = to_global_id("Person", ROW)
ASSESSMENT = to_global_id("SkillAssessment", ROW)
PLAN_ID = to_global_id("DevelopmentPlan", ROW)
STEP_ID, REVIEW_ID = to_global_id("PlanStep", ROW), to_global_id("PlanReview", ROW)

FRAMEWORK: dict[str, Any] = {
    "key": "ours",
    "name": "Ours",
    "document": {
        "levels": [{"number": 1, "name": "New"}, {"number": 2, "name": "Able"}],
        "skills": [
            {
                "key": "listening",
                "name": "Listening",
                "anchors": [{"level": 1, "text": "Talks"}, {"level": 2, "text": "Asks, and waits"}],
            }
        ],
        "requirements": [{"job_role": "AE", "levels": {"listening": 2}}],
    },
}
TEMPLATE: dict[str, Any] = {
    "key": "ours",
    "name": "Ours",
    "framework_key": "b2b-seller",
    "document": {
        "items": [{"key": "asks", "kind": "rating", "skill": "discovery", "prompt": "How are questions asked?"}]
    },
}
STEP = {"skill": "listening", "kind": "practice", "description": "Two calls", "due_on": "2099-01-05"}
PLAN = {
    "person_id": str(ROW),
    "framework_key": "ours",
    "reason": "Most deals stall before the demo",
    "target_on": "2099-01-05",
    "focuses": [{"skill": "listening", "target_level": 2}],
}

SKILL_BODIES: dict[str, Any] = {
    "createDevelopmentPlan": PLAN,
    "updateDevelopmentPlan": {"reason": "Discovery alone"},
    "extendDevelopmentPlan": {"target_on": "2099-01-05", "reason": "No time for practice"},
    "closeDevelopmentPlan": {"reason": "At the level of the team"},
    "dropDevelopmentPlan": {"reason": "Another job"},
    "liftFocusLimit": {"reason": "With a coach of their own"},
    "createPlanStep": STEP,
    "updatePlanStep": {"description": "Three calls"},
    "finishPlanStep": {},
    "createPlanReview": {"review_on": "2099-01-05"},
    "holdPlanReview": {"note": "Two calls reviewed"},
    "createCompetencyFramework": FRAMEWORK,
    "createAssessmentTemplate": TEMPLATE,
    "createSkillAssessment": {"person_id": str(ROW), "rater_id": str(ROW), "template_key": "b2b-seller"},
    "updateSkillAssessment": {"reminder_days": [3]},
    "putAssessmentAnswers": {"answers": [{"item": "discovery", "level": 2}]},
    "submitSkillAssessment": {},
    "contestSkillAssessment": {"reason": "Not so"},
    "resolveSkillAssessment": {"resolution": "upheld", "reason": "It is so"},
    "bulkUpsertSkillRatings": {"scorer": "Call review", "ratings": [{"external_id": "7"}]},
}

SKILL_INPUTS: dict[str, Any] = {
    "createDevelopmentPlan": {
        "personId": ID,
        "frameworkKey": "ours",
        "reason": "Most deals stall before the demo",
        "targetOn": "2099-01-05",
        "focuses": [{"skill": "listening", "targetLevel": 2}],
    },
    "updateDevelopmentPlan": {"id": PLAN_ID, "reason": "Discovery alone"},
    "agreeDevelopmentPlan": {"id": PLAN_ID},
    "startDevelopmentPlan": {"id": PLAN_ID},
    "extendDevelopmentPlan": {"id": PLAN_ID, "targetOn": "2099-01-05", "reason": "No time for practice"},
    "closeDevelopmentPlan": {"id": PLAN_ID, "reason": "At the level of the team"},
    "dropDevelopmentPlan": {"id": PLAN_ID, "reason": "Another job"},
    "liftFocusLimit": {"id": PLAN_ID, "reason": "With a coach of their own"},
    "createPlanStep": {
        "id": PLAN_ID,
        "skill": "listening",
        "kind": "PRACTICE",
        "description": "Two calls",
        "dueOn": "2099-01-05",
    },
    "updatePlanStep": {"id": STEP_ID, "planId": PLAN_ID, "description": "Three calls"},
    "finishPlanStep": {"id": STEP_ID, "planId": PLAN_ID},
    "deletePlanStep": {"id": STEP_ID, "planId": PLAN_ID},
    "createPlanReview": {"id": PLAN_ID, "reviewOn": "2099-01-05"},
    "holdPlanReview": {"id": REVIEW_ID, "planId": PLAN_ID, "note": "Two calls reviewed"},
    "deletePlanReview": {"id": REVIEW_ID, "planId": PLAN_ID},
    "createCompetencyFramework": FRAMEWORK,
    "createAssessmentTemplate": {
        "key": "ours",
        "name": "Ours",
        "frameworkKey": "b2b-seller",
        "document": TEMPLATE["document"],
    },
    "createSkillAssessment": {"personId": ID, "raterId": ID, "templateKey": "b2b-seller"},
    "updateSkillAssessment": {"id": ASSESSMENT, "reminderDays": [3]},
    "deleteSkillAssessment": {"id": ASSESSMENT},
    "putAssessmentAnswers": {"id": ASSESSMENT, "answers": [{"item": "discovery", "level": 2}]},
    "submitSkillAssessment": {"id": ASSESSMENT},
    "acknowledgeSkillAssessment": {"id": ASSESSMENT},
    "contestSkillAssessment": {"id": ASSESSMENT, "reason": "Not so"},
    "resolveSkillAssessment": {"id": ASSESSMENT, "resolution": "UPHELD", "reason": "It is so"},
    "reviseSkillAssessment": {"id": ASSESSMENT},
    "bulkUpsertSkillRatings": {
        "scorer": "Call review",
        "ratings": [{"externalId": "7", "frameworkKey": "b2b-seller", "assessedOn": "2026-03-02", "skills": []}],
    },
}
"""As `SKILL_BODIES`, of mutations."""
