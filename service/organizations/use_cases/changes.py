"""Says, with the commit, that an organization's principals may have changed, so that every process reads them anew."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from service.core.notifications import PRINCIPALS, notify


async def announce(session: AsyncSession, org_id: UUID) -> None:
    """Call it wherever keys, roles, last days, people, identities or the organization itself change."""
    await session.flush()
    await notify(session, PRINCIPALS, str(org_id))
