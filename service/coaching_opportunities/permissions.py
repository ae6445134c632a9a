"""What may be done to coaching opportunities."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of this slice; also the scopes that an organization's key can hold."""

    COACHING_OPPORTUNITIES_READ = "coaching_opportunities:read"
    COACHING_OPPORTUNITIES_WRITE = "coaching_opportunities:write"
