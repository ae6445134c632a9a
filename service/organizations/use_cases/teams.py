"""Teams: groups of people that targets and programmes can name."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.clock import utc_now
from service.core.errors import FieldError, conflict, invalid_fields, not_found
from service.core.etags import UNCONDITIONAL, Precondition
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require
from service.organizations.dto.teams import CreateTeam, TeamDTO, UpdateTeam
from service.organizations.models import Team
from service.organizations.permissions import Permission
from service.organizations.repository import organizations, people
from service.organizations.repository import teams as repository
from service.organizations.repository.history import counted_fields, supersede
from service.organizations.use_cases.changes import follow_people, wake_snapshots
from service.organizations.use_cases.scope import local_today, visible_people
from service.webhooks.outbox import EventType, emit

COUNTED = counted_fields(Team)
"""What targets for teams depend on."""


async def list_teams(session: AsyncSession, principal: Principal, page: PageRequest) -> Page[TeamDTO]:
    """Every team of the organization."""
    require(principal, Permission.TEAMS_READ)
    found = await repository.list_teams(session, principal.org_id, page)
    return found.with_items(await _present(session, principal, found.items))


async def get_team(session: AsyncSession, principal: Principal, team_id: UUID) -> TeamDTO:
    """One team."""
    require(principal, Permission.TEAMS_READ)
    row = await repository.get_team(session, principal.org_id, team_id)
    if row is None:
        raise not_found("team")
    return (await _present(session, principal, [row]))[0]


async def create_team(session: AsyncSession, principal: Principal, data: CreateTeam) -> TeamDTO:
    """Add a team; `invalid` for a member who is nobody here, `conflict` for a name that is taken."""
    require(principal, Permission.TEAMS_WRITE)
    await organizations.lock_organization(session, principal.org_id)
    await _require_free(session, principal, data.name)
    now = utc_now()
    row = Team(
        org_id=principal.org_id,
        id=new_id(),
        name=data.name,
        description=data.description,
        known_from=now,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    await session.flush()
    await _set_members(session, row, data.member_ids)
    await emit(session, principal.org_id, EventType.TEAM_CREATED, {"team_id": row.id})
    await wake_snapshots(session, principal.org_id, set(data.member_ids))
    await follow_people(session, principal.org_id)
    return (await _present(session, principal, [row]))[0]


async def update_team(
    session: AsyncSession,
    principal: Principal,
    team_id: UUID,
    data: UpdateTeam,
    expected: Precondition = UNCONDITIONAL,
) -> TeamDTO:
    """Rename, describe or man a team anew."""
    require(principal, Permission.TEAMS_WRITE)
    row = await _get_for_write(session, principal, team_id, expected)
    changes = data.model_dump(exclude_unset=True)
    if changes.get("name", row.name) != row.name:
        await _require_free(session, principal, changes["name"])
    before = (await _present(session, principal.as_system(), [row]))[0]
    members = sorted(set(changes.get("member_ids", before.member_ids)))
    after = before.model_copy(update={**changes, "member_ids": members})
    changed = sorted(name for name in changes if getattr(before, name) != getattr(after, name))
    if COUNTED.intersection(changed):
        supersede(session, row, member_ids=before.member_ids)
    for name in changes.keys() & {"name", "description"}:
        setattr(row, name, changes[name])
    row.updated_at = utc_now()
    await session.flush()
    if "member_ids" in changes:
        await _set_members(session, row, changes["member_ids"])
    if changed:
        await emit(session, principal.org_id, EventType.TEAM_UPDATED, {"team_id": team_id, "changed": changed})
    if COUNTED.intersection(changed):
        await wake_snapshots(session, principal.org_id, {*before.member_ids, *after.member_ids})
        await follow_people(session, principal.org_id)
    return (await _present(session, principal, [row]))[0]


async def delete_team(
    session: AsyncSession, principal: Principal, team_id: UUID, expected: Precondition = UNCONDITIONAL
) -> None:
    """Remove a team; its people stay."""
    require(principal, Permission.TEAMS_WRITE)
    row = await _get_for_write(session, principal, team_id, expected)
    members = [member.person_id for member in await repository.list_members(session, principal.org_id, [team_id])]
    supersede(session, row, member_ids=members)
    await session.delete(row)
    await session.flush()
    await wake_snapshots(session, principal.org_id, members)
    await follow_people(session, principal.org_id)
    await emit(session, principal.org_id, EventType.TEAM_DELETED, {"team_id": team_id})


async def _get_for_write(session: AsyncSession, principal: Principal, team_id: UUID, expected: Precondition) -> Team:
    await organizations.lock_organization(session, principal.org_id)
    row = await repository.get_team(session, principal.org_id, team_id, lock=True)
    if row is None:
        raise not_found("team")
    expected.check((await _present(session, principal, [row]))[0])
    return row


async def _require_free(session: AsyncSession, principal: Principal, name: str) -> None:
    if await repository.get_team_by_name(session, principal.org_id, name):
        raise conflict("team_name_taken", "A team of this name exists.", "/name")


async def _set_members(session: AsyncSession, row: Team, person_ids: Sequence[UUID]) -> None:
    known = {person.id for person in await people.get_people(session, row.org_id, set(person_ids))}
    strangers = [index for index, id_ in enumerate(person_ids) if id_ not in known]
    if strangers:
        message = "is not a person of this organization"
        raise invalid_fields([FieldError(f"/member_ids/{index}", message) for index in strangers])
    await repository.replace_members(session, row.org_id, row.id, known)


async def _present(session: AsyncSession, principal: Principal, rows: Sequence[Team]) -> list[TeamDTO]:
    """Rows as the surfaces show them: the members in one statement, those the caller may not see left out."""
    visible = await visible_people(session, principal, await local_today(session, principal.org_id))
    members: dict[UUID, list[UUID]] = {row.id: [] for row in rows}
    for member in await repository.list_members(session, principal.org_id, members):
        if visible is None or member.person_id in visible:
            members[member.team_id].append(member.person_id)
    return [TeamDTO.model_validate({**row.model_dump(), "member_ids": members[row.id]}) for row in rows]
