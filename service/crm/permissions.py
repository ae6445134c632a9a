"""What may be done to CRM connections, what they delivered, and imports."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of this slice; also the scopes that an organization's key can hold."""

    CRM_CONNECTIONS_READ = "crm_connections:read"
    CRM_CONNECTIONS_WRITE = "crm_connections:write"
    CRM_EVENTS_READ = "crm_events:read"
    CRM_EVENTS_REPLAY = "crm_events:replay"
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"
