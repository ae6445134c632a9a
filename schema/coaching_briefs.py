"""Briefs: what a manager and a rep have before them, live until their session starts."""

import contextlib
import datetime as dt
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from schema.brief_statements import BriefSectionConnection, BriefSectionEdge, BriefStatementConnection, to_statements
from schema.coaching_topics.types import CoachingTopic, to_coaching_topic
from schema.commitments import Commitment, to_commitment
from schema.context import Info
from schema.describing import NEEDS, describe
from schema.inputs import row_id
from schema.paging import Paged
from schema.people.linked import linked_person
from schema.quadrant_verdicts import QuadrantVerdict
from schema.relay import (
    Connection,
    Node,
    NullIfAbsent,
    id_of,
    page_of_list,
    part_of_list,
    to_global_id,
    to_page_info,
)
from schema.scalars import Cursor
from service.coaching_sessions.dto.brief import BriefDTO
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases.briefs import get_brief
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People

if TYPE_CHECKING:
    from schema.people.types import Person

READ = Permission.COACHING_SESSIONS_READ
TYPE, SESSION = "CoachingBrief", "CoachingSession"


@strawberry.type(description="What the two have before them: live until the session starts, and kept from then on.")
class CoachingBrief(Node):
    """A brief."""

    row: strawberry.Private[BriefDTO]
    starts_at: dt.datetime = strawberry.field(description="When the session starts.")
    ends_at: dt.datetime = strawberry.field(description="When it ends.")
    time_zone: str
    as_of: dt.datetime
    is_frozen: bool
    since: dt.datetime
    manager_name: str = strawberry.field(description="Who coaches.")
    rep_name: str = strawberry.field(description="Who is coached.")
    quadrant_unavailable: str | None = strawberry.field(
        description="Why there is no quadrant of the rep; null: there is one."
    )
    focus_gaps_unavailable: str | None = strawberry.field(
        description="Why nothing is told of the skills that matter most; null: it is."
    )

    quadrant_verdict: QuadrantVerdict | None = strawberry.field(
        description="The rep's quadrant, or why it is none of the four; null: there is nothing to hold deals against."
    )

    @strawberry.field(
        description="The rep's quadrant: what to do, the evidence, and what would settle it.",
        extensions=[Paged(whole=True)],
    )
    def quadrant(self, page: PageRequest) -> BriefStatementConnection:
        """All of them, unless fewer are asked for."""
        return to_statements(self.row.quadrant.statements, page)

    @strawberry.field(
        description="A skill of focus each, or what is missing to tell; then the progress of each development plan.",
        extensions=[Paged(whole=True)],
    )
    def focus_gaps(self, page: PageRequest) -> BriefStatementConnection:
        """All of them, unless fewer are asked for."""
        return to_statements(self.row.focus_gaps.statements, page)

    @strawberry.field(description="The session that it is for.")
    def session_id(self) -> strawberry.ID:
        """A global id."""
        return to_global_id(SESSION, self.row.session_id)

    @strawberry.field(description="The last session that was held; null: this is the first.")
    def previous_session_id(self) -> strawberry.ID | None:
        """A global id."""
        found = self.row.previous_session_id
        return None if found is None else to_global_id(SESSION, found)

    @strawberry.field(
        description="Who coaches, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def manager(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await linked_person(info, self.row.manager.id)

    @strawberry.field(
        description="Who is coached, if the caller may see that person today.", metadata={NEEDS: People.PEOPLE_READ}
    )
    async def rep(self, info: Info) -> Annotated["Person", strawberry.lazy("schema.people.types")] | None:
        """Through the loader."""
        return await linked_person(info, self.row.rep.id)

    @strawberry.field(description="The sections of the format.", extensions=[Paged(whole=True)])
    def agenda(self, page: PageRequest) -> BriefSectionConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.agenda, page)
        edges = [
            BriefSectionEdge(cursor=Cursor(cursor), node=one.title, key=one.key, minutes=one.minutes)
            for cursor, one in zip(found.cursors, found.items, strict=True)
        ]
        return BriefSectionConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(extensions=[Paged(whole=True)])
    def changes(self, page: PageRequest) -> BriefStatementConnection:
        """All of them, unless fewer are asked for."""
        return to_statements(self.row.changes, page)

    @strawberry.field(extensions=[Paged(whole=True)])
    def kpis_behind(self, page: PageRequest) -> BriefStatementConnection:
        """As above."""
        return to_statements(self.row.kpis_behind, page)

    @strawberry.field(extensions=[Paged(whole=True)])
    def process_adherence(self, page: PageRequest) -> BriefStatementConnection:
        """As above."""
        return to_statements(self.row.process_adherence, page)

    @strawberry.field(extensions=[Paged(whole=True)])
    def deals_to_inspect(self, page: PageRequest) -> BriefStatementConnection:
        """As above."""
        return to_statements(self.row.deals_to_inspect, page)

    @strawberry.field(extensions=[Paged(whole=True)])
    def wins(self, page: PageRequest) -> BriefStatementConnection:
        """As above."""
        return to_statements(self.row.wins, page)

    @strawberry.field(extensions=[Paged(whole=True)])
    def commitments(self, page: PageRequest) -> Connection[Commitment]:
        """As above."""
        return part_of_list(self.row.commitments, to_commitment, page)

    @strawberry.field(extensions=[Paged(whole=True)])
    def topics(self, page: PageRequest) -> Connection[CoachingTopic]:
        """As above."""
        return part_of_list(self.row.topics, to_coaching_topic, page)


