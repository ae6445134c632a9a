"""People the caller may see."""

import strawberry

from schema.context import Info
from schema.describing import NEEDS
from schema.inputs import row_id, to_input
from schema.people.types import Person, to_person
from schema.relay import Connection, id_of, page_request, to_connection
from service.core.principal import Role
from service.organizations.dto.people import PersonFilter
from service.organizations.permissions import Permission
from service.organizations.use_cases import people


@strawberry.type
class PeopleQuery:
    """Queries of this slice."""

    @strawberry.field(
        description="One person; somebody outside the caller's scope is not found.",
        metadata={NEEDS: Permission.PEOPLE_READ},
    )
    async def person(self, info: Info, id: strawberry.ID) -> Person:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        async with info.context.session() as session:
            return to_person(await people.get_person(session, info.context.principal, row_id(id, "Person")))

    @strawberry.field(
        description="The people the caller may see; `sort` takes name, email and createdAt (`-name` for descending).",
        metadata={NEEDS: Permission.PEOPLE_READ},
    )
    async def people(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        sort: str | None = None,
        role: Role | None = None,
        job_role: str | None = None,
        email: str | None = None,
        manager_id: strawberry.ID | None = None,
    ) -> Connection[Person]:
        """One page."""
        filters = to_input(
            PersonFilter, role=role, job_role=job_role, email=email, manager_id=id_of(manager_id, "Person")
        )
        page = page_request(first, after, sort)
        async with info.context.session() as session:
            found = await people.list_people(session, info.context.principal, filters, page)
        return to_connection(found, to_person, after)
