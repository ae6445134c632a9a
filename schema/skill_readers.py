"""Who can read what is said of a person's skills, and who did from outside their reporting line."""

import datetime as dt
import functools
from uuid import UUID

import strawberry

from schema.assessment_types import global_or_none
from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id
from schema.paging import Paged, orders
from schema.relay import Connection, Node, part_of_list, to_connection, to_global_id
from service.core.errors import not_found
from service.core.pagination import PageRequest
from service.skill_assessments.dto.readers import ACCESS_SORTING, ReaderKind, SkillAccessDTO, SkillReaderDTO
from service.skill_assessments.permissions import Permission
from service.skill_assessments.use_cases import readers

READ = Permission.SKILL_ASSESSMENTS_READ

describe_enum(
    ReaderKind,
    "As what somebody reads what is said of a person's skills.",
    name="SkillReaderKind",
    manager="Above the person.",
    enablement="Enablement.",
    admin="An administrator.",
    key="A key of the organization.",
)


@strawberry.type(description="Somebody besides the person who can read what is said of their skills.")
class SkillReader(Node):
    """The id names the person and the reader."""

    kind: ReaderKind
    person_id: strawberry.ID | None
    key_id: strawberry.ID | None
    name: str = strawberry.field(description=SkillReaderDTO.model_fields["name"].description)
    is_logged: bool


@strawberry.type(description="Somebody outside the reporting line read what is said of a person's skills.")
class SkillAccess(Node):
    """The id names the person and the reading."""

    occurred_at: dt.datetime
    person_id: strawberry.ID | None
    key_id: strawberry.ID | None
    name: str | None = strawberry.field(description=SkillAccessDTO.model_fields["name"].description)
    surface: str


describe(SkillReader, SkillReaderDTO)
describe(SkillAccess, SkillAccessDTO)


def _who(dto: SkillReaderDTO | SkillAccessDTO) -> dict[str, strawberry.ID | None]:
    return {"person_id": global_or_none("Person", dto.person_id), "key_id": global_or_none("ApiKey", dto.key_id)}


def to_skill_reader(person_id: UUID, dto: SkillReaderDTO) -> SkillReader:
    """The GraphQL view of who can read."""
    id_ = to_global_id("SkillReader", f"{person_id}:{dto.person_id or dto.key_id}")
    return SkillReader(id=id_, **(dto.model_dump() | _who(dto)))


def to_skill_access(person_id: UUID, dto: SkillAccessDTO) -> SkillAccess:
    """The GraphQL view of a reading."""
    id_ = to_global_id("SkillAccess", f"{person_id}:{dto.id}")
    return SkillAccess(id=id_, **(dto.model_dump(exclude={"id"}) | _who(dto)))


async def load_skill_reader(info: Info, key: str) -> SkillReader:
    """By the person and the reader."""
    person_id, reader_id = (UUID(part) for part in key.split(":"))
    async with info.context.session() as session:
        found = await readers.list_skill_readers(session, info.context.principal, person_id)
    for one in found:
        if reader_id in (one.person_id, one.key_id):
            return to_skill_reader(person_id, one)
    raise not_found("skill_reader")


async def load_skill_access(info: Info, key: str) -> SkillAccess:
    """By the person and the reading."""
    person_id, access_id = (UUID(part) for part in key.split(":"))
    async with info.context.session() as session:
        found = await readers.get_skill_access(session, info.context.principal, person_id, access_id)
    return to_skill_access(person_id, found)


@strawberry.type
class SkillReadersQuery:
    """Queries of who reads."""

    @strawberry.field(
        description="Who can read what is said of a person's skills: managers above, the nearest first, then others.",
        metadata={NEEDS: READ},
        extensions=[Paged(whole=True)],
    )
    async def skill_readers(self, info: Info, page: PageRequest, person_id: strawberry.ID) -> Connection[SkillReader]:
        """`GET /v1/people/{id}/skill-readers`."""
        id_ = row_id(person_id, "Person")
        async with info.context.session() as session:
            found = await readers.list_skill_readers(session, info.context.principal, id_)
        return part_of_list(found, functools.partial(to_skill_reader, id_), page)

    @strawberry.field(
        description="Who read it from outside the person's reporting line, the last first; a row per field that reads.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("SkillAccessSort", ACCESS_SORTING))],
    )
    async def skill_accesses(self, info: Info, page: PageRequest, person_id: strawberry.ID) -> Connection[SkillAccess]:
        """`GET /v1/people/{id}/skill-accesses`."""
        id_ = row_id(person_id, "Person")
        async with info.context.session() as session:
            found = await readers.list_skill_accesses(session, info.context.principal, id_, page)
        return to_connection(found, functools.partial(to_skill_access, id_), page)
