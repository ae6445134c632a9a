"""What may be done about the effects of coaching."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of this slice; a manager reads those of the tree below."""

    COACHING_EFFECTS_READ = "coaching_effects:read"
