"""Who the caller is and may do."""

from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import ANYONE, NEEDS, describe
from schema.organizations import Organization, to_organization
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, part_of_list, to_global_id
from schema.scalars import Scope
from service.core.errors import not_found
from service.core.pagination import PageRequest
from service.core.principal import Role
from service.organizations.dto.identity import MeDTO
from service.organizations.use_cases import identity


@strawberry.type(description="Who the caller is and may do.")
class Me(Node):
    """The principal."""

    granted: strawberry.Private[list[str]]
    organization: Organization
    person: Person | None = strawberry.field(description="Null for a key of the organization.")
    role: Role | None

    @strawberry.field(description="What the caller may do.", extensions=[Paged(whole=True)])
    def permissions(self, page: PageRequest) -> Connection[Scope]:
        """By name."""
        return part_of_list(self.granted, Scope, page)


describe(Me, MeDTO)


async def load_me(info: Info, id_: UUID) -> Me:
    """By the id of the person or key, which must be the caller's."""
    if id_ != info.context.principal.subject_id:
        raise not_found("me")
    async with info.context.session() as session:
        found = await identity.get_me(session, info.context.principal)
    return Me(
        id=to_global_id("Me", id_),
        organization=to_organization(found.organization),
        person=None if found.person is None else to_person(found.person),
        role=found.role,
        granted=found.permissions,
    )


@strawberry.type
class MeQuery:
    """Every caller may ask this."""

    @strawberry.field(description="Who am I?", metadata={NEEDS: ANYONE})
    async def me(self, info: Info) -> Me:
        """The principal's organization, person and permissions."""
        return await load_me(info, info.context.principal.subject_id)
