"""Session formats: what a coaching session consists of; GROW and OSKAR come with Touchline."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import row_id, to_dto, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, part_of_list, to_connection, to_global_id
from service.coaching_sessions.dto.formats import (
    FORMAT_SORTING,
    CreateSessionFormat,
    SessionFormatDTO,
    SessionFormatFilter,
)
from service.coaching_sessions.dto.formats import SessionFormatTemplate as Template
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import formats
from service.core.database import TenantSession
from service.core.pagination import PageRequest

READ, WRITE = Permission.COACHING_PROGRAMMES_READ, Permission.COACHING_PROGRAMMES_WRITE


@strawberry.type(description="A format that comes with Touchline, to use as it is or to copy.")
class SessionFormatTemplate(Node):
    """A template; its sections are JSON as a format's document has them."""

    key: str = strawberry.field(description="Its name.")
    name: str
    description: str
    document: JSON


describe(SessionFormatTemplate, Template)


@strawberry.type(description="One version of a format, which never changes.")
class SessionFormat(Node):
    """A version."""

    key: str
    version: int
    name: str
    document: JSON
    created_at: dt.datetime


describe(SessionFormat, SessionFormatDTO)


def _to_template(found: Template) -> SessionFormatTemplate:
    id_ = to_global_id("SessionFormatTemplate", found.key)
    return SessionFormatTemplate(id=id_, **found.model_dump(mode="json"))


def to_session_format(dto: SessionFormatDTO) -> SessionFormat:
    """The GraphQL view of a version."""
    document = JSON(dto.document.model_dump(mode="json"))
    fields = dto.model_dump(exclude={"id", "document"})
    return SessionFormat(id=to_global_id("SessionFormat", dto.id), document=document, **fields)


async def load_session_format(info: Info, id_: UUID) -> SessionFormat:
    """By row id."""
    async with info.context.session() as session:
        return to_session_format(await formats.get_session_format(session, info.context.principal, id_))


async def load_session_format_template(info: Info, key: str) -> SessionFormatTemplate:
    """By its key."""
    async with info.context.session() as session:
        return _to_template(await formats.get_session_format_template(session, info.context.principal, key))


@strawberry.type
class SessionFormatsQuery:
    """Queries of formats."""

    @strawberry.field(
        description="Each format that comes with Touchline, by key.", metadata={NEEDS: READ}, extensions=[Paged()]
    )
    async def session_format_templates(self, info: Info, page: PageRequest) -> Connection[SessionFormatTemplate]:
        """One page."""
        async with info.context.session() as session:
            found = await formats.list_session_format_templates(session, info.context.principal)
        return part_of_list(found, _to_template, page)

    @strawberry.field(description="One version of a format.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def session_format(self, info: Info, id: strawberry.ID) -> SessionFormat | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_session_format(info, row_id(id, "SessionFormat"))

    @strawberry.field(
        description="Every version of the organization's formats.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("SessionFormatSort", FORMAT_SORTING))],
    )
    async def session_formats(self, info: Info, page: PageRequest, key: str | None = None) -> Connection[SessionFormat]:
        """One page."""
        filters = to_input(SessionFormatFilter, key=key)
        async with info.context.session() as session:
            found = await formats.list_session_formats(session, info.context.principal, filters, page)
        return to_connection(found, to_session_format, page)


@strawberry.type(description="A version as it was stored.")
class SessionFormatPayload:
    """The answer to a new version."""

    session_format: SessionFormat = strawberry.field(description="The version.")


@strawberry.input(description="A new format, or the next version of the one that has this key.")
class CreateSessionFormatInput:
    """A version; `document` holds the sections as JSON."""

    key: str
    name: str
    document: JSON
    idempotency_key: str | None = None


def _payload(dto: SessionFormatDTO, _data: object) -> SessionFormatPayload:
    return SessionFormatPayload(session_format=to_session_format(dto))


@mutation("Add a format or its next version.", needs=WRITE, payload=SessionFormatPayload, render=_payload)
async def create_session_format(session: TenantSession, info: Info, data: CreateSessionFormatInput) -> SessionFormatDTO:
    """`POST /v1/session-formats`."""
    return await formats.create_session_format(session, info.context.principal, to_dto(CreateSessionFormat, data))


@strawberry.type
class SessionFormatsMutation:
    """Mutations of formats."""

    create_session_format = create_session_format