describe(CoachingBrief, BriefDTO)


def to_coaching_brief(dto: BriefDTO) -> CoachingBrief:
    """The GraphQL view of a brief; its id names the session and the rep."""
    return CoachingBrief(
        id=to_global_id(TYPE, f"{dto.session_id}:{dto.rep.id}"),
        row=dto,
        starts_at=dto.starts_at,
        ends_at=dto.ends_at,
        time_zone=dto.time_zone,
        as_of=dto.as_of,
        is_frozen=dto.is_frozen,
        since=dto.since,
        manager_name=dto.manager.name,
        rep_name=dto.rep.name,
        quadrant_unavailable=dto.quadrant.reason,
        quadrant_verdict=None if dto.quadrant.quadrant is None else dto.quadrant.quadrant.verdict,
        focus_gaps_unavailable=dto.focus_gaps.reason,
    )


async def load_coaching_brief(info: Info, key: str) -> CoachingBrief:
    """By the session and the rep."""
    session_id, rep_id = (UUID(part) for part in key.split(":"))
    return await _load(info, session_id, rep_id)


async def _load(info: Info, session_id: UUID, rep_id: UUID | None) -> CoachingBrief:
    async with info.context.session() as session:
        return to_coaching_brief(await get_brief(session, info.context.principal, session_id, rep_id))


@strawberry.type
class CoachingBriefsQuery:
    """Queries of briefs."""

    @strawberry.field(
        description="The brief of a session, about a rep of it; by default oneself, else the session's rep.",
        metadata={NEEDS: READ},
        extensions=[NullIfAbsent()],
    )
    async def coaching_brief(
        self, info: Info, session_id: strawberry.ID, rep_id: strawberry.ID | None = None
    ) -> CoachingBrief | None:
        """By the session's global id."""
        return await _load(info, row_id(session_id, SESSION), id_of(rep_id, "Person"))


@strawberry.type(description="A brief that says something else than before.")
class BriefChangedPayload:
    """One message of the subscription."""

    coaching_brief: CoachingBrief = strawberry.field(description="As it is now.")


@strawberry.type
class CoachingBriefsSubscription:
    """Subscriptions of briefs."""

    @strawberry.subscription(
        description="The brief of a session whenever it changes, until the session starts: the kept one is the last.",
        metadata={NEEDS: READ},
    )
    async def brief_changed(
        self, info: Info, session_id: strawberry.ID, rep_id: strawberry.ID | None = None
    ) -> AsyncGenerator[BriefChangedPayload, None]:
        """Messages until either side ends it."""
        context = info.context
        watching = context.brief_feed.watch(context.principal, row_id(session_id, SESSION), id_of(rep_id, "Person"))
        async with contextlib.aclosing(watching) as news:
            async for brief in news:
                context.forget()
                yield BriefChangedPayload(coaching_brief=to_coaching_brief(brief))
