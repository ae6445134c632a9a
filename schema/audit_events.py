"""The audit log: who wrote what, and who read what is private."""

import datetime as dt
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import to_input
from schema.paging import Paged, orders
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, id_of, part_of_list, to_connection, to_global_id
from schema.scalars import FieldName
from service.core.pagination import PageRequest
from service.organizations.dto.audit import AUDIT_SORTING, AuditEventDTO, AuditEventFilter
from service.organizations.permissions import Permission
from service.organizations.use_cases import audit


@strawberry.type(description="One operation that was carried out, on either surface.")
class AuditEvent(Node):
    """A row of the log."""

    row: strawberry.Private[AuditEventDTO]
    occurred_at: dt.datetime
    action: str
    surface: str
    target_id: str | None
    request_id: str | None
    trace_id: str | None

    @strawberry.field(description="The names that the request held.", extensions=[Paged(whole=True)])
    def fields(self, page: PageRequest) -> Connection[FieldName]:
        """In the order of the request."""
        return part_of_list(self.row.fields, FieldName, page)

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
    fields = dto.model_dump(exclude={"id", "person_id", "key_id", "fields"})
    return AuditEvent(id=to_global_id("AuditEvent", dto.id), row=dto, **fields)


async def load_audit_event(info: Info, id_: UUID) -> AuditEvent:
    """By row id."""
    async with info.context.session() as session:
        return to_audit_event(await audit.get_audit_event(session, info.context.principal, id_))


@strawberry.type
class AuditEventsQuery:
    """Queries of the log."""

    @strawberry.field(
        description="The last first.",
        metadata={NEEDS: Permission.AUDIT_READ},
        extensions=[Paged(orders("AuditEventSort", AUDIT_SORTING))],
    )
    async def audit_events(
        self,
        info: Info,
        page: PageRequest,
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
            found = await audit.list_audit_events(session, info.context.principal, filters, page)
        return to_connection(found, to_audit_event, page)
