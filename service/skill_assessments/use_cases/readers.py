"""Who can read what is said of a person's skills, and who did from outside their reporting line."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.audit import AuditEvent
from service.core.errors import not_found
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, Role, require
from service.organizations.use_cases.api_keys import ALL_SCOPES, keys_of_organization
from service.organizations.use_cases.people import get_people, list_everyone
from service.organizations.use_cases.scope import managers_above
from service.skill_assessments.dto.readers import ReaderKind, SkillAccessDTO, SkillReaderDTO
from service.skill_assessments.permissions import Permission
from service.skill_assessments.repository.readers import get_read, list_reads
from service.skill_assessments.use_cases.histories import reading_person
from service.skill_assessments.use_cases.reading import LEADS, READ_SKILLS

READ = Permission.SKILL_ASSESSMENTS_READ
BRIEFS_READ = "coaching_sessions:read"
"""Of a slice above this one."""
SHOW_LEVELS = frozenset({READ, Permission.SKILL_GAPS_READ, Permission.DEVELOPMENT_PLANS_READ, BRIEFS_READ})
"""Scopes with each of which a key reads levels: of gaps, plans and briefs they are a part."""


async def list_skill_readers(session: AsyncSession, principal: Principal, person_id: UUID) -> list[SkillReaderDTO]:
    """Who can read what others than peers say of a person's skills today: those above, the nearest first, then others.

    Keys that act as a person read as that person. `not_found` for a person whose skills the caller does not read.
    """
    require(principal, READ)
    reading = await reading_person(session, principal, person_id)
    system = principal.as_system()
    people = {one.id: one for one in await list_everyone(session, system)}
    there = {id_: one for id_, one in people.items() if one.left_on is None or one.left_on >= reading.today}
    chain = await managers_above(session, principal.org_id, person_id, reading.today)
    above = [id_ for id_ in chain if id_ in there and there[id_].role is not Role.REP]
    leads = [one for one in there.values() if one.role in LEADS and one.id not in above and one.id != person_id]
    found = [_person(ReaderKind.MANAGER, id_, there[id_].name, is_logged=False) for id_ in above]
    found += [_person(ReaderKind(one.role), one.id, one.name, is_logged=True) for one in leads]
    for key in await keys_of_organization(session, system):
        if key.person_id is None and not {*SHOW_LEVELS, ALL_SCOPES}.isdisjoint(key.scopes):
            found.append(
                SkillReaderDTO(kind=ReaderKind.KEY, person_id=None, key_id=key.id, name=key.name, is_logged=True)
            )
    return found


async def list_skill_accesses(
    session: AsyncSession, principal: Principal, person_id: UUID, page: PageRequest
) -> Page[SkillAccessDTO]:
    """Who read it from outside the person's reporting line, the last first: one per request, or field of GraphQL."""
    require(principal, READ)
    await reading_person(session, principal, person_id)
    found = await list_reads(session, principal.org_id, person_id, READ_SKILLS, page)
    return found.with_items(await _present(session, principal, found.items))


async def get_skill_access(
    session: AsyncSession, principal: Principal, person_id: UUID, access_id: UUID
) -> SkillAccessDTO:
    """One of them."""
    require(principal, READ)
    await reading_person(session, principal, person_id)
    row = await get_read(session, principal.org_id, person_id, READ_SKILLS, access_id)
    if row is None:
        raise not_found("skill_access")
    return (await _present(session, principal, [row]))[0]


async def _present(session: AsyncSession, principal: Principal, rows: Sequence[AuditEvent]) -> list[SkillAccessDTO]:
    system = principal.as_system()
    people = await get_people(session, system, {row.person_id for row in rows if row.person_id is not None})
    names: dict[UUID | None, str] = {id_: one.name for id_, one in people.items()}
    if any(row.person_id is None for row in rows):
        names |= {key.id: key.name for key in await keys_of_organization(session, system, ended=True)}
    named = [row.model_dump() | {"name": names.get(row.person_id or row.key_id)} for row in rows]
    return [SkillAccessDTO.model_validate(one) for one in named]


def _person(kind: ReaderKind, id_: UUID, name: str, *, is_logged: bool) -> SkillReaderDTO:
    return SkillReaderDTO(kind=kind, person_id=id_, key_id=None, name=name, is_logged=is_logged)
