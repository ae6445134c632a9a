"""What a version of a model changes."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import AwareDatetime

from service.core.dto import InputDTO, IsoDay, IsoInstant, OutputDTO
from service.kpi_snapshots.pace import Status
from service.success_models.differences import Change
from service.success_models.targets import PeriodKind


class ModelChangesQuery(InputDTO):
    """Against which version (by default the one before), and in which period snapshots are compared."""

    against: UUID | None = None
    period: PeriodKind = PeriodKind.MONTH
    period_start: IsoDay | None = None
    as_of: IsoInstant | None = None


class MovedSnapshotDTO(OutputDTO):
    """A person's snapshot under both versions; null on a side whose version does not have the KPI for them."""

    person_id: UUID
    """Whose."""
    value_before: Decimal | None
    """Under the older version."""
    value_after: Decimal | None
    """Under this one."""
    target_before: Decimal | None
    """Under the older version."""
    target_after: Decimal | None
    """Under this one."""
    status_before: Status | None
    """Under the older version."""
    status_after: Status | None
    """Under this one."""


class KpiChangeDTO(OutputDTO):
    """What became of a KPI."""

    kpi: str
    """Its key."""
    name: str
    """As the newer version calls it."""
    change: Change
    """Added, removed, changed in its definition or targets, or unchanged."""
    pointers: list[str]
    """Where in this version's document it changed; of a removed KPI, where it stood in the older one's."""
    moved: int
    """People whose snapshot is another one."""
    snapshots: list[MovedSnapshotDTO]
    """The first hundred of them, by name."""


class ModelChangesDTO(OutputDTO):
    """What a version changed against an older one, of a draft what it would change."""

    success_model_id: UUID
    """The version that is asked about."""
    version: int
    """Its number."""
    against_id: UUID | None
    """What it is compared with; null: there is no version before it."""
    against_version: int | None
    """Its number."""
    period: PeriodKind
    """The kind of period."""
    period_start: date
    """Its first day."""
    period_end: date
    """Its last."""
    as_of: AwareDatetime
    """Nothing later counts."""
    kpis: list[KpiChangeDTO]
    """In this version's order; then those that it has no more."""
