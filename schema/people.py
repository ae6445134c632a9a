"""People the caller may see, and whom they report to."""

import datetime as dt
from uuid import UUID

import strawberry

from schema.context import Info
from schema.inputs import to_input
from schema.kpi_snapshots import KpiSnapshot, to_snapshot
from schema.relay import Connection, Node, id_of, page_request, to_connection, to_global_id, whole_list
from service.core.principal import Role
from service.kpi_snapshots.dto import KpiSnapshotQuery
from service.organizations.dto import PersonDTO, PersonFilter
from service.organizations.use_cases import people
from service.success_models.document import PeriodKind

strawberry.enum(Role, name="Role", description="What a person may do; a job role is something else.")


@strawberry.type(description="Somebody who sells, manages or enables.")
class Person(Node):
    """A person the caller may see."""

    row_id: strawberry.Private[UUID]
    manager_row_id: strawberry.Private[UUID | None]
    email: str
    name: str
    role: Role
    job_role: str | None
    time_zone: str | None
    locale: str | None
    hired_on: dt.date | None
    left_on: dt.date | None

    @strawberry.field(description="Whom they report to today, if the caller may see that person.")
    async def manager(self, info: Info) -> "Person | None":
        """The manager through the loader."""
        if self.manager_row_id is None:
            return None
        found = await info.context.loaders.people.load(self.manager_row_id)
        return None if found is None else to_person(found)

    @strawberry.field(description="Where they stand against their model in one period.")
    async def kpi_snapshots(
        self,
        info: Info,
        kpi: str | None = None,
        period: PeriodKind = PeriodKind.MONTH,
        period_start: dt.date | None = None,
        as_of: dt.datetime | None = None,
    ) -> Connection[KpiSnapshot]:
        """Every KPI of the model, through the loader."""
        query = to_input(KpiSnapshotQuery, kpi=kpi, period=period, period_start=period_start, as_of=as_of)
        found = await info.context.loaders.snapshots.load((self.row_id, query))
        return whole_list(found, to_snapshot)


def to_person(dto: PersonDTO) -> Person:
    """The GraphQL view of a person."""
    fields = dto.model_dump(include={"email", "name", "role", "job_role", "time_zone", "locale", "hired_on", "left_on"})
    return Person(id=to_global_id("Person", dto.id), row_id=dto.id, manager_row_id=dto.manager_id, **fields)


@strawberry.type
class PeopleQuery:
    """Queries of this slice."""

    @strawberry.field(description="One person; somebody outside the caller's scope is not found.")
    async def person(self, info: Info, id: strawberry.ID) -> Person:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        person_id = id_of(id, "Person")
        assert person_id is not None  # noqa: S101 - the argument is required
        async with info.context.session() as session:
            return to_person(await people.get_person(session, info.context.principal, person_id))

    @strawberry.field(description="The people the caller may see, by name.")
    async def people(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        role: Role | None = None,
        job_role: str | None = None,
        email: str | None = None,
        manager_id: strawberry.ID | None = None,
    ) -> Connection[Person]:
        """One page."""
        filters = to_input(
            PersonFilter, role=role, job_role=job_role, email=email, manager_id=id_of(manager_id, "Person")
        )
        async with info.context.session() as session:
            page = await people.list_people(session, info.context.principal, filters, page_request(first, after))
        return to_connection(page, to_person, after)
