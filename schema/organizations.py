"""The caller's organization."""

import datetime as dt
from decimal import Decimal

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import precondition, to_dto
from schema.mutations import mutation
from schema.paging import Paged
from schema.relay import Connection, Node, part_of_list, to_global_id
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.core.pagination import PageRequest
from service.organizations.dto.organizations import OrganizationDTO, UpdateOrganization
from service.organizations.permissions import Permission
from service.organizations.use_cases import organizations


@strawberry.type(description="A customer: its calendar and currency are those of every number.")
class Organization(Node):
    """The caller's organization."""

    row: strawberry.Private[OrganizationDTO]
    name: str
    time_zone: str
    currency: str
    week_start: int
    fiscal_year_start_month: int
    holiday_calendar: str | None
    day_starts_hour: int
    day_ends_hour: int
    closing_grace_days: int
    opportunity_grace_working_days: int
    session_horizon_weeks: int
    session_grace_hours: int
    verdict_probability: Decimal
    coaching_standard_models: Decimal
    coaching_standard_process: Decimal
    coaching_standard_skills: Decimal
    coaching_standard_cadence: Decimal
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="ISO weekdays on which the company works.", extensions=[Paged(whole=True)])
    def working_weekdays(self, page: PageRequest) -> Connection[int]:
        """In order."""
        return part_of_list(self.row.working_weekdays, int, page)

    @strawberry.field(description="Days off besides public holidays.", extensions=[Paged(whole=True)])
    def company_holidays(self, page: PageRequest) -> Connection[dt.date]:
        """In order."""
        return part_of_list(self.row.company_holidays, lambda day: day, page)

    @strawberry.field(
        description="Days that are worked whatever weekday or holiday they are.", extensions=[Paged(whole=True)]
    )
    def company_working_days(self, page: PageRequest) -> Connection[dt.date]:
        """In order."""
        return part_of_list(self.row.company_working_days, lambda day: day, page)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(Organization, OrganizationDTO)


def to_organization(dto: OrganizationDTO) -> Organization:
    """The GraphQL view of an organization."""
    shown = dto.model_dump(exclude={"id", "working_weekdays", "company_holidays", "company_working_days"})
    return Organization(id=to_global_id("Organization", dto.id), row=dto, **shown)


async def load_organization(info: Info) -> Organization:
    """The organization of the caller, who cannot ask for another one."""
    async with info.context.session() as session:
        return to_organization(await organizations.get_organization(session, info.context.principal))


@strawberry.type
class OrganizationQuery:
    """Queries of this slice."""

    @strawberry.field(description="The caller's organization.", metadata={NEEDS: Permission.ORGANIZATION_READ})
    async def organization(self, info: Info) -> Organization:
        """Read anew: an administrator may have changed it."""
        return await load_organization(info)


@strawberry.type(description="The organization as it is now.")
class OrganizationPayload:
    """The answer to a change of settings."""

    organization: Organization = strawberry.field(description="The organization.")


@strawberry.input(description="What is absent stays.")
class UpdateOrganizationInput:
    """A merge-patch."""

    if_match: str | None = None
    name: str | None = UNSET
    time_zone: str | None = UNSET
    currency: str | None = UNSET
    week_start: int | None = UNSET
    fiscal_year_start_month: int | None = UNSET
    working_weekdays: list[int] | None = UNSET
    holiday_calendar: str | None = UNSET
    company_holidays: list[dt.date] | None = UNSET
    company_working_days: list[dt.date] | None = UNSET
    day_starts_hour: int | None = UNSET
    day_ends_hour: int | None = UNSET
    closing_grace_days: int | None = UNSET
    opportunity_grace_working_days: int | None = UNSET
    session_horizon_weeks: int | None = UNSET
    session_grace_hours: int | None = UNSET
    verdict_probability: Decimal | None = UNSET
    coaching_standard_models: Decimal | None = UNSET
    coaching_standard_process: Decimal | None = UNSET
    coaching_standard_skills: Decimal | None = UNSET
    coaching_standard_cadence: Decimal | None = UNSET
    idempotency_key: str | None = None


@mutation(
    "Change the organization; another time zone or currency derives every fact anew.",
    needs=Permission.ORGANIZATION_WRITE,
    payload=OrganizationPayload,
    render=lambda dto, _data: OrganizationPayload(organization=to_organization(dto)),
)
async def update_organization(session: TenantSession, info: Info, data: UpdateOrganizationInput) -> OrganizationDTO:
    """`PATCH /v1/organization`."""
    changes, expected = to_dto(UpdateOrganization, data), precondition(data.if_match)
    return await organizations.update_organization(session, info.context.principal, changes, expected)


@strawberry.type
class OrganizationMutation:
    """Mutations of this slice."""

    update_organization = update_organization
