"""Inputs and outputs of KPI snapshots."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import ValidationError

from service.core.dto import InputDTO, IsoDay, IsoInstant, Key, OutputDTO, SearchText
from service.core.errors import not_found
from service.kpi_snapshots.benchmarks import Proof, Tenure
from service.kpi_snapshots.closings import Reason
from service.kpi_snapshots.leads.grading import LeadGrade
from service.kpi_snapshots.pace import Method, Status
from service.kpi_snapshots.trend import Direction
from service.success_models.kpis import KpiLevel, Polarity
from service.success_models.measures import Unit
from service.success_models.targets import PeriodKind


class KpiSnapshotQuery(InputDTO):
    """Whose snapshots: one person's, one per direct report of a manager, or everyone's the caller may see.

    Of a person and a manager both hold: the person's snapshots if they report to the manager, else none.
    `period_start` defaults to the period that holds `as_of`, and `as_of` to now. `as_of` limits when something
    happened, `known_at` (default: now) when it reached us: with both at a past instant it is what was live then.
    """

    person_id: UUID | None = None
    manager_id: UUID | None = None
    kpi: SearchText | None = None
    period: PeriodKind = PeriodKind.MONTH
    period_start: IsoDay | None = None
    as_of: IsoInstant | None = None
    known_at: IsoInstant | None = None


def snapshot_id(person_id: UUID, kpi: str, period: PeriodKind, start: date) -> str:
    """What names a snapshot whenever it is read."""
    return f"{person_id}.{kpi}.{period.value}.{start}"


class SnapshotKey(InputDTO):
    """What an id names."""

    person_id: UUID
    kpi: Key
    period: PeriodKind
    period_start: IsoDay

    @classmethod
    def parse(cls, text: str) -> "SnapshotKey":
        """The inverse of `snapshot_id`; `not_found` for what is none."""
        parts = dict(zip(cls.model_fields, text.split("."), strict=False))
        try:
            return cls.model_validate(parts)
        except ValidationError as error:
            raise not_found("kpi_snapshot") from error


class KpiSnapshotDTO(OutputDTO):
    """Where a person stands against the model in a period, counting nothing after `as_of`.

    `id` names person, KPI and period, as `person.kpi.period.start`.

    `period_end` is the last day of the period. `n` is the number of facts the value rests on;
    `numerator` and `denominator` are those of a ratio. `attainment` is 1 at the target.
    """

    id: str
    person_id: UUID
    kpi: str
    """Its key in the model."""
    name: str
    """Its name there."""
    level: KpiLevel
    """Process (activity, objective) or outcome (result)."""
    unit: Unit
    """What the value is counted in."""
    polarity: Polarity
    """Whether more or less of it is better."""
    period: PeriodKind
    """The kind of period."""
    period_start: date
    """Its first day."""
    period_end: date
    as_of: datetime
    """Nothing later counts."""
    value: Decimal | None
    """Null where there is nothing to divide by."""
    numerator: Decimal | None
    """Of a ratio."""
    denominator: Decimal | None
    """Of a ratio."""
    n: int
    """Facts that the value rests on; of a cohort and a duration those that are decided."""
    undecided: int
    """Of a cohort and a duration: deals that may still become part of the value."""
    target: Decimal | None
    """What the model asks of the person in the period: by their working days, and as far as their ramp goes."""
    target_reason: str | None
    """Which target holds, and how much of it, in words."""
    expected: Decimal | None
    """What of the target is due by `as_of`."""
    attainment: Decimal | None
    """1 at the target."""
    status: Status | None
    """Null without a target; `cannot_tell` where the facts do not say."""
    probability: Decimal | None
    """Of reaching the target by the period's end, from the person's own rate drawn towards their peers'."""
    interval_low: Decimal | None
    """Of 90 %: where the value ends; of a cohort and a duration, where the rate or quantile lies."""
    interval_high: Decimal | None
    """Its other end; null where it cannot be told."""
    method: Method | None
    """How the interval and the probability were come by."""
    model_version: int
    """Which version of the model it follows."""
    closed_at: datetime | None = None
    """When the period was closed; from then on every change is a revision."""
    lead_grade: LeadGrade | None = None
    """What the KPI is worth as a sign of what is to come; null of a result."""
    revision: int = 0
    """How often the closed number was written: 1 as it was closed, more after restatements; 0 while it is open."""


