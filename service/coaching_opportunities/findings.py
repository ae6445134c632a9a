"""What is worth coaching: a KPI behind its target, a deal that breaks its standard, a rate below its benchmark; pure.

A finding says something is wrong, a judgement without one that all is well. What the facts do not tell is no judgement
at all, so that it neither raises an opportunity nor closes one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from service.kpi_snapshots.dto import KpiSnapshotDTO
from service.kpi_snapshots.leads.grading import SUPPRESSING, LeadGrade
from service.kpi_snapshots.pace import Status
from service.success_models.dto.evidence import HealthFactorDTO, OpenDealHealth
from service.success_models.evidence import CriterionStatus

PLACES = Decimal("0.0001")


class OpportunityKind(StrEnum):
    """What an opportunity is about."""

    BEHIND_TARGET = "behind_target"
    DEAL_BREAKS_STANDARD = "deal_breaks_standard"
    BELOW_BENCHMARK = "below_benchmark"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to coach; `size` is a share from 0 to 1 of what is missing, so that kinds can be compared."""

    kind: OpportunityKind
    size: Decimal
    reason: str
    evidence: dict[str, Any]
    kpi: str | None = None
    deal_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom and what a judgement is about; one opportunity at a time is open about a subject."""

    person_id: UUID
    name: str

    @property
    def kpi(self) -> str | None:
        """The key of the KPI it is about; None of a deal."""
        kind, _, rest = self.name.partition(":")
        return rest.partition(":")[0] if kind in {"pace", "benchmark"} else None


@dataclass(slots=True)
class Judgements:
    """What was found about each subject (None: all is well), and the subjects that the facts could not tell about.

    `withdrawn` are subjects whose KPI is no reason to coach anybody, with its grade: nothing else is told of them.
    """

    found: dict[Subject, Finding | None] = field(default_factory=dict)
    untold: set[Subject] = field(default_factory=set)
    withdrawn: dict[Subject, LeadGrade] = field(default_factory=dict)

    def add(self, subject: Subject, finding: Finding | None) -> None:
        """Remember a judgement."""
        self.found[subject] = finding

    def withdraw(self, grade_of: Callable[[UUID, str], LeadGrade | None]) -> None:
        """Take back all about KPIs that are gamed or expired; `grade_of` says what a person's KPI is worth."""
        for subject in [*self.found, *self.untold]:
            grade = None if subject.kpi is None else grade_of(subject.person_id, subject.kpi)
            if grade in SUPPRESSING:
                self.withdrawn[subject] = grade
                self.found.pop(subject, None)
                self.untold.discard(subject)


def judge_pace(snapshots: Iterable[KpiSnapshotDTO], judged: Judgements) -> None:
    """Snapshots of flows and levels against the organization's own target: `behind` is a finding, on track is well.

    At risk is neither: what wavers about the line should not open and close an opportunity every day.
    """
    for snapshot in snapshots:
        if snapshot.target is None:
            continue
        subject = Subject(snapshot.person_id, f"pace:{snapshot.kpi}:{snapshot.period.value}")
        if snapshot.status is Status.BEHIND:
            judged.add(subject, _behind(snapshot))
        elif snapshot.status in {Status.ON_TRACK, Status.AHEAD}:
            judged.add(subject, None)
        else:
            judged.untold.add(subject)


def judge_deals(deals: Iterable[OpenDealHealth], judged: Judgements) -> None:
    """Open deals against their owner's standard.

    A factor that is due and known to be unmet breaks the standard; an unknown one never does.
    """
    for deal in deals:
        health = deal.health
        subject = Subject(deal.owner_id, f"deal:{health.deal_id}")
        broken = [one for one in health.factors if one.due and one.status is CriterionStatus.UNMET]
        if broken and health.score is not None:
            judged.add(subject, _broken(deal, health.score, broken))
        elif any(one.status is CriterionStatus.MET for one in health.factors):
            judged.add(subject, None)
        else:
            judged.untold.add(subject)


def _behind(snapshot: KpiSnapshotDTO) -> Finding:
    target, value = snapshot.target or Decimal(0), snapshot.value or Decimal(0)
    likely = value
    if snapshot.interval_low is not None and snapshot.interval_high is not None:
        likely = (snapshot.interval_low + snapshot.interval_high) / 2
    chance = (
        "" if snapshot.probability is None else f" The chance of still reaching it is {percent(snapshot.probability)}."
    )
    expected = "" if snapshot.expected is None else f", where {plain(snapshot.expected)} were due by now"
    return Finding(
        OpportunityKind.BEHIND_TARGET,
        missing_share(target, likely),
        f"{snapshot.name}: {plain(value)} of {plain(target)} for the {snapshot.period.value}{expected}.{chance}",
        {
            "snapshot_id": snapshot.id,
            "as_of": snapshot.as_of.isoformat(),
            "value": text(snapshot.value),
            "target": text(snapshot.target),
            "expected": text(snapshot.expected),
            "probability": text(snapshot.probability),
            "interval": [text(snapshot.interval_low), text(snapshot.interval_high)],
            "n": snapshot.n,
            "method": None if snapshot.method is None else snapshot.method.value,
        },
        kpi=snapshot.kpi,
    )


def _broken(deal: OpenDealHealth, score: Decimal, broken: Sequence[HealthFactorDTO]) -> Finding:
    health, share = deal.health, deal.share
    first = max(broken, key=lambda factor: factor.would_add or Decimal(0))
    more = "" if len(broken) == 1 else f" {len(broken) - 1} more of what a good deal has by now is missing."
    points = first.would_add or Decimal(0)
    return Finding(
        OpportunityKind.DEAL_BREAKS_STANDARD,
        ((100 - score) / 100 * share).quantize(PLACES),
        f"Missing in {deal.name or 'this deal'}: {first.name}. "
        f"It would lift the deal's health of {plain(score)} by {plain(points)}.{more}",
        {
            "as_of": health.as_of.isoformat(),
            "score": text(health.score),
            "share_of_open_amount": text(share.quantize(PLACES)),
            "missing": [{"key": one.key, "name": one.name, "would_add": text(one.would_add)} for one in broken],
        },
        deal_id=health.deal_id,
    )


def missing_share(wanted: Decimal, likely: Decimal) -> Decimal:
    """How much of what is wanted is missing, from 0 to 1."""
    if wanted == 0:
        return Decimal(1)
    return min(max(abs(wanted - likely) / abs(wanted), Decimal(0)), Decimal(1)).quantize(PLACES)


def plain(number: Decimal) -> str:
    """As people write it: no exponent, and no places that nobody reads."""
    places = Decimal(1) if abs(number) >= 100 else Decimal("0.1") if abs(number) >= 10 else Decimal("0.01")
    return f"{number.quantize(places).normalize():,f}"


def percent(share: Decimal) -> str:
    """A share in words; what is nearly impossible is not called impossible."""
    if share < Decimal("0.01"):
        return "below 1 %"
    return "above 99 %" if share > Decimal("0.99") else f"{(share * 100).quantize(Decimal(1))} %"


def text(number: Decimal | None) -> str | None:
    """A number as JSON keeps it exactly."""
    return None if number is None else str(number)
