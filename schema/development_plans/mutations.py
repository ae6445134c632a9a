"""What can be done to a development plan."""

import datetime as dt

import strawberry
from strawberry.types.unset import UNSET

from schema.context import Info
from schema.development_plans.types import TYPE, WRITE, DevelopmentPlan, to_development_plan
from schema.inputs import precondition, row_id, to_dto
from schema.mutations import mutation
from service.core.database import TenantSession
from service.skill_assessments.dto.plan_steps import (
    StepKind,
)
from service.skill_assessments.dto.plans import (
    CreateDevelopmentPlan,
    DevelopmentPlanDTO,
    EndDevelopmentPlan,
    ExtendDevelopmentPlan,
    LiftFocusLimit,
    UpdateDevelopmentPlan,
)
from service.skill_assessments.use_cases import plan_moves, plans


@strawberry.type(description="A development plan as it is now.")
class DevelopmentPlanPayload:
    """The answer to a mutation of one plan."""

    development_plan: DevelopmentPlan = strawberry.field(description="The plan.")


@strawberry.input(description="A skill to work on, and the KPI that should move with it.")
class PlanFocusInput:
    """A focus."""

    skill: str
    target_level: int
    kpi: str | None = UNSET


@strawberry.input(description="Something that somebody does for a focus skill by a day.")
class PlanStepInput:
    """A step of a plan that is proposed."""

    skill: str
    kind: StepKind
    description: str
    owner_id: strawberry.ID | None = UNSET
    due_on: dt.date


@strawberry.input(description="A proposal of what to work on.")
class CreateDevelopmentPlanInput:
    """All that a plan begins with."""

    person_id: strawberry.ID
    framework_key: str
    reason: str
    target_on: dt.date
    focuses: list[PlanFocusInput]
    steps: list[PlanStepInput] | None = UNSET
    review_days: list[dt.date] | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="What is absent stays; the other side's agreement is taken back.")
class UpdateDevelopmentPlanInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    reason: str | None = UNSET
    target_on: dt.date | None = UNSET
    focuses: list[PlanFocusInput] | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="To which plan the caller agrees.")
class AgreeDevelopmentPlanInput:
    """No more than its id."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Which plan begins.")
class StartDevelopmentPlanInput:
    """No more than its id."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Until when a plan is put off, and why.")
class ExtendDevelopmentPlanInput:
    """A later day."""

    id: strawberry.ID
    if_match: str | None = None
    target_on: dt.date
    reason: str
    idempotency_key: str | None = None


@strawberry.input(description="Which plan is over, and why.")
class CloseDevelopmentPlanInput:
    """An end."""

    id: strawberry.ID
    if_match: str | None = None
    reason: str
    idempotency_key: str | None = None


@strawberry.input(description="Of which plan nothing comes, and why.")
class DropDevelopmentPlanInput:
    """An end."""

    id: strawberry.ID
    if_match: str | None = None
    reason: str
    idempotency_key: str | None = None


@strawberry.input(description="Which plan may start beyond the limit of two skills, and why.")
class LiftFocusLimitInput:
    """An exception."""

    id: strawberry.ID
    if_match: str | None = None
    reason: str
    idempotency_key: str | None = None


def to_payload(dto: DevelopmentPlanDTO, _data: object) -> DevelopmentPlanPayload:
    """The answer to a mutation of one plan."""
    return DevelopmentPlanPayload(development_plan=to_development_plan(dto))


@mutation("Propose a plan.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def create_development_plan(
    session: TenantSession, info: Info, data: CreateDevelopmentPlanInput
) -> DevelopmentPlanDTO:
    """`POST /v1/development-plans`."""
    return await plans.create_development_plan(session, info.context.principal, to_dto(CreateDevelopmentPlan, data))


@mutation("Change a plan that has not started.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def update_development_plan(
    session: TenantSession, info: Info, data: UpdateDevelopmentPlanInput
) -> DevelopmentPlanDTO:
    """`PATCH /v1/development-plans/{id}`."""
    id_, changes, expected = row_id(data.id, TYPE), to_dto(UpdateDevelopmentPlan, data), precondition(data.if_match)
    return await plans.update_development_plan(session, info.context.principal, id_, changes, expected)


@mutation("Agree to a plan.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def agree_development_plan(
    session: TenantSession, info: Info, data: AgreeDevelopmentPlanInput
) -> DevelopmentPlanDTO:
    """`POST /v1/development-plans/{id}/agree`."""
    expected = precondition(data.if_match)
    return await plan_moves.agree_development_plan(session, info.context.principal, row_id(data.id, TYPE), expected)


@mutation("Begin.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def start_development_plan(
    session: TenantSession, info: Info, data: StartDevelopmentPlanInput
) -> DevelopmentPlanDTO:
    """`POST /v1/development-plans/{id}/start`."""
    expected = precondition(data.if_match)
    return await plan_moves.start_development_plan(session, info.context.principal, row_id(data.id, TYPE), expected)


@mutation("Put the target day off.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def extend_development_plan(
    session: TenantSession, info: Info, data: ExtendDevelopmentPlanInput
) -> DevelopmentPlanDTO:
    """`POST /v1/development-plans/{id}/extend`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(ExtendDevelopmentPlan, data), precondition(data.if_match)
    return await plan_moves.extend_development_plan(session, info.context.principal, id_, given, expected)


@mutation("Say that the work is over.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def close_development_plan(
    session: TenantSession, info: Info, data: CloseDevelopmentPlanInput
) -> DevelopmentPlanDTO:
    """`POST /v1/development-plans/{id}/close`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(EndDevelopmentPlan, data), precondition(data.if_match)
    return await plan_moves.close_development_plan(session, info.context.principal, id_, given, expected)


@mutation("Say that nothing comes of it.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def drop_development_plan(
    session: TenantSession, info: Info, data: DropDevelopmentPlanInput
) -> DevelopmentPlanDTO:
    """`POST /v1/development-plans/{id}/drop`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(EndDevelopmentPlan, data), precondition(data.if_match)
    return await plan_moves.drop_development_plan(session, info.context.principal, id_, given, expected)


@mutation("Let a plan start beyond the limit.", needs=WRITE, payload=DevelopmentPlanPayload, render=to_payload)
async def lift_focus_limit(session: TenantSession, info: Info, data: LiftFocusLimitInput) -> DevelopmentPlanDTO:
    """`POST /v1/development-plans/{id}/lift`."""
    id_, given, expected = row_id(data.id, TYPE), to_dto(LiftFocusLimit, data), precondition(data.if_match)
    return await plan_moves.lift_focus_limit(session, info.context.principal, id_, given, expected)


@strawberry.type
class DevelopmentPlansMutation:
    """Mutations of development plans."""

    create_development_plan = create_development_plan
    update_development_plan = update_development_plan
    agree_development_plan = agree_development_plan
    start_development_plan = start_development_plan
    extend_development_plan = extend_development_plan
    close_development_plan = close_development_plan
    drop_development_plan = drop_development_plan
    lift_focus_limit = lift_focus_limit
