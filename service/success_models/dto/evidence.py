"""How the criteria of a deal stand, by what evidence, and how healthy that makes the deal."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from service.core.dto import InputDTO, Instant, OutputDTO
from service.success_models.evidence import CriterionStatus, EvidenceSource, Verdict


class AsOf(InputDTO):
    """The instant that evidence and health are asked of; null: now."""

    as_of: Instant | None = None


class EvidenceDTO(OutputDTO):
    """One piece of evidence."""

    source: EvidenceSource
    """Where it comes from."""
    verdict: Verdict
    """What it says by itself; the criterion's status weighs all pieces."""
    at: datetime | None
    """When it came to be so; null: there was no such activity yet."""
    subject: str | None
    """The CRM field, or the kind of activity, that says it."""
    record_id: UUID | None
    """The inspection, the confirmation, or the latest activity that counts."""
    person_id: UUID | None
    """Who inspected or confirmed."""
    note: str | None
    """In their words."""
    count: int | None
    """How many activities count."""


class CriterionEvidenceDTO(OutputDTO):
    """A criterion of the owner's model as it stands for a deal."""

    criterion: str
    """Its key; that of a prose criterion is derived from the text."""
    name: str
    description: str | None
    """How to tell."""
    stage: str | None
    """The first stage that asks for it, to enter or to leave; null: only a standard does."""
    status: CriterionStatus
    """`unknown`: nothing can tell yet; it never counts against anybody."""
    can_inspect: bool
    """Whether an inspection can tell."""
    can_confirm: bool
    """Whether a confirmation can tell."""
    evidence: list[EvidenceDTO]


class HealthFactorDTO(OutputDTO):
    """A factor of the standard of a good deal, and what it does to the score."""

    kind: Literal["criterion", "slips", "age"]
    """A criterion of the model, how often the close date slipped, or how long the deal is in its stage."""
    key: str
    """The criterion's key, or else the kind."""
    name: str
    weight: int
    """As the standard has it; what the weights add up to does not matter."""
    status: CriterionStatus
    """How it stands."""
    due: bool
    """False: not expected yet in the deal's stage, so that only meeting it counts."""
    contribution: Decimal
    """Its points in the score."""
    would_add: Decimal | None
    """How much higher the score would be if it were met; null: it is met, or nothing is known yet."""


class DealHealthDTO(OutputDTO):
    """How healthy a deal is, by the standard of a good deal in its owner's model."""

    deal_id: UUID
    as_of: datetime
    """Nothing later counts."""
    model_version: int | None
    """Version of the owner's model; null: the owner has none."""
    score: Decimal | None
    """0 to 100: the share, by weight, of what is met among all that is known; null: nothing is known."""
    completeness: Decimal | None
    """The share, by weight, of what is known among all that is expected by now."""
    stage: str | None
    """Where it stood; null: not known."""
    days_in_stage: Decimal | None
    """How long it had been there; null: it is decided, or its stage is not known."""
    benchmark_days: Decimal | None
    """How long it should stay there."""
    slips: int | None
    """How often its close date had moved later while it was open; null: it has had none."""
    factors: list[HealthFactorDTO]


class OpenDealHealth(NamedTuple):
    """An open deal with its owner, its name, and its share (0 to 1) of what all open deals of the owner are worth."""

    owner_id: UUID
    name: str | None
    share: Decimal
    health: DealHealthDTO
