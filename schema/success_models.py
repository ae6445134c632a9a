"""Success models: what good looks like."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.relay import Connection, Node, page_request, to_connection, to_global_id
from service.success_models import use_cases
from service.success_models.dto import SuccessModelDTO


@strawberry.enum(description="Only one version per job role is active; a retired one stays so.")
class SuccessModelStatus(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


@strawberry.type(description="One version of a success model.")
class SuccessModel(Node):
    """A model with its document."""

    key: str
    version: int
    name: str
    job_role: str | None = strawberry.field(description="Null: everyone whose job role has no model of its own.")
    status: SuccessModelStatus
    document: JSON = strawberry.field(description="Stages, KPIs and targets as one document.")
    created_at: dt.datetime
    activated_at: dt.datetime | None
    retired_at: dt.datetime | None


def to_success_model(dto: SuccessModelDTO) -> SuccessModel:
    """The GraphQL view of a model."""
    return SuccessModel(
        id=to_global_id("SuccessModel", dto.id),
        key=dto.key,
        version=dto.version,
        name=dto.name,
        job_role=dto.job_role,
        status=SuccessModelStatus(dto.status),
        document=JSON(dto.document.stored()),
        created_at=dto.created_at,
        activated_at=dto.activated_at,
        retired_at=dto.retired_at,
    )


async def load_success_model(info: Info, id_: UUID) -> SuccessModel:
    """For `node(id)`."""
    async with info.context.session() as session:
        return to_success_model(await use_cases.get_success_model(session, info.context.principal, id_))


@strawberry.type
class SuccessModelsQuery:
    """Queries of this slice."""

    @strawberry.field(description="Every version in order of creation.")
    async def success_models(
        self, info: Info, status: SuccessModelStatus | None = None, first: int | None = None, after: str | None = None
    ) -> Connection[SuccessModel]:
        """One page."""
        page = page_request(first, after)
        async with info.context.session() as session:
            found = await use_cases.list_success_models(session, info.context.principal, status, page)
        return to_connection(found, to_success_model, after)