class TrendPointDTO(OutputDTO):
    """What a KPI came to in a period that is over."""

    period_start: date
    """The period's first day."""
    value: Decimal | None
    """Null where there is nothing to divide by."""
    n: int
    """Facts that it rests on."""


class ScorecardLineDTO(OutputDTO):
    """One KPI of a scorecard."""

    snapshot: KpiSnapshotDTO
    """Where the person stands."""
    direction: Direction
    """Where the last periods lead, the running one left out; `steady` where that is within chance."""
    trend: list[TrendPointDTO]
    """The last periods, the earliest first."""


class ScorecardDTO(OutputDTO):
    """Every KPI of a person's model, process and outcome apart; a rep sees the same as their manager."""

    person_id: UUID
    period: PeriodKind
    """The kind of period."""
    period_start: date
    """Its first day."""
    period_end: date
    """Its last day."""
    as_of: datetime
    """Nothing later counts."""
    success_model_id: UUID | None
    """The version of the model; null where the person has none."""
    process: list[ScorecardLineDTO]
    """What the person does and what that leads to."""
    outcome: list[ScorecardLineDTO]
    """What comes of it."""


class SnapshotRevisionDTO(OutputDTO):
    """What a snapshot of a closed period was from an instant on."""

    revision: int
    """1 is the closing itself."""
    recorded_at: datetime
    """From then on it held."""
    reason: Reason
    """Why it was written."""
    explanation: str
    """The reason in words."""
    snapshot: KpiSnapshotDTO
    """As it was."""


class CellDifferenceDTO(OutputDTO):
    """A stored cell that is not what the facts say; None where one side has no cell."""

    person_id: UUID
    measure_id: UUID
    day: date
    stored: Decimal | None
    recomputed: Decimal | None


class VerificationDTO(OutputDTO):
    """The outcome of recomputing every cell from the facts; cells still marked dirty are left out."""

    cells: int
    dirty: int
    differences: list[CellDifferenceDTO]


class BenchmarksQuery(InputDTO):
    """Which benchmarks: of one KPI, job role or tenure, or of all; by default of the last quarter that is over."""

    period: PeriodKind = PeriodKind.QUARTER
    period_start: IsoDay | None = None
    as_of: IsoInstant | None = None
    kpi: SearchText | None = None
    job_role: SearchText | None = None
    tenure: Tenure | None = None


class BenchmarkDTO(OutputDTO):
    """How a KPI is spread over the people of a job role and a tenure who were there the whole period."""

    kpi: str
    """Its key in the model."""
    name: str
    """Its name there."""
    unit: Unit
    """What the values are counted in."""
    polarity: Polarity
    """Whether more or less of it is better."""
    job_role: str | None
    """Of whom; null: of those without one."""
    tenure: Tenure | None
    """How long they had been there when the period ended; null: all of the job role."""
    n: int
    """People with a value."""
    lower_quartile: Decimal | None
    """A quarter of them have less; null with fewer than four people, as the next three."""
    median: Decimal | None
    """Half of them have less."""
    upper_quartile: Decimal | None
    """A quarter of them have more."""
    proposed_target: Decimal | None
    """What the best quarter reach, without what luck adds to it."""
    reliability: Decimal | None
    """How far people's order lasts from the period before, from 0 (luck) to 1; null: too few people to say."""
    lead_grade: LeadGrade | None
    """What the KPI is worth as a sign of what is to come; null of a result."""
    proof: Proof
    """Whether the difference between people is beyond chance; where it is not, the proposal is unproven."""


class BenchmarksDTO(OutputDTO):
    """The clues of success in a model's KPIs."""

    success_model_id: UUID
    """The version whose KPIs they are."""
    period: PeriodKind
    """The kind of period."""
    period_start: date
    """Its first day."""
    period_end: date
    """Its last."""
    as_of: datetime
    """Nothing later counts."""
    benchmarks: list[BenchmarkDTO]
    """In the model's order: of each job role all, then by tenure."""
