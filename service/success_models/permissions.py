"""What may be done in this slice."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of this slice; also the scopes that an organization's key can hold."""

    SUCCESS_MODELS_READ = "success_models:read"
    SUCCESS_MODELS_WRITE = "success_models:write"
    INSPECTIONS_READ = "inspections:read"
    INSPECTIONS_WRITE = "inspections:write"
    CONFIRMATIONS_WRITE = "confirmations:write"
