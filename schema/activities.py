"""Activities: calls, meetings, e-mails and tasks."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import strawberry
from strawberry.scalars import JSON
from strawberry.types.unset import UNSET

from schema.bulk import BulkPayload, BulkResults, to_bulk_payload
from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import row_id, to_dto, to_input
from schema.mutations import mutation
from schema.paging import Paged, orders
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, NullIfAbsent, id_of, to_connection, to_global_id
from service.activities.derivation import ActivityKind
from service.activities.dto.facts import ACTIVITY_SORTING, ActivityDTO, ActivityFilter, BulkUpsertActivities
from service.activities.permissions import Permission
from service.activities.use_cases import facts, pushing
from service.core.database import TenantSession
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People

READ, WRITE = Permission.ACTIVITIES_READ, Permission.ACTIVITIES_WRITE

describe_enum(
    ActivityKind,
    "What somebody did.",
    call="A call.",
    meeting="A meeting.",
    email="An e-mail.",
    task="A task.",
)


@strawberry.type(description="A call, meeting, e-mail or task.")
class Activity(Node):
    """An activity of somebody the caller may see."""

    row: strawberry.Private[ActivityDTO]
    kind: ActivityKind = strawberry.field(description="What it is.")
    system: str
    account: str
    external_id: str
    occurred_at: dt.datetime
    occurred_on: dt.date
    direction: str | None
    outcome: str | None
    status: str | None
    duration_seconds: Decimal | None
    attributes: JSON
    received_at: dt.datetime

    @strawberry.field(description="Who owned it then; null: nobody known.", metadata={NEEDS: People.PEOPLE_READ})
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.person_id) if self.row.person_id else None
        return None if found is None else to_person(found)

    @strawberry.field(description="The deal it is about; the caller may not see it, or it may not have come yet.")
    def deal_id(self) -> strawberry.ID | None:
        """For `node(id)`."""
        return None if self.row.deal_id is None else to_global_id("Deal", self.row.deal_id)


describe(Activity, ActivityDTO)


def to_activity(dto: ActivityDTO) -> Activity:
    """The GraphQL view of an activity."""
    return Activity(
        id=to_global_id("Activity", dto.id), row=dto, **dto.model_dump(exclude={"id", "person_id", "deal_id"})
    )


async def load_activity(info: Info, id_: UUID) -> Activity:
    """By row id."""
    async with info.context.session() as session:
        return to_activity(await facts.get_activity(session, info.context.principal, id_))


@strawberry.type
class ActivitiesQuery:
    """Queries of activities."""

    @strawberry.field(description="One activity.", metadata={NEEDS: READ}, extensions=[NullIfAbsent()])
    async def activity(self, info: Info, id: strawberry.ID) -> Activity | None:  # noqa: A002 - the argument's name in the schema
        """By global id."""
        return await load_activity(info, row_id(id, "Activity"))

    @strawberry.field(
        description="The last first; days are the organization's, `occurredUntil` is not part of the span.",
        metadata={NEEDS: READ},
        extensions=[Paged(orders("ActivitySort", ACTIVITY_SORTING))],
    )
    async def activities(
        self,
        info: Info,
        page: PageRequest,
        person_id: strawberry.ID | None = None,
        deal_id: strawberry.ID | None = None,
        kind: ActivityKind | None = None,
        occurred_from: dt.date | None = None,
        occurred_until: dt.date | None = None,
    ) -> Connection[Activity]:
        """One page."""
        span = {"occurred_from": occurred_from, "occurred_until": occurred_until}
        about = {"person_id": id_of(person_id, "Person"), "deal_id": id_of(deal_id, "Deal")}
        filters = to_input(ActivityFilter, **about, kind=kind, **span)
        async with info.context.session() as session:
            found = await facts.list_activities(session, info.context.principal, filters, page)
        return to_connection(found, to_activity, page)


@strawberry.input(description="An activity by its id in its system; what is absent stays, null clears.")
class UpsertActivityInput:
    """One item."""

    external_id: str
    kind: ActivityKind = strawberry.field(description="What it is.")
    object: ActivityKind | None = UNSET
    occurred_at: dt.datetime | None = UNSET
    deal: str | None = UNSET
    owner: str | None = UNSET
    direction: str | None = UNSET
    outcome: str | None = UNSET
    status: str | None = UNSET
    duration_seconds: Decimal | None = UNSET
    attributes: JSON | None = UNSET
    modified_at: dt.datetime | None = UNSET
    deleted: bool | None = UNSET


@strawberry.input(description="Up to 500 activities of one system; each item is answered on its own.")
class BulkUpsertActivitiesInput:
    """A push."""

    system: str
    account: str | None = UNSET
    activities: list[UpsertActivityInput]
    idempotency_key: str | None = None


@mutation(
    "Push activities; each item is answered on its own.",
    needs=WRITE,
    payload=BulkPayload,
    render=to_bulk_payload("Activity"),
)
async def bulk_upsert_activities(session: TenantSession, info: Info, data: BulkUpsertActivitiesInput) -> BulkResults:
    """`POST /v1/activities`."""
    pushed = to_dto(BulkUpsertActivities, data)
    return BulkResults(items=await pushing.bulk_upsert_activities(session, info.context.principal, pushed))


@strawberry.type
class ActivitiesMutation:
    """Mutations of activities."""

    bulk_upsert_activities = bulk_upsert_activities
