"""Competency frameworks: an organization's own, and those that come with Touchline and are copied when first used."""

from collections.abc import Collection
from functools import lru_cache
from importlib import resources
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import FieldError, invalid, invalid_fields, not_found
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.repository import people as people_repository
from service.organizations.use_cases.scope import local_today, visible_people
from service.skill_assessments.dto.frameworks import (
    CompetencyFrameworkDTO,
    CompetencyFrameworkFilter,
    CompetencyFrameworkTemplate,
    CreateCompetencyFramework,
)
from service.skill_assessments.framework_document import framework_problems
from service.skill_assessments.models import AssessmentTemplate, CompetencyFramework
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository import frameworks as repository
from service.skill_assessments.repository import templates as templates_repository

SHIPPED = ("b2b-seller", "sales-coaching")


@lru_cache
def shipped_framework(key: str) -> CompetencyFrameworkTemplate:
    """A framework that comes with Touchline, by its key."""
    name = f"{key.replace('-', '_')}.json"
    place = resources.files("service.skill_assessments").joinpath("library", name)
    return CompetencyFrameworkTemplate.model_validate_json(place.read_text())


async def list_competency_framework_templates(
    _session: AsyncSession, principal: Principal
) -> list[CompetencyFrameworkTemplate]:
    """Every framework that comes with Touchline, by key."""
    require(principal, Permission.COMPETENCY_FRAMEWORKS_READ)
    return [shipped_framework(key) for key in SHIPPED]


async def get_competency_framework_template(
    _session: AsyncSession, principal: Principal, key: str
) -> CompetencyFrameworkTemplate:
    """One of them; `not_found` for another key."""
    require(principal, Permission.COMPETENCY_FRAMEWORKS_READ)
    if key not in SHIPPED:
        raise not_found("competency_framework_template")
    return shipped_framework(key)


async def list_competency_frameworks(
    session: AsyncSession, principal: Principal, filters: CompetencyFrameworkFilter, page: PageRequest
) -> Page[CompetencyFrameworkDTO]:
    """Every version of the organization's frameworks; a shipped one is among them from its first use on.

    `not_found` for a person whom the caller may not see.
    """
    require(principal, Permission.COMPETENCY_FRAMEWORKS_READ)
    among = None
    if filters.person_id is not None:
        people = await competency_frameworks_of(session, principal, [filters.person_id])
        if filters.person_id not in people:
            raise not_found("person")
        among = [one.id for one in people[filters.person_id]]
    found = await repository.list_frameworks(session, principal.org_id, filters, page, among)
    return found.with_items([CompetencyFrameworkDTO.model_validate(row) for row in found.items])


async def get_competency_framework(
    session: AsyncSession, principal: Principal, framework_id: UUID
) -> CompetencyFrameworkDTO:
    """One version of a framework."""
    require(principal, Permission.COMPETENCY_FRAMEWORKS_READ)
    found = await find_frameworks(session, principal, [framework_id])
    if framework_id not in found:
        raise not_found("competency_framework")
    return found[framework_id]


async def create_competency_framework(
    session: AsyncSession, principal: Principal, data: CreateCompetencyFramework
) -> CompetencyFrameworkDTO:
    """Add a framework, or the next version of one: what was answered to earlier versions stays with them.

    `invalid` names every fault of the document by its pointer.
    """
    require(principal, Permission.COMPETENCY_FRAMEWORKS_WRITE)
    problems = framework_problems(data.document)
    if problems:
        at = [FieldError(f"/document{one.pointer}", one.message) for one in problems]
        raise invalid_fields(at, "invalid_competency_framework")
    await repository.lock_frameworks(session, principal.org_id)
    newest = await repository.newest_framework(session, principal.org_id, data.key)
    row = _row(principal.org_id, data, 1 if newest is None else newest.version + 1)
    await repository.add_framework(session, row)
    return CompetencyFrameworkDTO.model_validate(row)


