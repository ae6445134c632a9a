"""How the sales process is kept."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from service.core.dto import Day, InputDTO, Instant, OutputDTO


class ProcessAdherenceQuery(InputDTO):
    """Whose moves, and when. Days are the organization's; `until` is not part of the span."""

    person_id: UUID | None = None
    manager_id: UUID | None = None
    start: Day | None = None
    until: Day | None = None
    as_of: Instant | None = None


class TallyDTO(OutputDTO):
    """Moves as counts, and the shares that they make."""

    moves: int
    """Moves forward out of a stage; losses are none."""
    decidable: int
    """Those of which at least one criterion is known."""
    adherent: int
    """Those of them whose known criteria were all met at the time."""
    adherence: Decimal | None
    """Adherent ÷ decidable."""
    adherence_low: Decimal | None
    """Lower end of its 90 % interval (Wilson)."""
    adherence_high: Decimal | None
    """Upper end of its 90 % interval."""
    skipping: int
    """Moves forward that jumped over a stage."""
    stages_skipped: int
    """How many stages that were."""
    moves_back: int
    """Moves to an earlier stage, or from a closed one back into the process."""
    criteria: int
    """What the moves forward were asked for."""
    criteria_known: int
    """How much of it is met or unmet."""
    criteria_unmapped: int
    """How much of it nothing can tell, because the model names no source for it: prose."""
    evidence_completeness: Decimal | None
    """Known ÷ asked: where it is low, look at the records, and at the model's sources, before the process."""


class PersonTallyDTO(TallyDTO):
    """The moves of the deals that a person owned then."""

    person_id: UUID


class StageRecordDTO(OutputDTO):
    """What became of the deals that came into a stage in the span for the first time."""

    model: str
    """Key of the success model; one for each that holds for any of the people."""
    stage: str
    entered: int
    """How many deals."""
    advanced: int
    """Came further, or were won."""
    lost: int
    """Were lost from there."""
    undecided: int
    """Neither yet."""
    conversion_decided: Decimal | None
    """Advanced ÷ (advanced + lost): of those decided so far, not of all that entered."""
    conversion_low: Decimal | None
    """Lower end of its 90 % interval (Wilson)."""
    conversion_high: Decimal | None
    """Upper end of its 90 % interval."""
    benchmark_conversion: Decimal | None
    """What the model holds against it: its standard of a good funnel, else the stage's benchmark."""
    left: int
    """How many have left the stage, in whatever direction."""
    median_days: Decimal | None
    """How long half of them stay at most (Kaplan-Meier, so that who is still there counts); null: not reached yet."""
    median_days_low: Decimal | None
    """Lower end of its 90 % interval; null: not reached yet."""
    median_days_high: Decimal | None
    """Upper end of its 90 % interval; null: not reached yet."""
    benchmark_days: Decimal | None


class ProcessAdherenceDTO(OutputDTO):
    """How the process was kept in a span of days."""

    start: date
    """The first day."""
    until: date
    """The first day that no longer counts."""
    as_of: datetime
    """Nothing later counts."""
    team: TallyDTO
    """All of the people together."""
    people: list[PersonTallyDTO]
    """By name; those without a model have no moves."""
    stages: list[StageRecordDTO]
    """In the order of the process; of several models, one after the other."""
