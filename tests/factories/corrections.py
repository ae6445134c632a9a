"""Opportunities whose grace time is over, as rows."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service.coaching_opportunities.models import CoachingOpportunity
from service.core.ids import new_id
from service.organizations.dto.people import PersonDTO
from tests.factories.capability import add
from tests.factories.sales_org import SalesOrg

GRACE = timedelta(days=3)
BECAME: dict[str, dict[str, Any]] = {
    "alone": {"status": "closed", "self_corrected": True, "closed_because": "gap_closed", "closed_after": 1},
    "open": {"status": "open"},
    "dismissed": {"status": "dismissed", "dismissal": "She covers for a colleague"},
    "closed later": {"status": "closed", "closed_because": "gap_closed", "closed_after": 5},
    "accepted and closed": {"status": "closed", "closed_because": "gap_closed", "closed_after": 1},
    "withdrawn at once": {"status": "closed", "closed_because": "no_longer_judged", "closed_after": 1},
    "withdrawn later": {"status": "closed", "closed_because": "kpi_expired", "closed_after": 9},
    "no grace": {"status": "open", "grace": 0},
}
"""What may become of an opportunity; days are after it was raised."""


def opportunity(org: SalesOrg, person: PersonDTO, raised_on: date, became: str) -> CoachingOpportunity:
    """One that was raised at noon of a day and became something."""
    fields = dict(BECAME[became])
    raised_at = datetime.combine(raised_on, time(17), UTC)
    closed_after, grace = fields.pop("closed_after", None), timedelta(days=fields.pop("grace", GRACE.days))
    id_ = new_id()
    return CoachingOpportunity(
        org_id=org.id,
        id=id_,
        person_id=person.id,
        kind="behind_target",
        subject=f"calls {id_}",
        kpi="calls",
        size=Decimal("0.5"),
        reason="Behind",
        evidence={},
        raised_at=raised_at,
        manager_sees_on=raised_on + grace,
        closed_at=None if closed_after is None else raised_at + timedelta(days=closed_after),
        updated_at=raised_at,
        **fields,
    )


async def raise_all(org: SalesOrg, told: Sequence[tuple[PersonDTO, date, str]]) -> None:
    """Store one for each person, day and end."""
    await add(org, [opportunity(org, *one) for one in told])
