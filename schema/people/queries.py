"""People the caller may see."""

import strawberry

from schema.context import Info
from schema.describing import NEEDS
from schema.inputs import row_id, to_input
from schema.paging import Paged, orders
from schema.people.types import Person, to_person
from schema.relay import Connection, NullIfAbsent, id_of, to_connection
from service.core.pagination import PageRequest
from service.core.principal import Role
from service.organizations.dto.people import PERSON_SORTING, PersonFilter
from service.organizations.permissions import Permission
from service.organizations.use_cases import people


@strawberry.type
class PeopleQuery:
    """Queries of this slice."""

    @strawberry.field(
        description="One person; null for somebody outside the caller's scope.",
        metadata={NEEDS: Permission.PEOPLE_READ},
        extensions=[NullIfAbsent()],
    )
    async def person(self, info: Info, id: strawberry.ID) -> Person | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        async with info.context.session() as session:
            return to_person(await people.get_person(session, info.context.principal, row_id(id, "Person")))

    @strawberry.field(
        description="The people the caller may see.",
        metadata={NEEDS: Permission.PEOPLE_READ},
        extensions=[Paged(orders("PersonSort", PERSON_SORTING))],
    )
    async def people(
        self,
        info: Info,
        page: PageRequest,
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
            found = await people.list_people(session, info.context.principal, filters, page)
        return to_connection(found, to_person, page)
