"""What may be read of coaching capability."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of this slice; rows are scoped besides: a manager reads the tree below them."""

    COACHING_CAPABILITY_READ = "coaching_capability:read"
