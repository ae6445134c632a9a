"""What may be done to organizations, people and API keys."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of this slice; also the scopes that an organization's key can hold."""

    ORGANIZATION_READ = "organization:read"
    ORGANIZATION_WRITE = "organization:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    ROLES_WRITE = "roles:write"
    TEAMS_READ = "teams:read"
    TEAMS_WRITE = "teams:write"
    ABSENCES_READ = "absences:read"
    ABSENCES_WRITE = "absences:write"
    API_KEYS_READ = "api_keys:read"
    API_KEYS_WRITE = "api_keys:write"
    IDENTITY_PROVIDER_READ = "identity_provider:read"
    IDENTITY_PROVIDER_WRITE = "identity_provider:write"
    AUDIT_READ = "audit:read"
    OPERATIONS_READ = "operations:read"
    OPERATIONS_WRITE = "operations:write"
