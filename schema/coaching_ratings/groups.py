"""What groups of reps say of their coaching, quarter by quarter."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.coaching_ratings.own import RatingQuestionConnection, questions_page
from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.inputs import to_input
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Node, NullIfAbsent, PageInfo, id_of, page_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.coaching_sessions.dto.ratings import (
    CoachingRatingsDTO,
    CoachingRatingsQuery,
    ManagerRatingsDTO,
    QuestionMeanDTO,
    RatingGroupDTO,
    RatingGroupStatus,
)
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases.rating_reports import get_coaching_ratings
from service.core.errors import not_found
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People

OWN, TREE = "own", "tree"
LAST, ALL = "last", "all"
"""What an id names for an argument that was left out."""

describe_enum(
    RatingGroupStatus,
    "Whether a group's numbers can be told.",
    shown="They are told.",
    withheld="Fewer than five raters could be shown together.",
)


@strawberry.type(description="What a group says on average to one question.")
class QuestionMeanEdge:
    """The question's key is the node."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The question's key.")
    mean: Decimal
    mean_low: Decimal
    mean_high: Decimal
    interval_low: Decimal
    interval_high: Decimal


describe(QuestionMeanEdge, QuestionMeanDTO)


@strawberry.type(description="What a group says on average, by question.")
class QuestionMeanConnection:
    """A Relay connection."""

    edges: list[QuestionMeanEdge] = strawberry.field(description="The questions of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="The ratings of one group of reps in one period.")
class RatingGroup(Node):
    """The id names the period, the manager and whether the tree is meant."""

    row: strawberry.Private[RatingGroupDTO]
    status: RatingGroupStatus
    reason: str
    n_raters: int | None

    @strawberry.field(description=RatingGroupDTO.model_fields["means"].description, extensions=[Paged(whole=True)])
    def means(self, page: PageRequest) -> QuestionMeanConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.means, page)
        edges = [
            QuestionMeanEdge(cursor=Cursor(cursor), node=one.question, **one.model_dump(exclude={"question"}))
            for cursor, one in zip(found.cursors, found.items, strict=True)
        ]
        return QuestionMeanConnection(edges=edges, page_info=to_page_info(found, page))


describe(RatingGroup, RatingGroupDTO)


def _group(dto: RatingGroupDTO, period: dt.date | None, manager_id: UUID | None, reach: str) -> RatingGroup:
    key = f"{period}:{manager_id or ''}:{reach}"
    return RatingGroup(id=to_global_id("RatingGroup", key), row=dto, **dto.model_dump(exclude={"means"}))


async def load_rating_group(info: Info, key: str) -> RatingGroup:
    """By the first day of the period, the manager (none: the organization) and the reach."""
    starts_on, manager, reach = key.split(":")
    found = await _ask(info, CoachingRatingsQuery(on=dt.date.fromisoformat(starts_on)))
    chosen = found.organization if (manager, reach) == ("", TREE) else None
    if manager and reach in {OWN, TREE}:
        wanted = UUID(manager)
        chosen = next((getattr(one, reach) for one in found.managers if one.manager_id == wanted), None)
    if chosen is None or found.period_starts_on is None:
        raise not_found("rating_group")
    return _group(chosen, found.period_starts_on, UUID(manager) if manager else None, reach)


@strawberry.type(description="How the coaching of one manager is rated, and that of those below them.")
class ManagerRatingsEdge:
    """The manager's id is the node."""

    row: strawberry.Private[ManagerRatingsDTO]
    period: strawberry.Private[dt.date | None]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: strawberry.ID = strawberry.field(description="Whose sessions they are, also where `manager` is null.")
    name: str | None

    @strawberry.field(
        description="Whose sessions they are, if the caller may see that person today.",
        metadata={NEEDS: People.PEOPLE_READ},
    )
    async def manager(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.manager_id)
        return None if found is None else to_person(found)

    @strawberry.field(description=ManagerRatingsDTO.model_fields["own"].description)
    def own(self) -> RatingGroup:
        """Without anybody below."""
        return _group(self.row.own, self.period, self.row.manager_id, OWN)

    @strawberry.field(description=ManagerRatingsDTO.model_fields["tree"].description)
    def tree(self) -> RatingGroup:
        """With everybody below."""
        return _group(self.row.tree, self.period, self.row.manager_id, TREE)