async def resolve_framework(
    session: AsyncSession, principal: Principal, named: str | UUID, pointer: str = "/framework_key"
) -> CompetencyFrameworkDTO:
    """The newest version of the framework that a key names, or the very version that an id names.

    A shipped one is copied, and its assessment with it, when it is used first. `invalid` at the pointer for a name of
    none.
    """
    if isinstance(named, UUID):
        found = (await repository.get_frameworks(session, principal.org_id, [named])).get(named)
        if found is None:
            raise invalid(pointer, "is no competency framework of this organization")
        return CompetencyFrameworkDTO.model_validate(found)
    found = await repository.newest_framework(session, principal.org_id, named)
    if found is None:
        if named not in SHIPPED:
            raise invalid(pointer, "is neither a framework of this organization nor one of " + ", ".join(SHIPPED))
        await repository.lock_frameworks(session, principal.org_id)
        found = await repository.newest_framework(session, principal.org_id, named)
    if found is None:
        found = await _copy(session, principal.org_id, shipped_framework(named))
    return CompetencyFrameworkDTO.model_validate(found)


async def find_frameworks(
    session: AsyncSession, principal: Principal, ids: Collection[UUID]
) -> dict[UUID, CompetencyFrameworkDTO]:
    """Some versions by id, in one statement; without those that are not there."""
    found = await repository.get_frameworks(session, principal.org_id, ids)
    return {id_: CompetencyFrameworkDTO.model_validate(row) for id_, row in found.items()}


async def competency_frameworks_of(
    session: AsyncSession, principal: Principal, person_ids: Collection[UUID]
) -> dict[UUID, list[CompetencyFrameworkDTO]]:
    """What each of some people is rated by now, by key; of those whom the caller sees. The batch behind loaders."""
    require(principal, Permission.COMPETENCY_FRAMEWORKS_READ)
    visible = await visible_people(session, principal, await local_today(session, principal.org_id))
    seen = set(person_ids) if visible is None else visible.intersection(person_ids)
    there = await people_repository.get_people(session, principal.org_id, seen)
    return await frameworks_of_people(session, principal, [person.id for person in there])


async def frameworks_of_people(
    session: AsyncSession, principal: Principal, people: Collection[UUID]
) -> dict[UUID, list[CompetencyFrameworkDTO]]:
    """Of each person the newest version of each framework that names their job role, by key, in one statement.

    Everybody asked for is in the answer. Whoever calls has scoped the people.
    """
    found: dict[UUID, list[CompetencyFrameworkDTO]] = {person: [] for person in people}
    for row, whose in await repository.list_frameworks_of(session, principal.org_id, people):
        framework = CompetencyFrameworkDTO.model_validate(row)
        for person in whose:
            found[person].append(framework)
    return found


async def _copy(session: AsyncSession, org_id: UUID, shipped: CompetencyFrameworkTemplate) -> CompetencyFramework:
    """Store what comes with Touchline as the organization's own; under the lock."""
    data = CreateCompetencyFramework(key=shipped.key, name=shipped.name, document=shipped.document)
    framework = _row(org_id, data, 1)
    await repository.add_framework(session, framework)
    earlier = await templates_repository.newest_template(session, org_id, shipped.key)
    template = AssessmentTemplate(
        org_id=org_id,
        id=new_id(),
        key=shipped.key,
        version=1 if earlier is None else earlier.version + 1,
        name=shipped.assessment_name,
        framework_id=framework.id,
        document=shipped.assessment.model_dump(mode="json"),
        created_at=framework.created_at,
    )
    await templates_repository.add_template(session, template)
    return framework


def _row(org_id: UUID, data: CreateCompetencyFramework, version: int) -> CompetencyFramework:
    return CompetencyFramework(
        org_id=org_id,
        id=new_id(),
        key=data.key,
        version=version,
        name=data.name,
        document=data.document.model_dump(mode="json"),
        created_at=utc_now(),
    )
