"""The deals of one owner: those that are open, and what has become of the others since an instant."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from service.activities.derivation import ActivityKind, DealOutcome
from service.core.dto import OutputDTO
from service.success_models.dto.evidence import DealHealthDTO
from service.success_models.evidence import CriterionStatus
from service.success_models.histories import MoveKind


class DealMoveDTO(OutputDTO):
    """From one stage to another, as the model names them."""

    at: datetime
    kind: MoveKind
    from_stage: str
    to_stage: str


class CriterionStateDTO(OutputDTO):
    """A criterion of the process as it stood just before a deal was won."""

    key: str
    name: str
    status: CriterionStatus


class EarnedDTO(OutputDTO):
    """What the records show of the process before a deal was won; nothing that was written with the win or later."""

    criteria: list[CriterionStateDTO]
    """Everything that the process asks for from its first stage to a win, in its order."""
    activities: dict[ActivityKind, int]
    """Those about the deal that took place, by kind."""
    skipped: list[str]
    """Stages that it jumped over on its way."""


class OwnedDealDTO(OutputDTO):
    """A deal of the owner's; what changed is told since the instant asked for."""

    id: UUID
    name: str | None
    amount: Decimal | None
    """In the organization's currency."""
    outcome: DealOutcome
    created_at: datetime
    closed_at: datetime | None
    stage: str | None
    """Its name in the model; null: not known."""
    share: Decimal
    """Of what all open deals of the owner are worth, 0 to 1; where none has an amount all weigh the same."""
    moves: list[DealMoveDTO]
    """Since then."""
    slips: int
    """How often its close date became later since then, while it was open."""
    closed_on_before: date | None
    """The close date then, or the first one known since."""
    closed_on_now: date | None
    """The close date now."""
    health: DealHealthDTO | None
    """Of an open deal."""
    earned: EarnedDTO | None
    """Of one that was won."""