describe(ManagerRatingsEdge, ManagerRatingsDTO)


@strawberry.type(description="How the coaching of several managers is rated.")
class ManagerRatingsConnection:
    """A Relay connection."""

    edges: list[ManagerRatingsEdge] = strawberry.field(description="The managers of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


@strawberry.type(description="What reps say of their coaching in one closed period, in groups of five or more.")
class CoachingRatings(Node):
    """The id names the question."""

    row: strawberry.Private[CoachingRatingsDTO]
    period_starts_on: dt.date | None
    period_ends_on: dt.date | None
    as_of: dt.datetime | None
    previous_ends_on: dt.date | None
    reason: str
    method: str
    set_key: str | None
    set_version: int | None

    @strawberry.field(description="The questions, in order.", extensions=[Paged(whole=True)])
    def questions(self, page: PageRequest) -> RatingQuestionConnection:
        """All of them, unless fewer are asked for."""
        return questions_page(self.row.questions, page)

    @strawberry.field(description=CoachingRatingsDTO.model_fields["organization"].description)
    def organization(self) -> RatingGroup | None:
        """With everybody below everybody."""
        found = self.row.organization
        return None if found is None else _group(found, self.period_starts_on, None, TREE)

    @strawberry.field(
        description=CoachingRatingsDTO.model_fields["managers"].description, extensions=[Paged(whole=True)]
    )
    def managers(self, page: PageRequest) -> ManagerRatingsConnection:
        """All of them, unless fewer are asked for."""
        found = page_of_list(self.row.managers, page)
        edges = [
            ManagerRatingsEdge(
                cursor=Cursor(cursor),
                node=to_global_id("Person", one.manager_id),
                name=one.name,
                row=one,
                period=self.period_starts_on,
            )
            for cursor, one in zip(found.cursors, found.items, strict=True)
        ]
        return ManagerRatingsConnection(edges=edges, page_info=to_page_info(found, page))


describe(CoachingRatings, CoachingRatingsDTO)


async def _ask(info: Info, query: CoachingRatingsQuery) -> CoachingRatingsDTO:
    async with info.context.session() as session:
        return await get_coaching_ratings(session, info.context.principal, query)


async def _ratings(info: Info, query: CoachingRatingsQuery) -> CoachingRatings:
    dto = await _ask(info, query)
    fields = dto.model_dump(exclude={"questions", "organization", "managers"})
    id_ = to_global_id("CoachingRatings", f"{query.on or LAST}:{query.manager_id or ALL}")
    return CoachingRatings(id=id_, row=dto, **fields)


async def load_coaching_ratings(info: Info, key: str) -> CoachingRatings:
    """By what the id names; a day left out is the last that was published."""
    on, manager_id = key.split(":")
    asked = {"on": None if on == LAST else on, "manager_id": None if manager_id == ALL else manager_id}
    return await _ratings(info, CoachingRatingsQuery.model_validate(asked))


@strawberry.type
class CoachingRatingsQueries:
    """Queries of how coaching is rated."""

    @strawberry.field(
        description="Of one closed quarter, by default the last that was published; of one manager and everybody who "
        "was below then, or of everybody whom the caller sees.",
        metadata={NEEDS: Permission.COACHING_RATINGS_READ},
        extensions=[NullIfAbsent()],
    )
    async def coaching_ratings(
        self, info: Info, on: dt.date | None = None, manager_id: strawberry.ID | None = None
    ) -> CoachingRatings | None:
        """Null for a manager who is none of those the caller sees in the period."""
        return await _ratings(info, to_input(CoachingRatingsQuery, on=on, manager_id=id_of(manager_id, "Person")))
