"""One organization on the real database, with short verbs to people it, give it facts and read its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from service.activities.models import Activity, Deal, StageChange
from service.activities.repository.records import mark_dirty
from service.core.clock import utc_now
from service.core.database import Database, raw_connection
from service.core.ids import new_id
from service.core.pagination import PageRequest
from service.core.principal import Principal, Role
from service.kpi_snapshots.dto import KpiSnapshotDTO, KpiSnapshotQuery, VerificationDTO
from service.kpi_snapshots.tasks import build_measures, refresh_dirty_cells, refresh_snapshots
from service.kpi_snapshots.use_cases.snapshots import list_kpi_snapshots
from service.kpi_snapshots.use_cases.verification import verify_cells
from service.organizations.dto.api_keys import CreateApiKey
from service.organizations.dto.organizations import CreateOrganization
from service.organizations.dto.people import CreatePerson, PersonDTO
from service.organizations.use_cases.api_keys import create_api_key
from service.organizations.use_cases.organizations import create_organization
from service.organizations.use_cases.people import create_person
from service.permissions import ROLES
from service.success_models.dto.success_models import SuccessModelDTO
from service.success_models.use_cases.success_models import activate_success_model, create_success_model

Cell = tuple[UUID | None, date]


KNOWN: dict[str, Any] = {
    "received_at": datetime(2020, 1, 1, tzinfo=UTC),
    "known_from": datetime(2020, 1, 1, tzinfo=UTC),
    "fingerprint": b"",
}
"""Facts that are written as rows are taken to have been known all along."""
NO_HISTORY: dict[str, Any] = {
    "slips": 0,
    "stage_history": [],
    "owner_history": [],
    "close_date_history": [],
    "amount_history": [],
}


@dataclass(frozen=True, slots=True)
class SalesOrg:
    """An organization; `system` acts as its worker."""

    database: Database
    id: UUID
    zone: ZoneInfo
    admin_key: str

    @property
    def system(self) -> Principal:
        return Principal.system(self.id)

    async def add_person(self, name: str, **fields: Any) -> PersonDTO:
        """A rep unless `role` says otherwise."""
        data = CreatePerson.model_validate({"name": name, "email": f"{name.lower()}@example.com", **fields})
        async with self.database.tenant(self.id) as session:
            return await create_person(session, self.system, data)

    def acting_as(self, person: PersonDTO) -> Principal:
        """What a key of this person may do."""
        return Principal(org_id=self.id, permissions=ROLES[Role(person.role)], person_id=person.id, role=person.role)

    async def key_for(self, person: PersonDTO) -> str:
        """A key that acts as this person."""
        async with self.database.tenant(self.id) as session:
            data = CreateApiKey(name=f"Key of {person.name}", person_id=person.id)
            return (await create_api_key(session, self.system, data)).key

    def local(self, *parts: int) -> datetime:
        """An instant by the organization's own clock."""
        year, month, day, *rest = parts
        hour, minute = (*rest, 0, 0)[:2]
        return datetime(year, month, day, hour, minute, tzinfo=self.zone)

    def day_of(self, instant: datetime) -> date:
        """The organization's day of an instant."""
        return instant.astimezone(self.zone).date()

    async def add_activity(self, person: PersonDTO | None, at: datetime, kind: str = "call", **fields: Any) -> Activity:
        """An activity and the mark it leaves."""
        row = self._activity(person, at, kind, **fields)
        await self.write([row], [(row.person_id, row.occurred_on)])
        return row

    def _activity(self, person: PersonDTO | None, at: datetime, kind: str, **fields: Any) -> Activity:
        return Activity(
            org_id=self.id,
            kind=kind,
            person_id=None if person is None else person.id,
            occurred_at=at.astimezone(UTC),
            occurred_on=self.day_of(at),
            **KNOWN,
            **{"attributes": {}, **fields},
        )

    async def add_activities(
        self, done: Sequence[tuple[PersonDTO | None, datetime]], kind: str = "call", **fields: Any
    ) -> None:
        """Activities of one kind, and the marks they leave, in one transaction; thousands of them as plain rows."""
        if not done:
            return
        alike = self._activity(*done[0], kind, **fields).model_dump()
        rows = [
            alike
            | {
                "id": new_id(),
                "person_id": None if person is None else person.id,
                "occurred_at": at.astimezone(UTC),
                "occurred_on": self.day_of(at),
            }
            for person, at in done
        ]
        async with self.database.tenant(self.id) as session:
            await (await session.connection()).execute(insert(Activity), rows)
            await self.mark(session, [(row["person_id"], row["occurred_on"]) for row in rows])

    async def add_deal(
        self, owner: PersonDTO, created: datetime, closed: datetime | None = None, outcome: str = "open", **fields: Any
    ) -> Deal:
        """A deal of one owner and the marks it leaves; `amount` is in the organization's currency."""
        amount = fields.pop("amount", None)
        row = Deal(
            org_id=self.id,
            outcome=outcome,
            amount=None if amount is None else Decimal(amount),
            org_amount=None if amount is None else Decimal(amount),
            owner_id=owner.id,
            created_at=created.astimezone(UTC),
            created_on=self.day_of(created),
            created_owner_id=owner.id,
            closed_at=closed and closed.astimezone(UTC),
            closed_on=closed and self.day_of(closed),
            closed_owner_id=owner.id if closed else None,
            **KNOWN,
            **{"attributes": {}, **NO_HISTORY, **fields},
        )
        cells: list[Cell] = [(owner.id, row.created_on)]
        if row.closed_on is not None:
            cells.append((owner.id, row.closed_on))
        await self.write([row], cells)
        return row

    async def add_stage_change(
        self, deal: Deal, position: int, stages: tuple[str | None, str], at: datetime
    ) -> StageChange:
        """A move of a deal by its owner, `stages` being from and to."""
        row = StageChange(
            org_id=self.id,
            deal_id=deal.id,
            position=position,
            from_stage=stages[0],
            to_stage=stages[1],
            person_id=deal.owner_id,
            occurred_at=at.astimezone(UTC),
            occurred_on=self.day_of(at),
            received_at=utc_now(),
        )
        await self.write([row], [(row.person_id, row.occurred_on)])
        return row

    async def write(self, rows: list[SQLModel], cells: Sequence[Cell]) -> None:
        """Store facts and mark cells, in one transaction as ingest does."""
        async with self.database.tenant(self.id) as session:
            session.add_all(rows)
            await self.mark(session, cells)

    async def mark(self, session: AsyncSession, cells: Sequence[Cell]) -> None:
        """Mark the assigned ones of some cells."""
        await session.flush()
        assigned = sorted({(person, day) for person, day in cells if person is not None})
        rows = [(self.id, person, day, utc_now()) for person, day in assigned]
        await mark_dirty(await raw_connection(session), rows)

    async def activate(self, document: dict[str, Any], *, build: bool = True) -> SuccessModelDTO:
        """Post and activate a model, and compute its measures as the worker would."""
        async with self.database.tenant(self.id) as session:
            draft = await create_success_model(session, self.system, document)
            model = await activate_success_model(session, self.system, draft.id)
        if build:
            await build_measures(self.database, self.id)
        return model

    async def refresh(self) -> int:
        """Refresh until no mark is left; how many cells there were."""
        done = 0
        while refreshed := await refresh_dirty_cells(self.database, self.id, 2000):
            done += refreshed
        return done

    async def keep_ready(self) -> None:
        """Refresh the cells, and then the ready snapshots and closed periods until all are up to date."""
        await self.refresh()
        while await refresh_snapshots(self.database, self.id, 200):
            pass

    async def verify(self) -> VerificationDTO:
        """Recompute everything and compare."""
        async with self.database.tenant(self.id) as session:
            return await verify_cells(session, self.system)

    async def snapshots(self, principal: Principal | None = None, **query: Any) -> list[KpiSnapshotDTO]:
        """The first 200 snapshots."""
        asked = KpiSnapshotQuery.model_validate(query)
        async with self.database.tenant(self.id) as session:
            page = await list_kpi_snapshots(session, principal or self.system, asked, PageRequest(200))
        return page.items

    async def snapshot(self, kpi: str, person: PersonDTO, **query: Any) -> KpiSnapshotDTO:
        """One person's snapshot of one KPI."""
        (found,) = await self.snapshots(kpi=kpi, person_id=person.id, **query)
        return found


async def make_sales_org(database: Database, **fields: Any) -> SalesOrg:
    """A new organization in New York time with the administrator `admin@example.com`."""
    settings = {"time_zone": "America/New_York", "admin_email": "admin@example.com", **fields}
    data = CreateOrganization.model_validate({"name": f"Organization {new_id()}", **settings})
    organization, key = await create_organization(database, data)
    return SalesOrg(database, organization.id, ZoneInfo(organization.time_zone), key.key)
