"""What may be done about coaching sessions."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of this slice; rows are scoped besides, and notes belong to those who took part."""

    COACHING_PROGRAMMES_READ = "coaching_programmes:read"
    COACHING_PROGRAMMES_WRITE = "coaching_programmes:write"
    COACHING_SESSIONS_READ = "coaching_sessions:read"
    COACHING_SESSIONS_WRITE = "coaching_sessions:write"
    COACHING_TOPICS_READ = "coaching_topics:read"
    COACHING_TOPICS_WRITE = "coaching_topics:write"
    COMMITMENTS_READ = "commitments:read"
    COMMITMENTS_WRITE = "commitments:write"
    CADENCE_ADHERENCE_READ = "cadence_adherence:read"
    COACHING_RATINGS_READ = "coaching_ratings:read"
    COACHING_RATINGS_WRITE = "coaching_ratings:write"
    COACHING_SUBSTITUTIONS_READ = "coaching_substitutions:read"
    COACHING_SUBSTITUTIONS_WRITE = "coaching_substitutions:write"
    COACHING_HAND_OVERS_READ = "coaching_hand_overs:read"
    COACHING_HAND_OVERS_WRITE = "coaching_hand_overs:write"
    CALENDAR_FEEDS_READ = "calendar_feeds:read"
    CALENDAR_FEEDS_WRITE = "calendar_feeds:write"
