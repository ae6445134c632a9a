"""What may be done about skills: frameworks, assessments, what they add up to, and development plans."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of this slice; rows are scoped besides, and a single peer's ratings belong to their author."""

    COMPETENCY_FRAMEWORKS_READ = "competency_frameworks:read"
    COMPETENCY_FRAMEWORKS_WRITE = "competency_frameworks:write"
    SKILL_ASSESSMENTS_READ = "skill_assessments:read"
    SKILL_ASSESSMENTS_WRITE = "skill_assessments:write"
    SKILL_RATINGS_WRITE = "skill_ratings:write"
    """Bring ratings in from outside, as a scorer or in another's name."""
    RATER_CALIBRATION_READ = "rater_calibration:read"
    SKILL_GAPS_READ = "skill_gaps:read"
    DEVELOPMENT_PLANS_READ = "development_plans:read"
    DEVELOPMENT_PLANS_WRITE = "development_plans:write"
