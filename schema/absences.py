"""Absences: days on which people are away, which their targets leave out."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import precondition, row_id, to_dto, to_input
from schema.mutations import DeletedPayload, mutation, to_deleted
from schema.paging import Paged, orders
from schema.relay import Connection, Node, NullIfAbsent, id_of, to_connection, to_global_id
from service.core.database import TenantSession
from service.core.etags import etag_of
from service.core.pagination import PageRequest
from service.organizations.dto.absences import (
    ABSENCE_SORTING,
    AbsenceDTO,
    AbsenceFilter,
    AbsenceKind,
    CreateAbsence,
    UpdateAbsence,
)
from service.organizations.permissions import Permission
from service.organizations.use_cases import absences

if TYPE_CHECKING:
    from schema.people.types import Person

READ, WRITE = Permission.ABSENCES_READ, Permission.ABSENCES_WRITE

describe_enum(
    AbsenceKind,
    "Why somebody is away; all of them count the same.",
    vacation="A vacation.",
    sick="They are ill.",
    parental="For a child.",
    other="Something else.",
)


@strawberry.type(description="Days on which a person is away; no two absences of a person share a day.")
class Absence(Node):
    """An absence."""

    row: strawberry.Private[AbsenceDTO]
    start_on: dt.date
    end_on: dt.date
    kind: AbsenceKind
    share: Decimal
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="Who is away.", metadata={NEEDS: Permission.PEOPLE_READ})
    async def person(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")]:
        """Through the loader; whoever sees the absence sees the person."""
        from schema.people.types import load_person  # noqa: PLC0415 - people show their absences, and the reverse

        return await load_person(info, self.row.person_id)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(Absence, AbsenceDTO)


def to_absence(dto: AbsenceDTO) -> Absence:
    """The GraphQL view of an absence."""
    return Absence(id=to_global_id("Absence", dto.id), row=dto, **dto.model_dump(exclude={"id", "person_id"}))


async def load_absence(info: Info, id_: UUID) -> Absence:
    """By row id."""
    async with info.context.session() as session:
        return to_absence(await absences.get_absence(session, info.context.principal, id_))


@strawberry.type
class AbsencesQuery:
    """Queries of absences."""

    @strawberry.field(description="One absence.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def absence(self, info: Info, id: strawberry.ID) -> Absence | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_absence(info, row_id(id, "Absence"))

    @strawberry.field(
        description="Of those the caller may see: what lasts until `since` or longer and begins before `until`.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("AbsenceSort", ABSENCE_SORTING))],
    )
    async def absences(
        self,
        info: Info,
        page: PageRequest,
        person_id: strawberry.ID | None = None,
        kind: AbsenceKind | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> Connection[Absence]:
        """One page."""
        person = id_of(person_id, "Person")
        filters = to_input(AbsenceFilter, person_id=person, kind=kind, since=since, until=until)
        async with info.context.session() as session:
            found = await absences.list_absences(session, info.context.principal, filters, page)
        return to_connection(found, to_absence, page)


@strawberry.type(description="An absence as it is now.")
class AbsencePayload:
    """The answer to a mutation of one absence."""

    absence: Absence = strawberry.field(description="The absence.")


@strawberry.input(description="Days on which a person is away.")
class CreateAbsenceInput:
    """All that an absence begins with."""

    person_id: strawberry.ID
    start_on: dt.date
    end_on: dt.date
    kind: AbsenceKind
    share: Decimal | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="What is absent stays.")
class UpdateAbsenceInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    start_on: dt.date | None = UNSET
    end_on: dt.date | None = UNSET
    kind: AbsenceKind | None = UNSET
    share: Decimal | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which absence to delete.")
class DeleteAbsenceInput:
    """A deletion."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


def _absence(dto: AbsenceDTO, _data: object) -> AbsencePayload:
    return AbsencePayload(absence=to_absence(dto))


@mutation("Add an absence, for whomever the caller sees.", needs=WRITE, payload=AbsencePayload, render=_absence)
async def create_absence(session: TenantSession, info: Info, data: CreateAbsenceInput) -> AbsenceDTO:
    """`POST /v1/absences`."""
    return await absences.create_absence(session, info.context.principal, to_dto(CreateAbsence, data))


@mutation("Change an absence: what is absent stays.", needs=WRITE, payload=AbsencePayload, render=_absence)
async def update_absence(session: TenantSession, info: Info, data: UpdateAbsenceInput) -> AbsenceDTO:
    """`PATCH /v1/absences/{id}`."""
    absence_id, changes = row_id(data.id, "Absence"), to_dto(UpdateAbsence, data)
    expected = precondition(data.if_match)
    return await absences.update_absence(session, info.context.principal, absence_id, changes, expected)


@mutation("Delete an absence; its days count again.", needs=WRITE, payload=DeletedPayload, render=to_deleted)
async def delete_absence(session: TenantSession, info: Info, data: DeleteAbsenceInput) -> None:
    """`DELETE /v1/absences/{id}`."""
    expected = precondition(data.if_match)
    await absences.delete_absence(session, info.context.principal, row_id(data.id, "Absence"), expected)


@strawberry.type
class AbsencesMutation:
    """Mutations of absences."""

    create_absence = create_absence
    update_absence = update_absence
    delete_absence = delete_absence
