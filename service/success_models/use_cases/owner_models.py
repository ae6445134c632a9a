"""Which active model holds for a person: that of their job role, else the one for everybody else."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.principal import Principal, require
from service.organizations.use_cases.people import get_people
from service.success_models.document import ModelDocument
from service.success_models.permissions import Permission
from service.success_models.process import SalesProcess
from service.success_models.use_cases.success_models import list_active_models


@dataclass(frozen=True)
class OwnerModel:
    """An active model, with its process indexed once."""

    version: int
    document: ModelDocument
    process: SalesProcess


@dataclass(frozen=True)
class ModelTable:
    """The active models, and the job roles of some people."""

    by_job_role: Mapping[str | None, OwnerModel]
    job_roles: Mapping[UUID, str | None]

    def of(self, person_id: UUID | None) -> OwnerModel | None:
        """The model of a person; that for everybody else of a deal that nobody known owns."""
        job_role = None if person_id is None else self.job_roles.get(person_id)
        return self.by_job_role.get(job_role) or self.by_job_role.get(None)

    def distinct(self, person_ids: Iterable[UUID | None]) -> list[OwnerModel]:
        """Each model that holds for any of the people, once."""
        found = (self.of(person_id) for person_id in person_ids)
        return list({id(model): model for model in found if model is not None}.values())


async def load_models(session: AsyncSession, principal: Principal, person_ids: Collection[UUID]) -> ModelTable:
    """The models of some people, in a constant number of statements."""
    require(principal, Permission.SUCCESS_MODELS_READ)
    active = await list_active_models(session, principal)
    people = await get_people(session, Principal.system(principal.org_id), person_ids)
    models = {row.job_role: OwnerModel(row.version, row.document, row.document.process) for row in active}
    return ModelTable(models, {person.id: person.job_role for person in people.values()})
