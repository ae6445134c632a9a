"""Why deals are won: the question and its answer."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from service.core.dto import Day, InputDTO, Instant, OutputDTO
from service.kpi_snapshots.drivers.estimating import DriversWhyNot, DriverVerdict
from service.kpi_snapshots.drivers.screening import DriverNotTold
from service.kpi_snapshots.drivers.table import DriverKind
from service.kpi_snapshots.maturity.dto import SegmentField

MOST_FIELDS = 5
CASE_MIX = ("pipeline", "amount")


class WinDriversQuery(InputDTO):
    """Which closed deals: those that a team closed within a span of days; by default the caller's own team.

    Days are the organization's; `until` is not part of the span. `case_mix` are the fields by which deals differ
    before anybody does anything; the model is by default the one that most of the deals follow.
    """

    manager_id: UUID | None = None
    team_id: UUID | None = None
    success_model_id: UUID | None = None
    case_mix: Annotated[tuple[SegmentField, ...], Field(max_length=MOST_FIELDS)] = CASE_MIX
    start: Day | None = None
    until: Day | None = None
    as_of: Instant | None = None


class WinDriverDTO(OutputDTO):
    """A criterion or a kind of activity, and whether it goes with wins."""

    kind: DriverKind
    """A criterion of the process, or activities that a process KPI counts."""
    key: str
    """Of the criterion or the KPI in the model."""
    name: str
    """Its name there."""
    n: int
    """Deals of which it was known, before their outcome; of activities all."""
    with_it: int
    """Those of them in which it was met; of activities those with any."""
    prevalence: Decimal | None
    """`with_it` as a share of `n`."""
    won_with: Decimal | None
    """The share won of those with it, as counted."""
    won_without: Decimal | None
    """The share won of those without it, as counted."""
    odds_ratio: Decimal | None
    """How many times as high the odds of a win are with it, the case mix, the person and the other candidates being
    equal; of activities for each doubling of 1 + their number per week."""
    interval_low: Decimal | None
    """Lower end of its 90 % interval."""
    interval_high: Decimal | None
    """Upper end of its 90 % interval."""
    adjusted_p: Decimal | None
    """How likely so strong an association is by chance, all candidates counted (Benjamini-Hochberg)."""
    stability: Decimal | None
    """The share of resamples of the people in which it points the same way."""
    deals_needed: int | None
    """Closed deals, in all, that would put so strong an association beyond chance; null where a million would not."""
    verdict: DriverVerdict
    """What is said of it."""
    cannot_tell: DriverNotTold | None
    """Why nothing can be told of it."""
    goes_with: str | None
    """The name of the one it cannot be told apart from."""
    explanation: str
    """The same in a sentence."""


class WinDriversDTO(OutputDTO):
    """What goes with wins, and what does not beyond chance. It shows association, not cause."""

    start: date
    """The first day whose closed deals count."""
    until: date
    """The first day whose closed deals no longer do."""
    as_of: AwareDatetime
    """Nothing later counts."""
    team_on: date
    """The day whose reporting lines make the team."""
    success_model_id: UUID | None
    """The model whose criteria and KPIs are the candidates; null without any."""
    success_model_version: int | None
    """Which version of it."""
    case_mix: list[str]
    """The fields that are held equal, beside the person, the quarter in which a deal began, and how long it lived."""
    too_telling: list[str]
    """Fields that were asked for and are not held equal: they are filled because of the outcome."""
    n: int
    """Closed deals that count."""
    won: int
    """Those of them that were won."""
    people: int
    """Who closed them."""
    left_out: int
    """Closed deals that do not count: of people under another model, or older than the newest 2,000."""
    cannot_tell: DriversWhyNot | None
    """Why nothing can be told."""
    deals_needed: int | None
    """How many more closed deals it takes, where too few are the reason."""
    interval_level: Decimal
    """Of the intervals."""
    false_discoveries: Decimal
    """The share of those beyond chance that chance alone may have put there, at most."""
    associational: bool
    """Always true: deals with a habit may be won more often for another reason than the habit."""
    method: str
    """The estimator and its interval."""
    model_version: str
    """The version of the rules behind the verdicts."""
    explanation: str
    """What it means, in plain sentences; it names nobody."""
    drivers: list[WinDriverDTO]
    """Activities in the order of the model's KPIs, then criteria in that of its process."""
