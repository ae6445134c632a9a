"""What raises a topic, and its weight: opportunities, slow and slipping deals, overdue commitments, views apart; pure.

Impact is what is missing as a share from 0 to 1, confidence how sure the evidence makes it. Nothing here looks for
gaps of its own: deals are held against their own standard, and an opportunity says what it found. That a target is
missed is sure when its period is over, and still means little where so few were due that chance alone explains it; so
the confidence of a pace is the chance of missing the target times how far the shortfall is beyond chance, were the
target the true rate (Poisson, as everywhere where counts are held against a target).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from uuid import UUID

from scipy.special import pdtr, pdtrc

from service.coaching_opportunities.dto import CoachingOpportunityDTO
from service.coaching_opportunities.findings import PLACES, OpportunityKind, plain
from service.coaching_opportunities.lifecycle import OpportunityState
from service.coaching_sessions.concerns import Concern, concern_of
from service.coaching_sessions.topics import Proposal, TopicSource
from service.kpi_snapshots.dto import SnapshotKey
from service.skill_assessments.disagreement import Disagreement
from service.skill_assessments.impact.presenting import split_skill_key
from service.success_models.dto.evidence import DealHealthDTO, OpenDealHealth
from service.success_models.evidence import CriterionStatus
from service.success_models.kpis import Kpi, KpiKind, Polarity
from service.success_models.measures import Unit

RAISING = frozenset({OpportunityState.OPEN, OpportunityState.ACCEPTED})
UNTOLD = Decimal("0.5")
"""The confidence where the evidence does not say."""
SLIPS = 2
"""From so many moves of its close date on a deal is slipping, unless its standard allows more."""
OVERDUE_IMPACT, OVERDUE_CONFIDENCE = Decimal("0.5"), Decimal(1)
"""A promise that was not kept weighs as much as what somebody asks to talk about."""

TITLES = {
    OpportunityKind.BEHIND_TARGET: "{} is behind its target",
    OpportunityKind.BELOW_BENCHMARK: "{} is worse than its benchmark",
    OpportunityKind.DEAL_BREAKS_STANDARD: "{} lacks what a good deal has by now",
}


def propose_opportunity(
    one: CoachingOpportunityDTO, kpi: Kpi | None, deal: OpenDealHealth | None, today: date
) -> Proposal | None:
    """The topic of an opportunity, if it is open or accepted: an accepted one is everybody's to see.

    `kpi` is the one of the person's model, `deal` the open deal, whichever it is about.
    """
    if one.status not in RAISING:
        return None
    is_accepted = one.status is OpportunityState.ACCEPTED
    name = _name(deal) if one.deal_id is not None else kpi.name if kpi is not None else one.kpi
    return Proposal(
        rep_id=one.person_id,
        subject=f"opportunity:{one.id}",
        source=TopicSource.OPPORTUNITY,
        title=TITLES[one.kind].format(name) + _when(one),
        reason=one.reason,
        evidence=one.evidence,
        concerns=concern_of(
            None if kpi is None else kpi.level, has_criterion=False, has_skill=False, has_deal=one.deal_id is not None
        ),
        impact=_share(one.size),
        confidence=_share(_confidence(one, kpi, deal)),
        visible_on=min(one.manager_sees_on, today) if is_accepted else one.manager_sees_on,
        kpi=one.kpi,
        deal_id=one.deal_id,
        opportunity_id=one.id,
    )


def _when(one: CoachingOpportunityDTO) -> str:
    """For which period, where several have targets of their own."""
    named = one.evidence.get("snapshot_id")
    return "" if named is None else f" for the {SnapshotKey.parse(named).period.value}"


def _confidence(one: CoachingOpportunityDTO, kpi: Kpi | None, deal: OpenDealHealth | None) -> Decimal:
    """That the target is missed beyond chance, that it is not chance, or how much of the deal's evidence is known."""
    if one.kind is OpportunityKind.DEAL_BREAKS_STANDARD:
        return _known(None if deal is None else deal.health)
    is_paced = one.kind is OpportunityKind.BEHIND_TARGET
    chance = one.evidence.get("probability" if is_paced else "adjusted_p")
    sure = UNTOLD if chance is None else 1 - Decimal(chance)
    return sure * (1 - _chance_of_shortfall(kpi, one.evidence)) if is_paced else sure


def _chance_of_shortfall(kpi: Kpi | None, evidence: Mapping[str, Any]) -> Decimal:
    """How likely so few (or so many) are by now, were the target the true rate; 0 where nothing is counted.

    A sum of amounts is as many facts of their mean size; without any fact nobody knows their size.
    """
    if kpi is None or kpi.kind is not KpiKind.FLOW or kpi.per is not None:
        return Decimal(0)
    n, value, expected = evidence.get("n"), evidence.get("value"), evidence.get("expected")
    size = 1.0 if kpi.unit is Unit.COUNT else float(value) / n if n and value else 0.0
    if expected is None or n is None or size <= 0:
        return UNTOLD
    due = max(float(expected) / size, 0.0)
    is_more_better = kpi.polarity is Polarity.HIGHER
    p = pdtr(n, due) if is_more_better else pdtrc(n - 1, due) if n else 1.0
    return Decimal(repr(float(p)))


