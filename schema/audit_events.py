"""The audit log: who wrote what, and who read what is private."""

import datetime as dt

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import to_input
from schema.people.types import Person, to_person
from schema.relay import Connection, id_of, page_request, to_connection
from service.organizations.dto.audit import AuditEventDTO, AuditEventFilter
from service.organizations.permissions import Permission
from service.organizations.use_cases import audit


@strawberry.type(description="One operation that was carried out, on either surface.")
class AuditEvent:
    """A row of the log; it is no node, as nothing refers to it."""

    row: strawberry.Private[AuditEventDTO]
    occurred_at: dt.datetime
    action: str
    surface: str
    target_id: str | None
    fields: list[str]
    request_id: str | None
    trace_id: str | None

    @strawberry.field(description="Who did it; null for a key of the organization.")
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        if self.row.person_id is None:
            return None
        found = await info.context.loaders.people.load(self.row.person_id)
        return None if found is None else to_person(found)


describe(AuditEvent, AuditEventDTO)


def to_audit_event(dto: AuditEventDTO) -> AuditEvent:
    """The GraphQL view of a row."""
    return AuditEvent(row=dto, **dto.model_dump(exclude={"id", "person_id", "key_id"}))


@strawberry.type
class AuditEventsQuery:
    """Queries of the log."""

    @strawberry.field(description="The last first.", metadata={NEEDS: Permission.AUDIT_READ})
    async def audit_events(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        action: str | None = None,
        person_id: strawberry.ID | None = None,
        target_id: str | None = None,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
    ) -> Connection[AuditEvent]:
        """One page."""
        filters = to_input(
            AuditEventFilter,
            action=action,
            person_id=id_of(person_id, "Person"),
            target_id=target_id,
            since=since,
            until=until,
        )
        async with info.context.session() as session:
            found = await audit.list_audit_events(session, info.context.principal, filters, page_request(first, after))
        return to_connection(found, to_audit_event, after)
