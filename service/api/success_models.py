"""`/v1/success-models`: what good looks like, as versioned documents."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from service.api.deps import PageDep, PrincipalDep, SessionDep
from service.api.problems import problem_responses
from service.api.rendering import ListEnvelope, render_page
from service.success_models import use_cases
from service.success_models.document import ModelDocument
from service.success_models.dto import SuccessModelDTO

router = APIRouter(prefix="/v1/success-models", tags=["success models"])

Status = Annotated[Literal["draft", "active", "retired"] | None, Query(description="Only versions in this state.")]


@router.get("", operation_id="listSuccessModels", summary="List success models", responses=problem_responses(403))
async def list_success_models(
    session: SessionDep, principal: PrincipalDep, page: PageDep, status: Status = None
) -> ListEnvelope[SuccessModelDTO]:
    """Every version in order of creation. Needs `success_models:read`."""
    return render_page(await use_cases.list_success_models(session, principal, status, page))


@router.post(
    "",
    status_code=201,
    operation_id="createSuccessModel",
    summary="Draft a success model",
    responses=problem_responses(403),
)
async def create_success_model(
    document: ModelDocument, session: SessionDep, principal: PrincipalDep
) -> SuccessModelDTO:
    """The whole model as one document; a known key gets its next version. Needs `success_models:write`."""
    return await use_cases.create_success_model(session, principal, document)


@router.get(
    "/{model_id}",
    operation_id="getSuccessModel",
    summary="Read a success model",
    responses=problem_responses(403, 404),
)
async def get_success_model(model_id: UUID, session: SessionDep, principal: PrincipalDep) -> SuccessModelDTO:
    """One version with its document. Needs `success_models:read`."""
    return await use_cases.get_success_model(session, principal, model_id)


@router.post(
    "/{model_id}/activate",
    operation_id="activateSuccessModel",
    summary="Activate a success model",
    responses=problem_responses(403, 404, 409),
)
async def activate_success_model(model_id: UUID, session: SessionDep, principal: PrincipalDep) -> SuccessModelDTO:
    """The active model of the same job role retires; new measures are computed. Needs `success_models:write`."""
    return await use_cases.activate_success_model(session, principal, model_id)


@router.delete(
    "/{model_id}",
    status_code=204,
    operation_id="deleteSuccessModel",
    summary="Delete a draft",
    responses=problem_responses(403, 404, 409),
)
async def delete_success_model(model_id: UUID, session: SessionDep, principal: PrincipalDep) -> None:
    """Only a draft; snapshots name the other versions. Needs `success_models:write`."""
    await use_cases.delete_success_model(session, principal, model_id)
