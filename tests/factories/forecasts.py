"""A small house with forecasts: Mia above Lea, Lea above Rita and Rob; Olaf is somewhere else."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from service.core.clock import utc_now
from service.core.database import Database
from service.core.ids import new_id
from service.kpi_snapshots.models import Forecast
from service.kpi_snapshots.periods import Calendar
from service.organizations.dto.people import PersonDTO
from service.success_models.targets import PeriodKind
from tests.factories.maturity import deal
from tests.factories.sales_org import SalesOrg, make_sales_org

AS_OF = datetime(2025, 12, 31, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Forecasters:
    """The organization and its people by name."""

    org: SalesOrg
    people: dict[str, PersonDTO]

    async def open_deal(self, owner: str, **fields: Any) -> UUID:
        """A deal that began three weeks ago."""
        begun = self.org.day_of(utc_now()) - timedelta(days=21)
        row = deal(self.org, self.people[owner], begun, None, "open", **fields)
        id_ = row.id
        await self.org.write([row], [])
        return id_

    def said(self, by: str | None, owner: str, deal_id: UUID, chance: float, at: datetime) -> Forecast:
        """A forecast of a deal as it was stored at an instant; by None: by the model."""
        kind = "model" if by is None else "rep" if by == owner else "manager"
        return Forecast(
            org_id=self.org.id,
            id=new_id(),
            made_at=at,
            forecaster=kind,
            forecaster_id=None if by is None else self.people[by].id,
            model_version="maturity-1" if by is None else None,
            person_id=self.people[owner].id,
            deal_id=deal_id,
            probability=Decimal(repr(round(chance, 4))),
        )

    def said_of_quarter(
        self,
        by: str | None,
        whose: str,
        start: date,
        numbers: tuple[float, float, float],
        at: datetime,
        **fields: Any,
    ) -> Forecast:
        """A forecast of a quarter as it was stored at an instant: expected, low and high."""
        kind = "model" if by is None else "rep" if by == whose and not fields.get("whole_tree") else "manager"
        expected, low, high = (Decimal(repr(number)) for number in numbers)
        return Forecast(
            org_id=self.org.id,
            id=new_id(),
            made_at=at,
            forecaster=kind,
            forecaster_id=None if by is None else self.people[by].id,
            model_version="wins-1" if by is None else None,
            person_id=self.people[whose].id,
            period_start=start,
            period_end=Calendar().period_of(PeriodKind.QUARTER, start).end,
            expected=expected,
            low=low,
            high=high,
            **{"measure": "wins", **fields},
        )


async def make_forecasters(database: Database) -> Forecasters:
    """Everybody since 2020."""
    org = await make_sales_org(database)
    people: dict[str, PersonDTO] = {}
    for name, role, above in (
        ("Mia", "manager", None),
        ("Lea", "manager", "Mia"),
        ("Rita", "rep", "Lea"),
        ("Rob", "rep", "Lea"),
        ("Olaf", "rep", None),
    ):
        fields: dict[str, Any] = {} if above is None else {"manager_id": people[above].id}
        people[name] = await org.add_person(name, role=role, hired_on="2020-01-01", **fields)
    return Forecasters(org, people)


async def make_scored_forecasters(database: Database) -> Forecasters:
    """Of 40 deals Rita says 0.35, 0.75 or 0.8, and every other one is won; Rob has said something of three."""
    house = await make_forecasters(database)
    rows: list[Any] = []
    for number in range(43):
        who = "Rita" if number < 40 else "Rob"
        row = deal(house.org, house.people[who], date(2025, 9, 1), 40, "won" if number % 2 else "lost")
        chance = 0.35 if number % 4 == 0 else 0.75 if number % 4 == 1 else 0.8
        rows += [row, house.said(who, who, row.id, chance, datetime(2025, 9, 2, tzinfo=UTC))]
    await house.org.write(rows, [])
    return house
