"""Who the caller is and may do."""

import strawberry

from schema.context import Info
from schema.describing import ANYONE, NEEDS, describe
from schema.organizations import Organization, to_organization
from schema.people.types import Person, to_person
from service.core.principal import Role
from service.organizations.dto.identity import MeDTO
from service.organizations.use_cases import identity


@strawberry.type(description="Who the caller is and may do.")
class Me:
    """The principal."""

    organization: Organization
    person: Person | None = strawberry.field(description="Null for a key of the organization.")
    role: Role | None
    permissions: list[str]


describe(Me, MeDTO)


@strawberry.type
class MeQuery:
    """Every caller may ask this."""

    @strawberry.field(description="Who am I?", metadata={NEEDS: ANYONE})
    async def me(self, info: Info) -> Me:
        """The principal's organization, person and permissions."""
        async with info.context.session() as session:
            found = await identity.get_me(session, info.context.principal)
        return Me(
            organization=to_organization(found.organization),
            person=None if found.person is None else to_person(found.person),
            role=found.role,
            permissions=found.permissions,
        )