def propose_deal(deal: OpenDealHealth, stage_name: str | None, today: date) -> Proposal | None:
    """The topic of a deal that is longer in its stage than it should be, or whose close date moved twice or more.

    Where the standard of a good deal has an own measure for age or slips, and the deal keeps to it, that holds.
    """
    health = deal.health
    kept_to = {factor.kind for factor in health.factors if factor.status is CriterionStatus.MET}
    verbs, reasons, parts = [], [], []
    days, normal = health.days_in_stage, health.benchmark_days
    if days is not None and normal is not None and days > normal and "age" not in kept_to:
        whole = max(days.to_integral_value(ROUND_FLOOR), normal)
        verbs.append("slow")
        reasons.append(
            f"It has been in {stage_name or health.stage} for {plain(whole)} days, where {plain(normal)} are meant."
        )
        parts.append(1 - normal / whole)
    slips = health.slips or 0
    if slips >= SLIPS and "slips" not in kept_to:
        verbs.append("slipping")
        reasons.append(f"Its close date has moved later {slips} times.")
        parts.append(1 - Decimal(1) / slips)
    if not parts:
        return None
    return Proposal(
        rep_id=deal.owner_id,
        subject=f"deal:{health.deal_id}",
        source=TopicSource.DEAL,
        title=f"{_name(deal)} is {' and '.join(verbs)}",
        reason=" ".join(reasons),
        evidence=_evidence(deal),
        concerns=Concern.PROCESS,
        impact=_share(deal.share * max(parts)),
        confidence=_share(_known(health)),
        visible_on=today,
        deal_id=health.deal_id,
    )


def _evidence(deal: OpenDealHealth) -> dict[str, Any]:
    health = deal.health
    return {
        "as_of": health.as_of.isoformat(),
        "stage": health.stage,
        "days_in_stage": None if health.days_in_stage is None else str(health.days_in_stage),
        "benchmark_days": None if health.benchmark_days is None else str(health.benchmark_days),
        "slips": health.slips,
        "share_of_open_amount": str(deal.share.quantize(PLACES)),
        "completeness": None if health.completeness is None else str(health.completeness),
    }


@dataclass(frozen=True, slots=True)
class Unkept:
    """A commitment that is overdue, or that the data found missed."""

    id: UUID
    rep_id: UUID
    description: str
    due_on: date
    concerns: Concern
    links: Mapping[str, Any]
    settlement: str | None = None
    is_missed: bool = False


def propose_commitment(one: Unkept, today: date) -> Proposal:
    """The topic of a commitment that was not kept: both sides know of it, so both see it at once."""
    said = "" if one.settlement is None else f" {one.settlement}"
    return Proposal(
        rep_id=one.rep_id,
        subject=f"commitment:{one.id}",
        source=TopicSource.COMMITMENT,
        title=f"{'Missed' if one.is_missed else 'Overdue'}: {one.description}",
        reason=f"It was due on {one.due_on}.{said}",
        evidence={"due_on": one.due_on.isoformat(), "status": "missed" if one.is_missed else "open"},
        concerns=one.concerns,
        impact=OVERDUE_IMPACT,
        confidence=OVERDUE_CONFIDENCE,
        visible_on=today,
        commitment_id=one.id,
        **one.links,
    )


def propose_disagreement(one: Disagreement, today: date) -> Proposal:
    """The topic of a skill that the rep and their manager rate far apart: both know their ratings, so both see it."""
    views = one.views
    framework, skill = split_skill_key(views.skill)
    return Proposal(
        rep_id=views.person_id,
        subject=f"assessment:{views.skill}",
        source=TopicSource.ASSESSMENT,
        title=f"{views.name} is seen differently by the rep and their manager",
        reason=one.reason,
        evidence={"framework": framework, "own": views.own, "manager": views.manager, "levels": views.levels},
        concerns=concern_of(None, has_criterion=False, has_skill=True, has_deal=False),
        impact=_share(Decimal(repr(one.share))),
        confidence=_share(Decimal(repr(one.sure))),
        visible_on=today,
        skill=skill,
    )


def _name(deal: OpenDealHealth | None) -> str:
    return "A deal" if deal is None or deal.name is None else deal.name


def _known(health: DealHealthDTO | None) -> Decimal:
    return UNTOLD if health is None or health.completeness is None else health.completeness


def _share(number: Decimal) -> Decimal:
    return min(max(number, Decimal(0)), Decimal(1)).quantize(PLACES)
