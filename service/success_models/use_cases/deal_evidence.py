"""How the criteria of deals stand, and how healthy that makes the deals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.models import Deal
from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.principal import Principal, require
from service.success_models.dto.evidence import (
    CriterionEvidenceDTO,
    DealHealthDTO,
    EvidenceDTO,
    HealthFactorDTO,
    OpenDealHealth,
)
from service.success_models.evidence import Assessment, Voices, assess
from service.success_models.health import (
    DealCondition,
    FactorHealth,
    Health,
    days_between,
    weigh,
    weighed_factors,
)
from service.success_models.permissions import Permission
from service.success_models.process import SalesProcess
from service.success_models.repository.evidence import list_open_deals
from service.success_models.use_cases.deal_cases import DealCase, load_cases, visible_deals
from service.success_models.use_cases.owner_models import OwnerModel, load_models
from service.success_models.use_cases.success_models import list_active_models

FoundT = TypeVar("FoundT")

TENTH, HUNDREDTH = Decimal("0.1"), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class JudgedDeal:
    """A deal under its owner's model (None: the owner has none)."""

    case: DealCase
    model: OwnerModel | None
    voices: Voices


async def get_deal_evidence(
    session: AsyncSession, principal: Principal, deal_id: UUID, as_of: datetime | None = None
) -> list[CriterionEvidenceDTO]:
    """Each criterion of the owner's model, in the order of the process; none where the owner has no model.

    `not_found` for a deal outside the caller's scope. Nothing after `as_of` (default: now) counts.
    """
    require(principal, Permission.INSPECTIONS_READ)
    return _only(await deal_evidence_of(session, principal, [deal_id], as_of), deal_id)


async def deal_evidence_of(
    session: AsyncSession, principal: Principal, deal_ids: Collection[UUID], as_of: datetime | None = None
) -> dict[UUID, list[CriterionEvidenceDTO]]:
    """The evidence of several deals, the batch behind loaders; deals outside the scope are left out."""
    require(principal, Permission.INSPECTIONS_READ)
    at = as_of or utc_now()
    found = await _judge(session, principal, deal_ids)
    return {deal_id: _evidence(one, at) for deal_id, one in found.items()}


async def get_deal_health(
    session: AsyncSession, principal: Principal, deal_id: UUID, as_of: datetime | None = None
) -> DealHealthDTO:
    """A deal held against its owner's standard of a good deal; without one there is neither score nor factor.

    `not_found` for a deal outside the caller's scope. Nothing after `as_of` (default: now) counts.
    """
    require(principal, Permission.INSPECTIONS_READ)
    return _only(await deal_health_of(session, principal, [deal_id], as_of), deal_id)


async def deal_health_of(
    session: AsyncSession, principal: Principal, deal_ids: Collection[UUID], as_of: datetime | None = None
) -> dict[UUID, DealHealthDTO]:
    """The health of several deals in a constant number of statements; deals outside the scope are left out."""
    require(principal, Permission.INSPECTIONS_READ)
    at = as_of or utc_now()
    found = await _judge(session, principal, deal_ids)
    return {deal_id: present_health(one, at) for deal_id, one in found.items()}


async def open_deals_health(
    session: AsyncSession, principal: Principal, as_of: datetime | None = None
) -> list[OpenDealHealth]:
    """The health of every open deal whose owner's model has a standard of a good deal.

    Where none of an owner's deals has an amount all weigh the same.
    """
    require(principal, Permission.INSPECTIONS_READ)
    models = await list_active_models(session, principal.as_system())
    if not any(model.document.standards.good_deal for model in models):
        return []
    deals = await list_open_deals(session, principal.org_id)
    health = await deal_health_of(session, principal, [deal.id for deal in deals], as_of)
    owned: dict[UUID, list[Deal]] = {}
    for deal in deals:
        if deal.owner_id is not None and deal.id in health and health[deal.id].factors:
            owned.setdefault(deal.owner_id, []).append(deal)
    found = []
    for owner_id, those in owned.items():
        amounts = [deal.org_amount or Decimal(0) for deal in those]
        total = sum(amounts, Decimal(0))
        for deal, amount in zip(those, amounts, strict=True):
            share = amount / total if total else 1 / Decimal(len(those))
            found.append(OpenDealHealth(owner_id, deal.name, share, health[deal.id]))
    return found


