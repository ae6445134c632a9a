"""`/v1/success-models`: what good looks like, as versioned documents."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from service.api.deps import PrincipalDep, SessionDep
from service.api.operation import operation
from service.api.paging import ListEnvelope, ListRequest, sorted_by
from service.api.route import resource_router
from service.success_models.document import ModelDocument
from service.success_models.dto.success_models import SUCCESS_MODEL_SORTING, SuccessModelDTO
from service.success_models.permissions import Permission
from service.success_models.use_cases import success_models as use_cases

router = resource_router("/v1/success-models", "success models")

Status = Annotated[Literal["draft", "active", "retired"] | None, Query(description="Only versions in this state.")]


@router.get("", **operation("listSuccessModels", "List success models", Permission.SUCCESS_MODELS_READ))
async def list_success_models(
    session: SessionDep,
    principal: PrincipalDep,
    page: Annotated[ListRequest, sorted_by(SUCCESS_MODEL_SORTING)],
    status: Status = None,
) -> ListEnvelope[SuccessModelDTO]:
    """Every version."""
    return page.answer(await use_cases.list_success_models(session, principal, status, page))


@router.post(
    "",
    status_code=201,
    **operation("createSuccessModel", "Draft a success model", Permission.SUCCESS_MODELS_WRITE, tagged=True),
)
async def create_success_model(
    document: ModelDocument, session: SessionDep, principal: PrincipalDep
) -> SuccessModelDTO:
    """The whole model as one document; a known key gets its next version."""
    return await use_cases.create_success_model(session, principal, document)


@router.get("/{model_id}", **operation("getSuccessModel", "Read a success model", Permission.SUCCESS_MODELS_READ, 404))
async def get_success_model(model_id: UUID, session: SessionDep, principal: PrincipalDep) -> SuccessModelDTO:
    """One version with its document."""
    return await use_cases.get_success_model(session, principal, model_id)


@router.post(
    "/{model_id}/activate",
    **operation("activateSuccessModel", "Activate a success model", Permission.SUCCESS_MODELS_WRITE, 404, 409),
)
async def activate_success_model(model_id: UUID, session: SessionDep, principal: PrincipalDep) -> SuccessModelDTO:
    """The active model of the same job role retires; new measures are computed."""
    return await use_cases.activate_success_model(session, principal, model_id)


@router.delete(
    "/{model_id}",
    status_code=204,
    **operation("deleteSuccessModel", "Delete a draft", Permission.SUCCESS_MODELS_WRITE, 404, 409),
)
async def delete_success_model(model_id: UUID, session: SessionDep, principal: PrincipalDep) -> None:
    """Only a draft; snapshots name the other versions."""
    await use_cases.delete_success_model(session, principal, model_id)
