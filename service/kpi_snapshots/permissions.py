"""What may be done in this slice."""

from enum import StrEnum


class Permission(StrEnum):
    """Permissions of this slice; also the scopes that an organization's key can hold."""

    KPI_SNAPSHOTS_READ = "kpi_snapshots:read"
    FORECASTS_READ = "forecasts:read"
    FORECASTS_WRITE = "forecasts:write"
