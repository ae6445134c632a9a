"""Deal by deal: earned win, lucky win, unlucky loss, earned loss; as many statements for one deal as for a page."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.derivation import DealOutcome
from service.activities.models import Deal
from service.core.clock import utc_now
from service.core.errors import not_found
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.kpi_snapshots.permissions import Permission
from service.kpi_snapshots.quadrants.dto import DealVerdictsQuery, DecidedDealDTO
from service.kpi_snapshots.quadrants.presenting import judge_deal
from service.kpi_snapshots.repository import decided as repository
from service.organizations.use_cases.people import get_people
from service.organizations.use_cases.reports import everyone_below
from service.organizations.use_cases.scope import local_now, local_today, require_visible, visible_people
from service.success_models.frozen import DealProcess
from service.success_models.use_cases.frozen_evidence import weigh_deals
from service.success_models.use_cases.owner_models import load_models


async def list_deal_verdicts(
    session: AsyncSession, principal: Principal, query: DealVerdictsQuery, page: PageRequest
) -> Page[DecidedDealDTO]:
    """The deals that those were decided for whom the caller may see, the last first.

    `not_found` for people outside the caller's scope.
    """
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    as_of = query.as_of or utc_now()
    people = await _people(session, principal, query, as_of)
    found = await repository.list_decided_deals(session, principal.org_id, people, query, as_of, page)
    return found.with_items(await _judge(session, principal, found.items, as_of))


async def get_deal_verdict(
    session: AsyncSession, principal: Principal, deal_id: UUID, as_of: datetime | None = None
) -> DecidedDealDTO:
    """One deal's; `not_found` for one that is open, and for that of somebody the caller may not see."""
    require(principal, Permission.KPI_SNAPSHOTS_READ)
    at = as_of or utc_now()
    people = await visible_people(session, principal, await local_today(session, principal.org_id))
    row = await repository.get_decided_deal(session, principal.org_id, people, deal_id, at)
    if row is None:
        raise not_found("deal_verdict")
    return (await _judge(session, principal, [row], at))[0]


async def _people(
    session: AsyncSession, principal: Principal, query: DealVerdictsQuery, as_of: datetime
) -> Collection[UUID] | None:
    """Whose deals are meant; None: everybody's. The scope is today's, a manager's tree that of the instant."""
    now = await local_now(session, principal.org_id)
    if query.manager_id is not None:
        await require_visible(session, principal, query.manager_id, now.date())
        then = as_of.astimezone(now.tzinfo).date()
        below = await everyone_below(session, principal.as_system(), query.manager_id, then)
        return [person.id for person in below if query.person_id in {None, person.id}]
    if query.person_id is None:
        return await visible_people(session, principal, now.date())
    await require_visible(session, principal, query.person_id, now.date())
    if not await get_people(session, principal.as_system(), [query.person_id]):
        raise not_found("person")
    return [query.person_id]


async def _judge(
    session: AsyncSession, principal: Principal, deals: Sequence[Deal], as_of: datetime
) -> list[DecidedDealDTO]:
    owners = {deal.id: deal.closed_owner_id for deal in deals}
    people = sorted({owner for owner in owners.values() if owner is not None})
    models = await load_models(session, principal.as_system(), people)
    shown = await weigh_deals(
        session, principal.org_id, list(owners), lambda deal_id: models.of(owners[deal_id]), as_of
    )
    found = []
    for deal in deals:
        model = models.of(deal.closed_owner_id)
        standard = None if model is None else model.document.process_standard
        said = judge_deal(shown.get(deal.id, DealProcess()), standard, won=deal.outcome == DealOutcome.WON)
        found.append(
            DecidedDealDTO(
                id=deal.id,
                name=deal.name,
                person_id=deal.closed_owner_id,
                outcome=DealOutcome(deal.outcome),
                closed_at=(deal.closed_at or as_of).astimezone(UTC),
                success_model_version=None if model is None else model.version,
                as_of=as_of,
                **said,
            )
        )
    return found
