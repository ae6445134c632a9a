"""What a rep is asked about a coaching session, and their answers, which are taken and never shown."""

import datetime as dt
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from schema.context import Info
from schema.describing import describe
from schema.inputs import row_id, to_dto
from schema.mutations import mutation
from schema.paging import Paged
from schema.relay import Connection, Node, PageInfo, page_of_list, part_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.coaching_sessions.dto.ratings import CoachingRatingDTO, RateCoachingSession, RatingQuestionDTO
from service.coaching_sessions.permissions import Permission
from service.coaching_sessions.use_cases import ratings
from service.core.database import TenantSession
from service.core.pagination import PageRequest

WRITE = Permission.COACHING_RATINGS_WRITE


@strawberry.type(description="A question that coaching is rated by.")
class RatingQuestionEdge:
    """The question's key is the node."""

    row: strawberry.Private[RatingQuestionDTO]
    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The question's key.")
    question: str

    @strawberry.field(description=RatingQuestionDTO.model_fields["anchors"].description, extensions=[Paged(whole=True)])
    def anchors(self, page: PageRequest) -> Connection[str]:
        """The lowest first."""
        return part_of_list(self.row.anchors, str, page)


describe(RatingQuestionEdge, RatingQuestionDTO)


@strawberry.type(description="The questions that coaching is rated by.")
class RatingQuestionConnection:
    """A Relay connection."""

    edges: list[RatingQuestionEdge] = strawberry.field(description="The questions of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


def questions_page(questions: list[RatingQuestionDTO], page: PageRequest) -> RatingQuestionConnection:
    """A page of the questions of a set."""
    found = page_of_list(questions, page)
    edges = [
        RatingQuestionEdge(cursor=Cursor(cursor), node=one.key, question=one.question, row=one)
        for cursor, one in zip(found.cursors, found.items, strict=True)
    ]
    return RatingQuestionConnection(edges=edges, page_info=to_page_info(found, page))


@strawberry.type(description="What the caller is asked about a coaching session; answers are never read again.")
class CoachingRating(Node):
    """Its id is that of the session: everybody who was coached in it finds it."""

    row: strawberry.Private[CoachingRatingDTO]
    set_key: str
    set_version: int
    open_until: dt.datetime

    @strawberry.field(description="The questions, in order.", extensions=[Paged(whole=True)])
    def questions(self, page: PageRequest) -> RatingQuestionConnection:
        """All of them, unless fewer are asked for."""
        return questions_page(self.row.questions, page)


describe(CoachingRating, CoachingRatingDTO)


def to_coaching_rating(dto: CoachingRatingDTO) -> CoachingRating:
    """The GraphQL view of it."""
    fields = dto.model_dump(exclude={"session_id", "questions"})
    return CoachingRating(id=to_global_id("CoachingRating", dto.session_id), row=dto, **fields)


async def load_coaching_rating(info: Info, id_: UUID) -> CoachingRating:
    """By the session's row id."""
    async with info.context.session() as session:
        return to_coaching_rating(await ratings.get_coaching_rating(session, info.context.principal, id_))


@strawberry.input(description="The caller's answers, a step from 1 to 5 by question; `id` is the session's.")
class RateCoachingSessionInput:
    """A rating."""

    id: strawberry.ID
    answers: JSON


@strawberry.type(description="What was rated; the answers are not repeated.")
class CoachingRatingPayload:
    """The answer to a rating."""

    coaching_rating: CoachingRating = strawberry.field(description="What was asked.")


def _payload(dto: CoachingRatingDTO, _data: object) -> CoachingRatingPayload:
    return CoachingRatingPayload(coaching_rating=to_coaching_rating(dto))


@mutation(
    "Rate the coaching of a session, or rate it anew; no event and no audit row tells of it.",
    needs=WRITE,
    payload=CoachingRatingPayload,
    render=_payload,
    anonymous=True,
)
async def rate_coaching_session(
    session: TenantSession, info: Info, data: RateCoachingSessionInput
) -> CoachingRatingDTO:
    """`POST /v1/coaching-sessions/{id}/rating`."""
    id_, given = row_id(data.id, "CoachingSession"), to_dto(RateCoachingSession, data)
    return await ratings.rate_coaching_session(session, info.context.principal, id_, given)


@strawberry.type
class CoachingRatingsMutation:
    """Mutations of ratings."""

    rate_coaching_session = rate_coaching_session
