"""What may be done in this slice."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of this slice; also the scopes that an organization's key can hold."""

    CRM_CONNECTIONS_READ = "crm_connections:read"
    CRM_CONNECTIONS_WRITE = "crm_connections:write"
