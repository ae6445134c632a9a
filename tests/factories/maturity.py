"""A small house whose deals ripen in a known way."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from service.activities.models import Deal
from service.core.database import Database
from service.organizations.dto.people import PersonDTO
from tests.factories.sales_org import KNOWN, NO_HISTORY, SalesOrg, make_sales_org

House = tuple[SalesOrg, dict[str, PersonDTO]]
START = date(2025, 1, 6)
AS_OF = datetime(2025, 12, 31, 12, tzinfo=UTC)


def deal(org: SalesOrg, owner: PersonDTO, begun: date, days: int | None, outcome: str, **fields: Any) -> Deal:
    """A deal of some days, open where these are None."""
    created = datetime(begun.year, begun.month, begun.day, 9, tzinfo=org.zone)
    closed = None if days is None else created + timedelta(days=days)
    return Deal(
        org_id=org.id,
        outcome=outcome,
        owner_id=owner.id,
        created_at=created.astimezone(UTC),
        created_on=begun,
        created_owner_id=owner.id,
        closed_at=closed and closed.astimezone(UTC),
        closed_on=closed and closed.date(),
        closed_owner_id=owner.id if closed else None,
        **KNOWN,
        **{"attributes": {}, **NO_HISTORY, **fields},
    )


async def make_ripening_house(database: Database) -> House:
    """Lea with Rita and Rob below her: 80 deals of Rita's, half of them won at 10 to 49 days, lost at 20 to 59."""
    org = await make_sales_org(database)
    lea = await org.add_person("Lea", role="manager")
    rita = await org.add_person("Rita", manager_id=lea.id, hired_on="2020-01-01")
    rob = await org.add_person("Rob", manager_id=lea.id, hired_on="2020-01-01")
    rows = []
    for number in range(40):
        begun = START + timedelta(days=number)
        web = {"attributes": {"source": "web"}, "org_amount": Decimal(1000 + number)}
        fair = {"attributes": {"source": "fair"}, "org_amount": Decimal(5000 + number)}
        rows.append(deal(org, rita, begun, 10 + number, "won", **web))
        rows.append(deal(org, rita, begun, 20 + number, "lost", **fair))
    rows.append(deal(org, rita, date(2025, 12, 26), None, "open", name="Fresh", attributes={"source": "web"}))
    rows += [deal(org, rita, date(2025, 2, 1), None, "open", name=f"Old {number}") for number in range(60)]
    rows += [deal(org, rob, date(2025, 12, 1), 5, "won"), deal(org, rob, date(2025, 12, 1), None, "open", name="Rob's")]
    await org.write([*rows], [])
    return org, {"lea": lea, "rita": rita, "rob": rob}
