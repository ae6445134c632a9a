"""The deals of one owner with all that is to be told of them; a constant number of statements."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.derivation import ACTIVITY_KINDS, ActivityKind, DealOutcome
from service.activities.mapping import CLOSED_WON
from service.activities.models import Activity, Deal
from service.core.principal import Principal, require
from service.organizations.use_cases.scope import local_today, require_visible
from service.success_models.dto.owned_deals import CriterionStateDTO, DealMoveDTO, EarnedDTO, OwnedDealDTO
from service.success_models.evidence import assess
from service.success_models.histories import DealHistory, MoveKind
from service.success_models.permissions import Permission
from service.success_models.process import SalesProcess
from service.success_models.repository import evidence as repository
from service.success_models.use_cases.deal_evidence import JudgedDeal, judge_deals, present_health

MOMENT = timedelta(microseconds=1)
CALLED_OFF = frozenset({"no_show", "canceled", "cancelled", "rescheduled"})
"""Outcomes and states of activities that did not take place."""


async def list_owned_deals(
    session: AsyncSession, principal: Principal, owner_id: UUID, since: datetime, as_of: datetime
) -> list[OwnedDealDTO]:
    """The open deals of an owner, and those of theirs that were won or lost after `since`; by their ids.

    `not_found` for an owner outside the caller's scope. Nothing after `as_of` counts as a change, and what was
    decided after it is left out.
    """
    require(principal, Permission.INSPECTIONS_READ)
    await require_visible(session, principal, owner_id, await local_today(session, principal.org_id))
    deals = await repository.list_owned_deals(session, principal.org_id, owner_id, since, as_of)
    judged = await judge_deals(session, principal.org_id, deals)
    won = [deal.id for deal in deals if deal.outcome == DealOutcome.WON]
    about: dict[UUID | None, list[Activity]] = {}
    for row in await repository.list_linked_activities(session, principal.org_id, won, sorted(ACTIVITY_KINDS)):
        about.setdefault(row.deal_id, []).append(row)
    shares = _shares(deals)
    return [_present(judged[deal.id], about.get(deal.id, []), shares, since, as_of) for deal in deals]


def _shares(deals: Sequence[Deal]) -> dict[UUID, Decimal]:
    amounts = {deal.id: deal.org_amount or Decimal(0) for deal in deals if deal.outcome == DealOutcome.OPEN}
    total = sum(amounts.values(), Decimal(0))
    return {id_: amount / total if total else 1 / Decimal(len(amounts)) for id_, amount in amounts.items()}


def _present(
    judged: JudgedDeal, about: Sequence[Activity], shares: dict[UUID, Decimal], since: datetime, as_of: datetime
) -> OwnedDealDTO:
    deal, history, model = judged.case.deal, judged.case.history, judged.model
    process = SalesProcess((), ()) if model is None else model.process
    entry = history.entry(as_of)
    slips, before, now = _put_off(history, since, as_of)
    return OwnedDealDTO(
        id=deal.id,
        name=deal.name,
        amount=deal.org_amount,
        outcome=DealOutcome(deal.outcome),
        created_at=deal.created_at,
        closed_at=deal.closed_at,
        stage=None if entry is None else _stage_name(process, entry.stage),
        share=shares.get(deal.id, Decimal(0)),
        moves=[
            DealMoveDTO(
                at=move.entry.at,
                kind=move.kind,
                from_stage=_stage_name(process, move.from_stage),
                to_stage=_stage_name(process, move.entry.stage),
            )
            for move in history.moves(process)
            if since < move.entry.at <= as_of
        ],
        slips=slips,
        closed_on_before=before,
        closed_on_now=now,
        health=present_health(judged, as_of) if deal.outcome == DealOutcome.OPEN else None,
        earned=_earned(judged, about) if deal.outcome == DealOutcome.WON else None,
    )


def _stage_name(process: SalesProcess, key: str) -> str:
    """As the model calls it; a stage that it does not have keeps its own name."""
    stage = process.by_key.get(key)
    return key if stage is None else stage.name


def _put_off(history: DealHistory, since: datetime, as_of: datetime) -> tuple[int, date | None, date | None]:
    """How often the close date became later, and what it was and is."""
    known = [entry for entry in history.close_dates if entry.at <= as_of]
    if not known:
        return 0, None, None
    before = [entry for entry in known if entry.at <= since]
    start = before[-1] if before else known[0]
    return (history.slips(as_of) or 0) - (history.slips(since) or 0), start.close_on, known[-1].close_on


def _earned(judged: JudgedDeal, about: Sequence[Activity]) -> EarnedDTO | None:
    """The process as it was kept, a moment before the win: what is filled in with the win has not earned it."""
    closed_at, model = judged.case.deal.closed_at, judged.model
    if closed_at is None:
        return None
    entered = [entry.at for entry in judged.case.history.stages if entry.stage == CLOSED_WON]
    won_at = min([closed_at, *entered[-1:]])
    took_place = [
        row.kind
        for row in about
        if row.occurred_at < won_at and row.outcome not in CALLED_OFF and row.status not in CALLED_OFF
    ]
    counts = Counter(ActivityKind(kind) for kind in took_place)
    activities = {kind: counts[kind] for kind in ActivityKind if counts[kind]}
    if model is None or not model.process.open_stages:
        return EarnedDTO(criteria=[], activities=activities, skipped=[])
    process = model.process
    first, *others = process.open_stages
    assessed = [
        assess(criterion, judged.case.facts, judged.voices, won_at - MOMENT)
        for criterion in process.required(first, others, CLOSED_WON)
    ]
    jumped = [
        key for move in judged.case.history.moves(process) if move.kind is MoveKind.FORWARD for key in move.skipped
    ]
    return EarnedDTO(
        criteria=[
            CriterionStateDTO(key=one.criterion.key, name=one.criterion.name, status=one.status) for one in assessed
        ],
        activities=activities,
        skipped=[process.by_key[key].name for key in dict.fromkeys(jumped)],
    )
