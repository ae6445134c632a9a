"""Success models: drafted as a document, activated as a whole, never changed once active."""

import json
from datetime import datetime
from importlib import resources
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import conflict, invalid_fields, not_found
from service.core.ids import new_id
from service.core.jobs import enqueue
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.core.validation import faults_of
from service.success_models.document import ModelDocument, find_problems
from service.success_models.dto.success_models import SuccessModelDTO
from service.success_models.models import SuccessModel
from service.success_models.permissions import Permission
from service.success_models.repository import success_models as repository
from service.webhooks.outbox import EventType, emit

BUILD_MEASURES = "build_measures"
LIBRARY = ("b2b_outbound",)


def shipped_document(name: str) -> dict[str, Any]:
    """Load a model that comes with Touchline, to activate or to copy."""
    text = resources.files("service.success_models").joinpath("library", f"{name}.json").read_text()
    document: dict[str, Any] = json.loads(text)
    return document


def parse_document(raw: Any) -> ModelDocument:
    """Check a document; `invalid` names every fault by its pointer in the document."""
    try:
        document = ModelDocument.model_validate(raw)
    except ValidationError as error:
        raise invalid_fields(faults_of(error), "invalid_success_model") from error
    problems = find_problems(document)
    if problems:
        raise invalid_fields(problems, "invalid_success_model")
    return document


async def create_success_model(session: AsyncSession, principal: Principal, raw: Any) -> SuccessModelDTO:
    """Draft a model from its document; an existing key gets its next version."""
    require(principal, Permission.SUCCESS_MODELS_WRITE)
    document = parse_document(raw)
    await repository.lock_models(session, principal.org_id)
    row = SuccessModel(
        org_id=principal.org_id,
        id=new_id(),
        key=document.key,
        version=await repository.last_version(session, principal.org_id, document.key) + 1,
        name=document.name,
        job_role=document.job_role,
        status="draft",
        document=document.stored(),
        created_at=utc_now(),
    )
    session.add(row)
    await session.flush()
    return SuccessModelDTO.model_validate(row)


async def list_success_models(
    session: AsyncSession, principal: Principal, status: str | None, page: PageRequest
) -> Page[SuccessModelDTO]:
    """List every version."""
    require(principal, Permission.SUCCESS_MODELS_READ)
    found = await repository.list_models(session, principal.org_id, status, page)
    return found.with_items([SuccessModelDTO.model_validate(row) for row in found.items])


async def list_active_models(
    session: AsyncSession, principal: Principal, at: datetime | None = None
) -> list[SuccessModelDTO]:
    """List the active model of each job role; those that were active at an instant, if one is given."""
    require(principal, Permission.SUCCESS_MODELS_READ)
    rows = await repository.list_active(session, principal.org_id, at)
    return [SuccessModelDTO.model_validate(row) for row in rows]


async def active_model_ids(session: AsyncSession, org_id: UUID) -> dict[str | None, UUID]:
    """The version in force by job role; None is that of everyone else."""
    return dict(await repository.list_active_ids(session, org_id))


async def get_success_model(session: AsyncSession, principal: Principal, model_id: UUID) -> SuccessModelDTO:
    """Read one version of a model."""
    require(principal, Permission.SUCCESS_MODELS_READ)
    row = await repository.get_model(session, principal.org_id, model_id)
    if row is None:
        raise not_found("success_model")
    return SuccessModelDTO.model_validate(row)


async def get_earlier_version(
    session: AsyncSession, principal: Principal, model: SuccessModelDTO
) -> SuccessModelDTO | None:
    """The version of the same model before one; None of the first."""
    require(principal, Permission.SUCCESS_MODELS_READ)
    row = await repository.find_earlier(session, principal.org_id, model.key, model.version)
    return None if row is None else SuccessModelDTO.model_validate(row)


async def activate_success_model(session: AsyncSession, principal: Principal, model_id: UUID) -> SuccessModelDTO:
    """Make a draft the model of its job role and retire the one before; a job computes new measures.

    `conflict` for a retired version (post its document again); activating the active one changes nothing.
    """
    require(principal, Permission.SUCCESS_MODELS_WRITE)
    await repository.lock_models(session, principal.org_id)
    row = await repository.get_model(session, principal.org_id, model_id, lock=True)
    if row is None:
        raise not_found("success_model")
    if row.status == "retired":
        raise conflict("success_model_retired", "A retired version stays retired: post its document again.")
    if row.status == "draft":
        now = utc_now()
        previous = await repository.find_active(session, principal.org_id, row.job_role)
        if previous is not None:
            previous.status, previous.retired_at = "retired", now
            await session.flush()
        row.status, row.activated_at = "active", now
        await session.flush()
        told = {"success_model_id": row.id, "key": row.key, "version": row.version, "job_role": row.job_role}
        await emit(session, principal.org_id, EventType.SUCCESS_MODEL_ACTIVATED, told)
        await enqueue(session, BUILD_MEASURES, principal.org_id)
    return SuccessModelDTO.model_validate(row)


async def delete_success_model(session: AsyncSession, principal: Principal, model_id: UUID) -> None:
    """Drop a draft; active and retired versions stay, because snapshots name them."""
    require(principal, Permission.SUCCESS_MODELS_WRITE)
    row = await repository.get_model(session, principal.org_id, model_id, lock=True)
    if row is None:
        raise not_found("success_model")
    if row.status != "draft":
        raise conflict("success_model_not_draft", "Only a draft can be deleted.")
    await session.delete(row)
    await session.flush()
