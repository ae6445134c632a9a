"""The status of a snapshot as an enum of the schema, described before any type has a field of it."""

from schema.describing import describe_enum
from service.kpi_snapshots.pace import Status

__all__ = ["Status"]

describe_enum(
    Status,
    "From the probability of reaching the target, not from a share of it.",
    name="KpiStatus",
    ahead="As good as certain to reach it.",
    on_track="More likely than not to reach it.",
    at_risk="Less likely than not to reach it.",
    behind="Unlikely to reach it.",
    cannot_tell="The facts do not say yet.",
)
