"""Every table of this slice."""

from service.skill_assessments.models.assessments import AssessmentAnswer, AssessmentReview, SkillAssessment
from service.skill_assessments.models.frameworks import AssessmentTemplate, CompetencyFramework
from service.skill_assessments.models.plans import DevelopmentPlan, PlanFocus, PlanReview, PlanStep

__all__ = [
    "AssessmentAnswer",
    "AssessmentReview",
    "AssessmentTemplate",
    "CompetencyFramework",
    "DevelopmentPlan",
    "PlanFocus",
    "PlanReview",
    "PlanStep",
    "SkillAssessment",
]
