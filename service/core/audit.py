"""The audit log: who wrote what, and who read what is private. Rows are added in the write's own transaction.

The edge calls `record` for every write of both surfaces, so that no use case can forget it, but for those that are
declared anonymous, as ratings are; where it depends on the caller whether a read is one of somebody else's private
words, the use case calls `record_read`. The application's role may neither change a row nor delete one whose
organization still exists.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Column, Index, String
from sqlmodel import Field
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.contextvars import get_contextvars

from service.core.clock import utc_now
from service.core.principal import Principal
from service.core.tables import TenantRow, timestamp
from service.core.tracing import current_trace_id


class AuditEvent(TenantRow, table=True):
    """One operation that was carried out."""

    __tablename__ = "audit_event"

    occurred_at: datetime = Field(sa_column=timestamp())
    action: str = Field(description="The operation id, the same on both surfaces")
    surface: str
    person_id: UUID | None = None
    key_id: UUID | None = None
    target_id: str | None = None
    fields: list[str] = Field(sa_column=Column(ARRAY(String), nullable=False), description="What the request named")
    request_id: str | None = None
    trace_id: str | None = None

    __table_args__ = (
        Index("ix_audit_event__org_id_action", "org_id", "action", "id"),
        Index("ix_audit_event__org_id_target_id", "org_id", "target_id", "id"),
    )


def record(
    session: AsyncSession,
    principal: Principal,
    action: str,
    *,
    surface: str,
    target_id: str | None = None,
    fields: Sequence[str] = (),
) -> None:
    """Add a row to the session's transaction: it exists exactly if what it tells of does."""
    session.add(
        AuditEvent(
            org_id=principal.org_id,
            occurred_at=utc_now(),
            action=action,
            surface=surface,
            person_id=principal.person_id,
            key_id=principal.key_id,
            target_id=target_id,
            fields=sorted(fields),
            request_id=get_contextvars().get("request_id"),
            trace_id=current_trace_id(),
        )
    )


def record_read(session: AsyncSession, principal: Principal, action: str, target_id: UUID) -> None:
    """Add a row about something private that the session's transaction shows to the caller."""
    record(session, principal, action, surface=session.info["surface"], target_id=str(target_id))
