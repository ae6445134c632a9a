"""The caller's organization."""

import strawberry

from schema.context import Info
from schema.relay import Node, to_global_id
from service.organizations.dto import OrganizationDTO
from service.organizations.use_cases import organizations


@strawberry.type(description="A customer: its calendar and currency are those of every number.")
class Organization(Node):
    """The caller's organization."""

    name: str
    time_zone: str
    currency: str
    week_start: int = strawberry.field(description="ISO weekday, 1 = Monday.")
    fiscal_year_start_month: int


def to_organization(dto: OrganizationDTO) -> Organization:
    """The GraphQL view of an organization."""
    fields = dto.model_dump(include={"name", "time_zone", "currency", "week_start", "fiscal_year_start_month"})
    return Organization(id=to_global_id("Organization", dto.id), **fields)


async def load_organization(info: Info) -> Organization:
    """The organization of the caller, who cannot ask for another one."""
    async with info.context.session() as session:
        return to_organization(await organizations.get_organization(session, info.context.principal))


@strawberry.type
class OrganizationQuery:
    """Queries of this slice."""

    @strawberry.field(description="The caller's organization.")
    async def organization(self, info: Info) -> Organization:
        """Read anew: an administrator may have changed it."""
        return await load_organization(info)
