"""What one rater says of one person's skills, and the answers to its items."""

import datetime as dt
import functools
from decimal import Decimal
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.paging import Paged
from schema.people.types import Person, to_person
from schema.relay import Connection, Node, part_of_list, to_global_id
from service.core.errors import not_found
from service.core.etags import etag_of
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as OrganizationPermission
from service.skill_assessments.dto.assessments import AssessmentAnswerDTO, SkillAssessmentDTO
from service.skill_assessments.lifecycle import AssessmentMove, AssessmentState, RaterKind, Resolution
from service.skill_assessments.template_document import ItemKind
from service.skill_assessments.use_cases import assessments

PEOPLE = OrganizationPermission.PEOPLE_READ
TYPE = "SkillAssessment"

describe_enum(
    AssessmentState,
    "Where an assessment is.",
    name="SkillAssessmentStatus",
    draft="Its rater answers it.",
    submitted="Its rater is done; nothing changes it.",
    acknowledged="The assessed person took note of it.",
    contested="The assessed person disagrees.",
    superseded="A later revision of it was submitted.",
)
describe_enum(
    RaterKind,
    "As what somebody rates a person.",
    name="RaterKind",
    self="Themself.",
    manager="Somebody above.",
    peer="A colleague; shown in aggregate only.",
    enablement="Enablement or an administrator.",
    external="A tool or a file.",
)
describe_enum(
    ItemKind,
    "How an item of an assessment is answered.",
    name="AssessmentItemKind",
    rating="With a level of the scale.",
    yes_no="With yes or no.",
    text="With words.",
    evidence="With a deal or an activity that shows it.",
)
describe_enum(
    Resolution,
    "How a contest ended.",
    name="ContestResolution",
    upheld="The assessment stands.",
    to_be_revised="Its rater is to revise it.",
)
describe_enum(
    AssessmentMove,
    "What can be done to an assessment.",
    name="SkillAssessmentAction",
    answer="Answer its items.",
    submit="Say that it is done.",
    reschedule="Change when it is due.",
    discard="Discard the draft.",
    acknowledge="Take note of it.",
    contest="Disagree, with a reason.",
    resolve="Say whether it stands.",
    revise="Begin a correction.",
)


async def person_of(info: Info, person_id: UUID | None) -> Person | None:
    """Through the loader; None where the caller may not see them today."""
    found = None if person_id is None else await info.context.loaders.people.load(person_id)
    return None if found is None else to_person(found)


def global_or_none(type_name: str, id_: UUID | None) -> strawberry.ID | None:
    """The global id of a row, if there is one."""
    return None if id_ is None else to_global_id(type_name, id_)


@strawberry.type(description="An answer as it was given, in the words that it was given to.")
class AssessmentAnswer(Node):
    """An answer."""

    item: str
    kind: ItemKind
    prompt: str | None
    skill: str | None
    skill_name: str | None
    level: Decimal | None
    level_name: str | None
    anchor: str | None
    given: str | None
    yes: bool | None
    words: str | None
    deal_id: strawberry.ID | None
    activity_id: strawberry.ID | None