def _only(found: dict[UUID, FoundT], deal_id: UUID) -> FoundT:
    if deal_id not in found:
        raise not_found("deal")
    return found[deal_id]


async def _judge(session: AsyncSession, principal: Principal, deal_ids: Collection[UUID]) -> dict[UUID, JudgedDeal]:
    return await judge_deals(session, principal.org_id, await visible_deals(session, principal, deal_ids))


async def judge_deals(session: AsyncSession, org_id: UUID, deals: Sequence[Deal]) -> dict[UUID, JudgedDeal]:
    """Deals that the caller may see, with what there is to judge them by; a constant number of statements."""
    owners = {deal.owner_id for deal in deals if deal.owner_id is not None}
    models = await load_models(session, Principal.system(org_id), owners)
    processes = [model.process for model in models.distinct(deal.owner_id for deal in deals)]
    cases, voices = await load_cases(session, org_id, deals, processes)
    return {id_: JudgedDeal(case, models.of(case.deal.owner_id), voices) for id_, case in cases.items()}


def _evidence(one: JudgedDeal, at: datetime) -> list[CriterionEvidenceDTO]:
    if one.model is None:
        return []
    process = one.model.process
    found = (assess(criterion, one.case.facts, one.voices, at) for criterion in process.asked)
    return [_present(assessment, process) for assessment in found]


def _present(assessment: Assessment, process: SalesProcess) -> CriterionEvidenceDTO:
    criterion = assessment.criterion
    return CriterionEvidenceDTO(
        criterion=criterion.key,
        name=criterion.name,
        description=criterion.description,
        stage=process.asking.get(criterion.key),
        status=assessment.status,
        can_inspect=criterion.met_by.inspection,
        can_confirm=criterion.met_by.confirmation,
        evidence=[EvidenceDTO.model_validate(piece) for piece in assessment.evidence],
    )


def present_health(one: JudgedDeal, at: datetime) -> DealHealthDTO:
    """How healthy a deal was at an instant."""
    history, model = one.case.history, one.model
    entry = history.entry(at)
    condition = DealCondition(
        stage=None if entry is None else entry.stage,
        entered_at=None if entry is None or history.is_decided(at) else entry.at,
        slips=history.slips(at),
    )
    health = _weigh(one, condition, at)
    days = None if condition.entered_at is None else days_between(condition.entered_at, at)
    stage = None if model is None else model.process.by_key.get(condition.stage or "")
    return DealHealthDTO(
        deal_id=one.case.deal.id,
        as_of=at,
        model_version=model and model.version,
        score=_rounded(health.score, TENTH),
        completeness=_rounded(health.completeness, HUNDREDTH),
        stage=condition.stage,
        days_in_stage=_rounded(days, TENTH),
        benchmark_days=stage and stage.benchmark_days,
        slips=condition.slips,
        factors=[_factor(factor) for factor in health.factors],
    )


def _weigh(one: JudgedDeal, condition: DealCondition, at: datetime) -> Health:
    standard = one.model.document.standards.good_deal if one.model is not None else None
    if one.model is None or standard is None:
        return weigh([])
    process = one.model.process
    asked = [process.known[factor.criterion] for factor in standard.factors]
    statuses = {criterion.key: assess(criterion, one.case.facts, one.voices, at).status for criterion in asked}
    return weigh(weighed_factors(standard, process, statuses, condition, at))


def _factor(found: FactorHealth) -> HealthFactorDTO:
    factor = found.factor
    return HealthFactorDTO.model_validate(
        {
            "kind": factor.kind,
            "key": factor.key,
            "name": factor.name,
            "weight": factor.weight,
            "status": factor.status,
            "due": factor.due,
            "contribution": _rounded(found.contribution, TENTH),
            "would_add": _rounded(found.would_add, TENTH),
        }
    )


def _rounded(value: Fraction | None, step: Decimal) -> Decimal | None:
    return None if value is None else (Decimal(value.numerator) / value.denominator).quantize(step)
