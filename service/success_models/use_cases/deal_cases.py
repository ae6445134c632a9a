"""Deals with all that could be evidence about them; a constant number of statements for any number of deals."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.models import Activity, Deal, DealVersion
from service.core.errors import not_found
from service.core.principal import Principal
from service.organizations.use_cases.scope import local_today, visible_people
from service.success_models.evidence import ActivityFact, DealFacts, Judgement, Value, Verdict, Voices
from service.success_models.filters import ATTRIBUTE_PREFIX
from service.success_models.histories import DealHistory, read_history
from service.success_models.models import Confirmation, Inspection
from service.success_models.process import SalesProcess
from service.success_models.readings import KnownState, read_fields, record_field
from service.success_models.repository import evidence as repository
from service.success_models.repository.judgements import judgements_of

PLAIN_FIELDS = ("name", "pipeline", "currency")
"""Fields of a deal, beside the customer's own, whose earlier values have no history of their own."""


@dataclass(frozen=True, slots=True)
class DealCase:
    """A deal over time, and what there is to judge its criteria by."""

    deal: Deal
    history: DealHistory
    facts: DealFacts


async def visible_deals(session: AsyncSession, principal: Principal, deal_ids: Collection[UUID]) -> list[Deal]:
    """Those of the deals that the caller may see today: their owner is in the caller's scope."""
    people = await visible_people(session, principal, await local_today(session, principal.org_id))
    rows = await repository.list_deals(session, principal.org_id, deal_ids)
    return [row for row in rows if people is None or row.owner_id in people]


async def visible_deal(session: AsyncSession, principal: Principal, deal_id: UUID) -> Deal:
    """One deal; `not_found` for that of somebody the caller may not see."""
    rows = await visible_deals(session, principal, [deal_id])
    if not rows:
        raise not_found("deal")
    return rows[0]


async def load_cases(
    session: AsyncSession, org_id: UUID, deals: Sequence[Deal], processes: Iterable[SalesProcess]
) -> tuple[dict[UUID, DealCase], Voices]:
    """What the criteria of some processes look at, of some deals; and what the organization has ever used."""
    ways = [criterion.met_by for process in processes for criterion in process.criteria]
    fields = sorted({condition.field for way in ways for condition in way.crm_fields})
    kinds = sorted({need.kind.value for way in ways for need in way.activities})
    ids = [deal.id for deal in deals]
    writes = await repository.list_writes(session, org_id, ids)
    earlier: dict[UUID, list[KnownState]] = {}
    for version in await repository.list_versions(session, org_id, ids):
        earlier.setdefault(version.id, []).append(KnownState(version.known_from, _plain_values(version)))
    activities = _by_deal(await repository.list_linked_activities(session, org_id, ids, kinds))
    inspections = judgements_by_deal(await judgements_of(session, Inspection, org_id, ids))
    confirmations = judgements_by_deal(await judgements_of(session, Confirmation, org_id, ids))
    field_voices, kind_voices = await repository.find_voices(session, org_id, fields, kinds)
    cases = {}
    for deal in deals:
        history = read_history(
            deal.stage_history, deal.close_date_history, deal.amount_history, deal.outcome, deal.closed_at
        )
        known = writes.get(deal.id, {})
        written = {name: known[record_field(name)] for name in fields if record_field(name) in known}
        readings = read_fields(fields, _plain_values(deal), written, earlier.get(deal.id, ()), deal.created_at)
        dated = {name: found for name, found in history.readings().items() if found and name in readings}
        facts = DealFacts(
            readings=readings | dated,
            activities=activities.get(deal.id, ()),
            inspections=inspections.get(deal.id, ()),
            confirmations=confirmations.get(deal.id, ()),
        )
        cases[deal.id] = DealCase(deal, history, facts)
    return cases, Voices(field_voices, kind_voices)


def _plain_values(row: Deal | DealVersion) -> dict[str, str | None]:
    """The values of the fields without a history, by the names that criteria use."""
    attributes = {ATTRIBUTE_PREFIX + name: value for name, value in row.attributes.items()}
    return {name: getattr(row, name) for name in PLAIN_FIELDS} | attributes


def _by_deal(rows: Sequence[Activity]) -> dict[UUID, list[ActivityFact]]:
    found: dict[UUID, list[ActivityFact]] = {}
    for row in rows:
        if row.deal_id is not None:
            found.setdefault(row.deal_id, []).append(_activity(row))
    return found


def _activity(row: Activity) -> ActivityFact:
    values: dict[str, Value] = {"direction": row.direction, "outcome": row.outcome, "status": row.status}
    values["duration_seconds"] = row.duration_seconds
    values |= {ATTRIBUTE_PREFIX + name: value for name, value in row.attributes.items()}
    return ActivityFact(row.id, row.kind, row.occurred_at, values)


def judgements_by_deal(rows: Sequence[Inspection] | Sequence[Confirmation]) -> dict[UUID, list[Judgement]]:
    """What was said of each deal, oldest first."""
    found: dict[UUID, list[Judgement]] = {}
    for row in rows:
        said = Judgement(row.id, row.criterion, Verdict(row.verdict), row.created_at, row.person_id, row.note)
        found.setdefault(row.deal_id, []).append(said)
    return found
