"""What may be done to outbound webhooks, and who may read the event stream."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of this slice; also the scopes that an organization's key can hold."""

    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    EVENTS_READ = "events:read"
