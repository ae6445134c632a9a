"""Deals and activities as a partner pushes them, with the time of each write."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from service.activities.dto.facts import BulkUpsertActivities, BulkUpsertDeals
from service.activities.use_cases.pushing import bulk_upsert_activities, bulk_upsert_deals
from service.organizations.dto.people import PersonDTO
from tests.factories.sales_org import SalesOrg

SYSTEM = "pipes"


async def push_deal(
    org: SalesOrg,
    external_id: str,
    owner: PersonDTO | None,
    moves: Sequence[tuple[datetime, str]],
    later: Sequence[tuple[datetime, dict[str, Any]]] = (),
    **fields: Any,
) -> UUID:
    """A deal that went through stages; `fields` are written with the first of them, `later` at their own times."""
    written = [(at, {"stage": stage}) for at, stage in moves] + list(later)
    owned = {} if owner is None else {"owner": owner.email}
    items = [{"external_id": external_id, "modified_at": at, **values} for at, values in written]
    items[0] |= {"created_at": moves[0][0], **owned, **fields}
    async with org.database.tenant(org.id) as session:
        data = BulkUpsertDeals(system=SYSTEM, deals=items)
        results = await bulk_upsert_deals(session, org.system, data)
    assert {result.status for result in results} <= {"created", "updated"}, results
    assert results[0].id is not None
    return results[0].id


async def push_activity(org: SalesOrg, deal: str | None, at: datetime, kind: str = "meeting", **fields: Any) -> UUID:
    """An activity about a deal."""
    item = {"external_id": f"{kind} {deal} {at}", "kind": kind, "occurred_at": at, "deal": deal, **fields}
    async with org.database.tenant(org.id) as session:
        data = BulkUpsertActivities(system=SYSTEM, activities=[item])
        (result,) = await bulk_upsert_activities(session, org.system, data)
    assert result.status == "created", result
    assert result.id is not None
    return result.id