@strawberry.type(description="What one rater says of one person's skills.")
class SkillAssessment(Node):
    """An assessment."""

    row: strawberry.Private[SkillAssessmentDTO]
    person_id: strawberry.ID
    rater_id: strawberry.ID | None
    rater_kind: RaterKind
    scorer: str | None
    external_id: str | None
    framework_id: strawberry.ID
    template_id: strawberry.ID | None
    skill: str | None
    status: AssessmentState
    revision: int
    revises_id: strawberry.ID | None
    revised_by_id: strawberry.ID | None
    due_on: dt.date | None
    assessed_on: dt.date | None
    submitted_at: dt.datetime | None
    acknowledged_at: dt.datetime | None
    contested_at: dt.datetime | None
    contest_reason: str | None
    resolution: Resolution | None
    resolution_reason: str | None
    resolved_at: dt.datetime | None
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="Whose skills they are, if the caller may see them today.", metadata={NEEDS: PEOPLE})
    async def person(self, info: Info) -> Person | None:
        """Through the loader."""
        return await person_of(info, self.row.person_id)

    @strawberry.field(
        description="Who rates, if the caller may see them today; null also for a tool or a file.",
        metadata={NEEDS: PEOPLE},
    )
    async def rater(self, info: Info) -> Person | None:
        """Through the loader."""
        return await person_of(info, self.row.rater_id)

    @strawberry.field(
        description="Who asked for it, if the caller may see them today; null also for a key.", metadata={NEEDS: PEOPLE}
    )
    async def requested_by(self, info: Info) -> Person | None:
        """Through the loader."""
        return await person_of(info, self.row.requested_by)

    @strawberry.field(
        description="Who ended the contest, if the caller may see them today; null also for a key.",
        metadata={NEEDS: PEOPLE},
    )
    async def resolved_by(self, info: Info) -> Person | None:
        """Through the loader."""
        return await person_of(info, self.row.resolved_by)

    @strawberry.field(description="Days before the due day, each a reminder.", extensions=[Paged(whole=True)])
    def reminder_days(self, page: PageRequest) -> Connection[int]:
        """As they were given."""
        return part_of_list(self.row.reminder_days, int, page)

    @strawberry.field(
        description="In the order in which they are asked; null: the caller does not read them.",
        extensions=[Paged(whole=True)],
    )
    def answers(self, page: PageRequest) -> Connection[AssessmentAnswer] | None:
        """Of a draft its rater's alone."""
        if self.row.answers is None:
            return None
        return part_of_list(self.row.answers, functools.partial(to_assessment_answer, self.row.id), page)

    @strawberry.field(description="What the caller may do now.", extensions=[Paged(whole=True)])
    def allowed_moves(self, page: PageRequest) -> Connection[AssessmentMove]:
        """In the order of the state machine."""
        return part_of_list(self.row.allowed_moves, AssessmentMove, page)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(AssessmentAnswer, AssessmentAnswerDTO)
describe(SkillAssessment, SkillAssessmentDTO)


def to_assessment_answer(assessment_id: UUID, dto: AssessmentAnswerDTO) -> AssessmentAnswer:
    """The GraphQL view of an answer."""
    fields = dto.model_dump() | {
        "deal_id": global_or_none("Deal", dto.deal_id),
        "activity_id": global_or_none("Activity", dto.activity_id),
    }
    return AssessmentAnswer(id=to_global_id("AssessmentAnswer", f"{assessment_id}:{dto.item}"), **fields)


def to_skill_assessment(dto: SkillAssessmentDTO) -> SkillAssessment:
    """The GraphQL view of an assessment."""
    left_out = {"id", "requested_by", "resolved_by", "reminder_days", "answers", "allowed_moves"}
    fields = dto.model_dump(exclude=left_out) | {
        "person_id": to_global_id("Person", dto.person_id),
        "rater_id": global_or_none("Person", dto.rater_id),
        "framework_id": to_global_id("CompetencyFramework", dto.framework_id),
        "template_id": global_or_none("AssessmentTemplate", dto.template_id),
        "revises_id": global_or_none(TYPE, dto.revises_id),
        "revised_by_id": global_or_none(TYPE, dto.revised_by_id),
    }
    return SkillAssessment(id=to_global_id(TYPE, dto.id), row=dto, **fields)


async def load_skill_assessment(info: Info, id_: UUID) -> SkillAssessment:
    """By row id."""
    async with info.context.session() as session:
        return to_skill_assessment(await assessments.get_skill_assessment(session, info.context.principal, id_))


async def load_assessment_answer(info: Info, key: str) -> AssessmentAnswer:
    """By the assessment and the item."""
    assessment_id, item = key.split(":")
    async with info.context.session() as session:
        found = await assessments.get_skill_assessment(session, info.context.principal, UUID(assessment_id))
    for one in found.answers or ():
        if one.item == item:
            return to_assessment_answer(found.id, one)
    raise not_found("assessment_answer")
