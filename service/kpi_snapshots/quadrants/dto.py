"""Inputs and outputs of quadrants: process apart from outcome, person by person and deal by deal."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import AwareDatetime

from service.activities.derivation import DealOutcome
from service.core.dto import Day, InputDTO, IsoDay, IsoInstant, OutputDTO
from service.core.sorting import Sorting
from service.kpi_snapshots.quadrants.classifying import DealVerdict, QuadrantVerdict, Undecided
from service.success_models.targets import PeriodKind


class QuadrantsQuery(InputDTO):
    """Whose quadrants: one person's, those of the tree below a manager, or of a team; by default all one may see.

    Of a person and a manager, or a team, both hold. `period_start` defaults to the period that holds `as_of`, and
    `as_of` to now: nothing later counts.
    """

    person_id: UUID | None = None
    manager_id: UUID | None = None
    team_id: UUID | None = None
    period: PeriodKind = PeriodKind.QUARTER
    period_start: IsoDay | None = None
    as_of: IsoInstant | None = None


class PersonQuadrantDTO(OutputDTO):
    """Process apart from outcome, of one person in a period. What cannot be told is null; `cannot_tell` says why."""

    person_id: UUID
    name: str
    """The person's."""
    job_role: str | None
    """Whose peers tell what is usual."""
    success_model_id: UUID
    """The model whose process it is."""
    success_model_version: int
    """Which version of it."""
    verdict: QuadrantVerdict
    """One of the four quadrants, or why none."""
    cannot_tell: Undecided | None
    """Why it is none of the four."""
    explanation: str
    """The numbers in sentences."""
    prescription: str
    """What to do about it."""
    settles: str | None
    """What would settle it and when, in a sentence; null where it is settled."""
    settles_decided: int | None
    """So many more decided deals would settle it, were they as those so far."""
    settles_items: int | None
    """So many more criteria and targets would, were they met as those so far."""
    settles_on: date | None
    """By this day most of the open deals will be decided."""
    n: int
    """Deals that were open at some time of the period."""
    decided: int
    """Of these, won or lost."""
    won: int
    """Of these, won."""
    lost: int
    """Of these, lost."""
    open: int
    """Of these, not decided yet."""
    expected: Decimal | None
    """Wins that anybody would have made of the same deals, as they were when the period began or they did."""
    expected_low: Decimal | None
    """Lower end of its 90 % interval."""
    expected_high: Decimal | None
    """Upper end of its 90 % interval."""
    to_come: Decimal | None
    """Wins that the open deals will bring."""
    to_come_low: Decimal | None
    """Lower end of its 90 % interval."""
    to_come_high: Decimal | None
    """Upper end of its 90 % interval."""
    residual: Decimal | None
    """Won and to come, less expected: above zero there are more wins than the deals were worth."""
    residual_low: Decimal | None
    """Lower end of its 90 % interval."""
    residual_high: Decimal | None
    """Upper end of its 90 % interval."""
    outcome_probability: Decimal | None
    """Of a residual at or above zero once every deal is decided."""
    own_left_out: bool
    """Whether the person's own deals were left out of what is expected of them; else there are too few others."""
    process_standard: Decimal
    """The share that the model asks for."""
    process_met: int
    """Criteria of deals and targets of process KPIs that were met."""
    process_n: int
    """Those of which anything is known."""
    process_deals: int
    """Deals with known criteria."""
    process_periods: int
    """Finished periods of process KPIs with a target."""
    process_effective_n: Decimal
    """As many independent ones would tell as much: what is of one deal, or of one KPI, goes together."""
    process_share: Decimal | None
    """Met, as counted."""
    process_estimate: Decimal | None
    """The underlying share, with chance taken out."""
    process_low: Decimal | None
    """Lower end of its 90 % interval."""
    process_high: Decimal | None
    """Upper end of its 90 % interval."""
    process_probability: Decimal | None
    """Of an underlying share at or above the standard."""
    earned_success: Decimal | None
    """Probability of a good process and a good outcome."""
    unlucky: Decimal | None
    """Probability of a good process and a bad outcome."""
    lucky: Decimal | None
    """Probability of a bad process and a good outcome."""
    earned_failure: Decimal | None
    """Probability of a bad process and a bad outcome."""


class QuadrantsDTO(OutputDTO):
    """Who earned what came of their deals, and of whom that cannot be told yet; by name, never by rank."""

    period: PeriodKind
    """The kind of period."""
    period_start: date
    """Its first day."""
    period_end: date
    """Its last day."""
    as_of: AwareDatetime
    """Nothing later counts."""
    team_on: date
    """The day whose reporting lines make the team."""
    verdict_probability: Decimal
    """How probable a quadrant must be to be a verdict: a setting of the organization."""
    interval_level: Decimal
    """Of all intervals."""
    method: str
    """How the estimates are come by."""
    model_version: str
    """The version of the rules behind the verdicts."""
    people: list[PersonQuadrantDTO]
    """By name."""


class DealVerdictsQuery(InputDTO):
    """Which decided deals: of one person, of the tree below a manager, or of all one may see.

    The owner is the one at the close; of a person and a manager both hold. Days are the organization's.
    """

    person_id: UUID | None = None
    manager_id: UUID | None = None
    outcome: DealOutcome | None = None
    closed_from: Day | None = None
    closed_until: Day | None = None
    as_of: IsoInstant | None = None


DEAL_VERDICT_SORTING = Sorting({"closed_at": datetime}, default="-closed_at")


class DecidedDealDTO(OutputDTO):
    """A decided deal: whether its process earned its outcome, by what was met and on record before it."""

    id: UUID
    """The deal's."""
    name: str | None
    person_id: UUID | None
    """Who owned it when it was decided."""
    outcome: DealOutcome
    """Won or lost."""
    closed_at: AwareDatetime
    """When it was decided."""
    verdict: DealVerdict
    """Earned or not, or that nothing is known."""
    lesson: str
    """What to make of it."""
    asked: int
    """Criteria that the process asked for, as far as the deal had come; none where its owner has no model."""
    known: int
    """Those of which anything was on record before the outcome: `n`."""
    met: int
    """Of these, met."""
    share: Decimal | None
    """Met of those known."""
    process_standard: Decimal | None
    """The share that the owner's model asks for."""
    success_model_version: int | None
    """Which version of the model it is held against."""
    as_of: AwareDatetime
    """Nothing later counts."""
    method: str
    """How it is judged."""
    model_version: str
    """The version of the rules behind the verdict."""
