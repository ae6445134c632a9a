"""Session formats: an organization's own, and those that come with Touchline and are copied when first used."""

from functools import lru_cache
from importlib import resources
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.coaching_sessions.dto.formats import (
    CreateSessionFormat,
    SessionFormatDTO,
    SessionFormatFilter,
    SessionFormatTemplate,
)
from service.coaching_sessions.models import SessionFormat
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.repository import formats as repository
from service.core.clock import utc_now
from service.core.errors import invalid, not_found
from service.core.ids import new_id
from service.core.pagination import Page, PageRequest
from service.core.principal import Principal, require

SHIPPED = ("grow", "oskar")


@lru_cache
def shipped_format(key: str) -> SessionFormatTemplate:
    """A template by its key."""
    place = resources.files("service.coaching_sessions").joinpath("library", f"{key}.json")
    return SessionFormatTemplate.model_validate_json(place.read_text())


async def list_session_format_templates(_session: AsyncSession, principal: Principal) -> list[SessionFormatTemplate]:
    """Every template, by key."""
    require(principal, Permission.COACHING_PROGRAMMES_READ)
    return [shipped_format(key) for key in SHIPPED]


async def get_session_format_template(_session: AsyncSession, principal: Principal, key: str) -> SessionFormatTemplate:
    """One template; `not_found` for another key."""
    require(principal, Permission.COACHING_PROGRAMMES_READ)
    if key not in SHIPPED:
        raise not_found("session_format_template")
    return shipped_format(key)


async def list_session_formats(
    session: AsyncSession, principal: Principal, filters: SessionFormatFilter, page: PageRequest
) -> Page[SessionFormatDTO]:
    """Every version of the organization's formats; a shipped one is among them from its first use on."""
    require(principal, Permission.COACHING_PROGRAMMES_READ)
    found = await repository.list_formats(session, principal.org_id, filters, page)
    return found.with_items([SessionFormatDTO.model_validate(row) for row in found.items])


async def get_session_format(session: AsyncSession, principal: Principal, format_id: UUID) -> SessionFormatDTO:
    """One version of a format."""
    require(principal, Permission.COACHING_PROGRAMMES_READ)
    row = await repository.get_format(session, principal.org_id, format_id)
    if row is None:
        raise not_found("session_format")
    return SessionFormatDTO.model_validate(row)


async def create_session_format(
    session: AsyncSession, principal: Principal, data: CreateSessionFormat
) -> SessionFormatDTO:
    """Add a format, or the next version of one: sessions that are scheduled keep the version that they have."""
    require(principal, Permission.COACHING_PROGRAMMES_WRITE)
    await repository.lock_formats(session, principal.org_id)
    newest = await repository.newest_format(session, principal.org_id, data.key)
    row = _row(principal.org_id, data, 1 if newest is None else newest.version + 1)
    await repository.add_format(session, row)
    return SessionFormatDTO.model_validate(row)


async def resolve_format(session: AsyncSession, principal: Principal, key: str) -> SessionFormatDTO:
    """The newest version of the format that a key names; a shipped one is copied when it is used first.

    `invalid` at `/format_key` for a key that names none.
    """
    found = await repository.newest_format(session, principal.org_id, key)
    if found is None:
        if key not in SHIPPED:
            raise invalid("/format_key", "is neither a format of this organization nor one of " + ", ".join(SHIPPED))
        await repository.lock_formats(session, principal.org_id)
        found = await repository.newest_format(session, principal.org_id, key)
    if found is None:
        template = shipped_format(key)
        data = CreateSessionFormat(key=template.key, name=template.name, document=template.document)
        found = _row(principal.org_id, data, 1)
        await repository.add_format(session, found)
    return SessionFormatDTO.model_validate(found)


def _row(org_id: UUID, data: CreateSessionFormat, version: int) -> SessionFormat:
    return SessionFormat(
        org_id=org_id,
        id=new_id(),
        key=data.key,
        version=version,
        name=data.name,
        document=data.document.model_dump(mode="json"),
        created_at=utc_now(),
    )
