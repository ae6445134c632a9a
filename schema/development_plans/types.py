"""Development plans with their focuses, steps and reviews."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe, describe_enum
from schema.development_plans.progress import PlanProgress, to_plan_progress
from schema.paging import Paged
from schema.people.linked import linked_person
from schema.relay import Connection, Node, PageInfo, page_of_list, part_of_list, to_global_id, to_page_info
from schema.scalars import Cursor
from service.core.etags import etag_of
from service.core.pagination import PageRequest
from service.organizations.permissions import Permission as People
from service.skill_assessments.dto.plan_steps import (
    PlanReviewDTO,
    PlanStepDTO,
    StepKind,
)
from service.skill_assessments.dto.plans import (
    DevelopmentPlanDTO,
    PlanFocusDTO,
)
from service.skill_assessments.permissions import Permission
from service.skill_assessments.plans.lifecycle import PlanMove, PlanState
from service.skill_assessments.use_cases import plan_steps, plans

if TYPE_CHECKING:
    from schema.people.types import Person

READ, WRITE = Permission.DEVELOPMENT_PLANS_READ, Permission.DEVELOPMENT_PLANS_WRITE
TYPE, STEP, REVIEW = "DevelopmentPlan", "PlanStep", "PlanReview"
SEEN = {NEEDS: People.PEOPLE_READ}
LazyPerson = Annotated["Person", strawberry.lazy("schema.people.types")]

describe_enum(
    PlanState,
    "Where a development plan is on its way.",
    name="DevelopmentPlanStatus",
    proposed="It waits for the agreement of the rep or the manager.",
    agreed="Both have agreed; it has not started.",
    active="The person works on it.",
    extended="They still do, until a later day than was agreed.",
    closed="The work is over.",
    dropped="Nothing came of it.",
)
describe_enum(
    PlanMove,
    "What can be done to a development plan.",
    name="DevelopmentPlanAction",
    agree="Agree to it as it is.",
    change="Change its focuses, reason or target day.",
    arrange="Add, change and delete steps and reviews.",
    start="Begin, and freeze where the person stands.",
    work="Finish steps and hold reviews.",
    extend="Put the target day off.",
    close="Say that the work is over.",
    drop="Say that nothing comes of it.",
    lift="Let it start though the person then works on more than two skills.",
)
describe_enum(
    StepKind,
    "What kind of work a step is.",
    name="PlanStepKind",
    practice="To practise.",
    shadowing="To watch somebody at work.",
    reading="To read.",
    call_review="To go through a call.",
)


@strawberry.type(description="Something that somebody does for a focus skill by a day.")
class PlanStep(Node):
    """A step."""

    row: strawberry.Private[PlanStepDTO]
    plan_id: strawberry.ID = strawberry.field(description="The plan that it is a step of.")
    skill: str
    kind: StepKind
    description: str
    due_on: dt.date
    done_at: dt.datetime | None
    note: str | None
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="Who does it, if the caller may see that person today.", metadata=SEEN)
    async def owner(self, info: Info) -> LazyPerson | None:
        """Through the loader."""
        return await linked_person(info, self.row.owner_id)

    @strawberry.field(description="Who said that it is done, if the caller may see that person today.", metadata=SEEN)
    async def done_by(self, info: Info) -> LazyPerson | None:
        """Through the loader."""
        return await linked_person(info, self.row.done_by)


@strawberry.type(description="A day on which to look at how it goes.")
class PlanReview(Node):
    """A review."""

    row: strawberry.Private[PlanReviewDTO]
    plan_id: strawberry.ID = strawberry.field(description="The plan that it is about.")
    review_on: dt.date
    held_at: dt.datetime | None
    note: str | None

    @strawberry.field(description="Who said that it was held, if the caller may see that person today.", metadata=SEEN)
    async def held_by(self, info: Info) -> LazyPerson | None:
        """Through the loader."""
        return await linked_person(info, self.row.held_by)


@strawberry.type(description="A skill that a plan is about.")
class PlanFocusEdge:
    """The key is the node; the baseline is null until the plan starts."""

    cursor: Cursor = strawberry.field(description="Its place in the list, for `after` and `before`.")
    node: str = strawberry.field(description="The key of the skill in the framework.")
    name: str
    target_level: int
    target_name: str
    kpi: str | None
    baseline_level: Decimal | None = strawberry.field(description="The level when the plan started.")
    baseline_error: Decimal | None = strawberry.field(description="Its standard error.")
    baseline_n: int | None = strawberry.field(description="Its raters.")
    baseline_kpi: Decimal | None = strawberry.field(description="The linked KPI in the last whole month before.")
    baseline_kpi_n: int | None = strawberry.field(description="Facts that this rests on.")


@strawberry.type(description="One or two skills, in order.")
class PlanFocusConnection:
    """A Relay connection."""

    edges: list[PlanFocusEdge] = strawberry.field(description="The skills of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")


describe(PlanStep, PlanStepDTO)
describe(PlanReview, PlanReviewDTO)
describe(PlanFocusEdge, PlanFocusDTO)


@strawberry.type(description="One or two skills that a person works on, agreed by them and a manager above them.")
class DevelopmentPlan(Node):
    """A plan."""

    row: strawberry.Private[DevelopmentPlanDTO]
    framework_id: strawberry.ID
    status: PlanState
    reason: str
    target_on: dt.date
    rep_agreed_at: dt.datetime | None
    manager_agreed_at: dt.datetime | None
    started_at: dt.datetime | None
    extended_at: dt.datetime | None
    extension_reason: str | None
    first_target_on: dt.date | None
    ended_at: dt.datetime | None
    end_reason: str | None
    lifted_at: dt.datetime | None
    lift_reason: str | None
    created_at: dt.datetime
    updated_at: dt.datetime

    @strawberry.field(description="Whose plan it is, if the caller may see that person today.", metadata=SEEN)
    async def person(self, info: Info) -> LazyPerson | None:
        """Through the loader."""
        return await linked_person(info, self.row.person_id)

    @strawberry.field(description="The manager who agreed, if the caller may see that person today.", metadata=SEEN)
    async def manager(self, info: Info) -> LazyPerson | None:
        """Through the loader."""
        return await linked_person(info, self.row.manager_id)

    @strawberry.field(
        description="Who proposed it, if the caller may see that person today; null also for a key.", metadata=SEEN
    )
    async def created_by(self, info: Info) -> LazyPerson | None:
        """Through the loader."""
        return await linked_person(info, self.row.created_by)

    @strawberry.field(description="Who lifted the limit, if the caller may see that person today.", metadata=SEEN)
    async def lifted_by(self, info: Info) -> LazyPerson | None:
        """Through the loader."""
        return await linked_person(info, self.row.lifted_by)

    @strawberry.field(description="The skills that it is about.", extensions=[Paged(whole=True)])
    def focuses(self, page: PageRequest) -> PlanFocusConnection:
        """In order."""
        found = page_of_list(self.row.focuses, page)
        edges = [_to_focus(cursor, dto) for cursor, dto in zip(found.cursors, found.items, strict=True)]
        return PlanFocusConnection(edges=edges, page_info=to_page_info(found, page))

    @strawberry.field(description="What is done for it, the earliest due first.", extensions=[Paged(whole=True)])
    def steps(self, page: PageRequest) -> Connection[PlanStep]:
        """All of them, unless fewer are asked for."""
        return part_of_list(self.row.steps, to_plan_step, page)

    @strawberry.field(description="When to look at how it goes, by day.", extensions=[Paged(whole=True)])
    def reviews(self, page: PageRequest) -> Connection[PlanReview]:
        """All of them, unless fewer are asked for."""
        return part_of_list(self.row.reviews, to_plan_review, page)

    @strawberry.field(description="What the caller may do now.", extensions=[Paged(whole=True)])
    def allowed_moves(self, page: PageRequest) -> Connection[PlanMove]:
        """In the order of the state machine."""
        return part_of_list(self.row.allowed_moves, PlanMove, page)

    @strawberry.field(description="How far it has come.", metadata={NEEDS: READ})
    async def progress(self, info: Info) -> PlanProgress | None:
        """Through the loader."""
        found = await info.context.loaders.plan_progress.load(self.row.id)
        return None if found is None else to_plan_progress(found)

    @strawberry.field(description="Changes with every edit; give it as `ifMatch`.")
    def etag(self) -> str:
        """The same as over REST."""
        return etag_of(self.row)


describe(DevelopmentPlan, DevelopmentPlanDTO)


def to_development_plan(dto: DevelopmentPlanDTO) -> DevelopmentPlan:
    """The GraphQL view of a plan."""
    people = {"person_id", "manager_id", "created_by", "lifted_by"}
    lists = {"focuses", "steps", "reviews", "allowed_moves"}
    fields = dto.model_dump(exclude={"id", "framework_id", *people, *lists})
    framework_id = to_global_id("CompetencyFramework", dto.framework_id)
    return DevelopmentPlan(id=to_global_id(TYPE, dto.id), row=dto, framework_id=framework_id, **fields)


def to_plan_step(dto: PlanStepDTO) -> PlanStep:
    """The GraphQL view of a step."""
    fields = dto.model_dump(exclude={"id", "plan_id", "owner_id", "done_by"})
    return PlanStep(id=to_global_id(STEP, dto.id), row=dto, plan_id=to_global_id(TYPE, dto.plan_id), **fields)


def to_plan_review(dto: PlanReviewDTO) -> PlanReview:
    """The GraphQL view of a review."""
    fields = dto.model_dump(exclude={"id", "plan_id", "held_by"})
    return PlanReview(id=to_global_id(REVIEW, dto.id), row=dto, plan_id=to_global_id(TYPE, dto.plan_id), **fields)


def _to_focus(cursor: str, dto: PlanFocusDTO) -> PlanFocusEdge:
    skill = None if dto.baseline is None else dto.baseline.skill
    kpi = None if dto.baseline is None else dto.baseline.kpi
    return PlanFocusEdge(
        cursor=Cursor(cursor),
        node=dto.skill,
        baseline_level=None if skill is None else skill.level,
        baseline_error=None if skill is None else skill.standard_error,
        baseline_n=None if skill is None else skill.n,
        baseline_kpi=None if kpi is None else kpi.value,
        baseline_kpi_n=None if kpi is None else kpi.n,
        **dto.model_dump(exclude={"skill", "baseline"}),
    )


async def load_development_plan(info: Info, id_: UUID) -> DevelopmentPlan:
    """By row id."""
    async with info.context.session() as session:
        return to_development_plan(await plans.get_development_plan(session, info.context.principal, id_))


async def load_plan_step(info: Info, id_: UUID) -> PlanStep:
    """By row id."""
    async with info.context.session() as session:
        return to_plan_step(await plan_steps.get_plan_step(session, info.context.principal, id_))


async def load_plan_review(info: Info, id_: UUID) -> PlanReview:
    """By row id."""
    async with info.context.session() as session:
        return to_plan_review(await plan_steps.get_plan_review(session, info.context.principal, id_))
