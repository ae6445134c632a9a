"""Tables of development plans: one or two focus skills, their steps and reviews."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.core.tables import TenantRow, timestamp

PERSON = ("person.org_id", "person.id")


def _of_plan() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["org_id", "plan_id"], ["development_plan.org_id", "development_plan.id"], ondelete="CASCADE"
    )


class DevelopmentPlan(TenantRow, table=True):
    """What a rep works on, agreed by rep and manager both; the baseline is frozen when it starts."""

    __tablename__ = "development_plan"

    person_id: UUID
    framework_id: UUID
    status: str
    reason: str = Field(description="Why these skills")
    target_on: date
    created_by: UUID | None = Field(default=None, description="NULL: by a key of the organization")
    rep_agreed_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    manager_agreed_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    manager_id: UUID | None = Field(default=None, description="The manager who agreed")
    started_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    baseline: dict[str, Any] | None = Field(
        default=None, sa_column=Column(JSONB(none_as_null=True), nullable=True), description="A `Baseline`, by skill"
    )
    extended_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    extension_reason: str | None = None
    first_target_on: date | None = Field(default=None, description="What the target day was before it was extended")
    ended_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    end_reason: str | None = None
    final_progress: dict[str, Any] | None = Field(
        default=None,
        sa_column=Column(JSONB(none_as_null=True), nullable=True),
        description="A `PlanProgressDTO`: how far it had come when it ended",
    )
    lifted_at: datetime | None = Field(
        default=None, sa_column=timestamp(nullable=True), description="It may start beyond the limit of focuses"
    )
    lifted_by: UUID | None = None
    lift_reason: str | None = None
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], list(PERSON), ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "framework_id"], ["competency_framework.org_id", "competency_framework.id"]),
        CheckConstraint("status IN ('proposed', 'agreed', 'active', 'extended', 'closed', 'dropped')", name="status"),
        CheckConstraint("num_nonnulls(started_at, baseline) IN (0, 2)", name="baseline"),
        CheckConstraint("status NOT IN ('active', 'extended', 'closed') OR started_at IS NOT NULL", name="started"),
        CheckConstraint("status <> 'proposed' OR num_nonnulls(rep_agreed_at, manager_agreed_at) < 2", name="proposed"),
        CheckConstraint(
            "status NOT IN ('agreed', 'active', 'extended', 'closed')"
            " OR num_nonnulls(rep_agreed_at, manager_agreed_at) = 2",
            name="agreed",
        ),
        CheckConstraint("num_nonnulls(extended_at, extension_reason, first_target_on) IN (0, 3)", name="extension"),
        CheckConstraint("status <> 'extended' OR extended_at IS NOT NULL", name="extended"),
        CheckConstraint(
            "(status IN ('closed', 'dropped')) = (ended_at IS NOT NULL) AND num_nonnulls(ended_at, end_reason) <> 1",
            name="ended",
        ),
        CheckConstraint("final_progress IS NULL OR ended_at IS NOT NULL", name="final_progress"),
        CheckConstraint("num_nonnulls(lifted_at, lift_reason) IN (0, 2)", name="lifted"),
        Index("ix_development_plan__org_id_person_id", "org_id", "person_id", "status"),
        Index("ix_development_plan__org_id_created_at", "org_id", "created_at", "id"),
    )


class PlanFocus(SQLModel, table=True):
    """A skill that a plan is about: the first or the second."""

    __tablename__ = "plan_focus"

    org_id: UUID = Field(primary_key=True)
    plan_id: UUID = Field(primary_key=True)
    skill: str = Field(primary_key=True)
    place: int = Field(sa_column=Column(SmallInteger, nullable=False))
    target_level: int = Field(sa_column=Column(SmallInteger, nullable=False))
    kpi: str | None = Field(default=None, description="What should move with it")

    __table_args__ = (
        _of_plan(),
        UniqueConstraint("org_id", "plan_id", "place"),
        CheckConstraint("place IN (1, 2)", name="place"),
    )


class PlanStep(TenantRow, table=True):
    """Something that somebody does for a focus skill by a day."""

    __tablename__ = "plan_step"

    plan_id: UUID
    skill: str
    kind: str
    description: str
    owner_id: UUID
    due_on: date
    done_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    done_by: UUID | None = None
    note: str | None = None
    told_at: datetime | None = Field(
        default=None, sa_column=timestamp(nullable=True), description="When it was told of as due"
    )
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        _of_plan(),
        ForeignKeyConstraint(["org_id", "owner_id"], list(PERSON), ondelete="CASCADE"),
        CheckConstraint("kind IN ('practice', 'shadowing', 'reading', 'call_review')", name="kind"),
        Index("ix_plan_step__org_id_plan_id", "org_id", "plan_id", "due_on"),
        Index("ix_plan_step__org_id_owner_id", "org_id", "owner_id", "due_on"),
        Index(
            "ix_plan_step__open",
            "org_id",
            "due_on",
            postgresql_where=text("done_at IS NULL AND told_at IS NULL"),
        ),
    )


class PlanReview(TenantRow, table=True):
    """A day on which rep and manager look at the plan, and what they found."""

    __tablename__ = "plan_review"

    plan_id: UUID
    review_on: date
    held_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    held_by: UUID | None = None
    note: str | None = None
    told_at: datetime | None = Field(
        default=None, sa_column=timestamp(nullable=True), description="When it was told of as due"
    )

    __table_args__ = (
        _of_plan(),
        UniqueConstraint("org_id", "plan_id", "review_on"),
        CheckConstraint("held_at IS NULL OR note IS NOT NULL", name="held"),
        Index(
            "ix_plan_review__open",
            "org_id",
            "review_on",
            postgresql_where=text("held_at IS NULL AND told_at IS NULL"),
        ),
    )
