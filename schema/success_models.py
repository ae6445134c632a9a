"""Success models: what good looks like."""

import datetime as dt
from enum import StrEnum
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id
from schema.mutations import DeletedPayload, mutation, to_deleted
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.core.pagination import PageRequest
from service.success_models.dto.success_models import SUCCESS_MODEL_SORTING, SuccessModelDTO
from service.success_models.permissions import Permission
from service.success_models.use_cases import success_models as use_cases

READ, WRITE = Permission.SUCCESS_MODELS_READ, Permission.SUCCESS_MODELS_WRITE


class SuccessModelStatus(StrEnum):
    """Where a version stands."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


describe_enum(
    SuccessModelStatus,
    "Where a version stands.",
    draft="Not in force yet.",
    active="In force; one version per job role is.",
    retired="No longer in force, and never again.",
)


@strawberry.type(description="One version of a success model.")
class SuccessModel(Node):
    """A model with its document."""

    row: strawberry.Private[SuccessModelDTO]
    key: str
    version: int
    name: str
    job_role: str | None
    status: SuccessModelStatus
    document: JSON
    created_at: dt.datetime
    activated_at: dt.datetime | None
    retired_at: dt.datetime | None

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(SuccessModel, SuccessModelDTO)


def to_success_model(dto: SuccessModelDTO) -> SuccessModel:
    """The GraphQL view of a model."""
    fields = dto.model_dump(exclude={"id", "status", "document"})
    status, document = SuccessModelStatus(dto.status), JSON(dto.document.stored())
    return SuccessModel(id=to_global_id("SuccessModel", dto.id), row=dto, status=status, document=document, **fields)


async def load_success_model(info: Info, id_: UUID) -> SuccessModel:
    """By row id."""
    async with info.context.session() as session:
        return to_success_model(await use_cases.get_success_model(session, info.context.principal, id_))


@strawberry.type
class SuccessModelsQuery:
    """Queries of this slice."""

    @strawberry.field(description="One version.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def success_model(self, info: Info, id: strawberry.ID) -> SuccessModel | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_success_model(info, row_id(id, "SuccessModel"))

    @strawberry.field(
        description="Every version.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("SuccessModelSort", SUCCESS_MODEL_SORTING))],
    )
    async def success_models(
        self, info: Info, page: PageRequest, status: SuccessModelStatus | None = None
    ) -> Connection[SuccessModel]:
        """One page."""
        async with info.context.session() as session:
            found = await use_cases.list_success_models(session, info.context.principal, status, page)
        return to_connection(found, to_success_model, page)


@strawberry.type(description="A version as it is now.")
class SuccessModelPayload:
    """The answer to a mutation of one version."""

    success_model: SuccessModel = strawberry.field(description="The version.")


@strawberry.input(description="The whole model as one document; a known key gets its next version.")
class CreateSuccessModelInput:
    """A draft."""

    document: JSON
    idempotency_key: str | None = None


@strawberry.input(description="Which draft to activate.")
class ActivateSuccessModelInput:
    """An activation."""

    id: strawberry.ID
    idempotency_key: str | None = None


@strawberry.input(description="Which draft to delete.")
class DeleteSuccessModelInput:
    """A deletion."""

    id: strawberry.ID
    idempotency_key: str | None = None


def _model(dto: SuccessModelDTO, _data: object) -> SuccessModelPayload:
    return SuccessModelPayload(success_model=to_success_model(dto))


@mutation("Draft a success model.", needs=WRITE, payload=SuccessModelPayload, render=_model, document="document")
async def create_success_model(session: TenantSession, info: Info, data: CreateSuccessModelInput) -> SuccessModelDTO:
    """`POST /v1/success-models`."""
    return await use_cases.create_success_model(session, info.context.principal, data.document)


@mutation("Make a draft the model of its job role.", needs=WRITE, payload=SuccessModelPayload, render=_model)
async def activate_success_model(
    session: TenantSession, info: Info, data: ActivateSuccessModelInput
) -> SuccessModelDTO:
    """`POST /v1/success-models/{id}/activate`."""
    return await use_cases.activate_success_model(session, info.context.principal, row_id(data.id, "SuccessModel"))


@mutation("Delete a draft.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def delete_success_model(session: TenantSession, info: Info, data: DeleteSuccessModelInput) -> None:
    """`DELETE /v1/success-models/{id}`."""
    await use_cases.delete_success_model(session, info.context.principal, row_id(data.id, "SuccessModel"))


@strawberry.type
class SuccessModelsMutation:
    """Mutations of this slice."""

    create_success_model = create_success_model
    activate_success_model = activate_success_model
    delete_success_model = delete_success_model
