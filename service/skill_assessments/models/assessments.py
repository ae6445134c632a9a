"""Tables of assessments: who rates whom by what, the answers, and what became of them.

Row-level policies let nothing change a submitted assessment or its answers, whatever the statement: a correction is a
new row that names the one it revises. What becomes of a submitted one is a row of its own.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from service.core.tables import TenantRow, timestamp

ASSESSMENT = ("skill_assessment.org_id", "skill_assessment.id")
PERSON = ("person.org_id", "person.id")
DAYS: Any = ARRAY(Integer)


class SkillAssessment(TenantRow, table=True):
    """What one rater says of one person's skills; `template_id` NULL: levels by skill, as a scorer sends them."""

    __tablename__ = "skill_assessment"

    person_id: UUID = Field(description="Whose skills they are")
    rater_kind: str
    rater_id: UUID | None = Field(default=None, description="NULL: rated by a scorer")
    scorer: str | None = Field(default=None, description="The tool or file that the ratings come from")
    external_id: str | None = Field(default=None, description="The scorer's own id: what is sent twice is one")
    framework_id: UUID
    template_id: UUID | None = None
    skill: str | None = Field(default=None, description="The only skill that is asked about, in guide mode")
    requested_by: UUID | None = None
    status: str
    revision: int = 1
    revises_id: UUID | None = None
    due_on: date | None = None
    reminder_days: list[int] = Field(sa_type=DAYS, description="Before the due day, each a reminder")
    next_reminder_on: date | None = None
    assessed_on: date | None = Field(default=None, description="The day that the ratings speak of")
    submitted_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], list(PERSON), ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "rater_id"], list(PERSON), ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "framework_id"], ["competency_framework.org_id", "competency_framework.id"]),
        ForeignKeyConstraint(["org_id", "template_id"], ["assessment_template.org_id", "assessment_template.id"]),
        ForeignKeyConstraint(["org_id", "revises_id"], list(ASSESSMENT), ondelete="CASCADE"),
        UniqueConstraint("org_id", "revises_id"),
        UniqueConstraint("org_id", "scorer", "external_id", "revision"),
        CheckConstraint("rater_kind IN ('self', 'manager', 'peer', 'enablement', 'external')", name="rater_kind"),
        CheckConstraint(
            "(rater_kind = 'external') = (scorer IS NOT NULL) AND (scorer IS NULL) = (rater_id IS NOT NULL)",
            name="rater",
        ),
        CheckConstraint("(rater_kind = 'self') = (rater_id IS NOT NULL AND rater_id = person_id)", name="self"),
        CheckConstraint("external_id IS NULL OR scorer IS NOT NULL", name="external_id"),
        CheckConstraint("status IN ('draft', 'submitted')", name="status"),
        CheckConstraint(
            "(status = 'submitted') = (submitted_at IS NOT NULL)"
            " AND (status = 'submitted') <= (assessed_on IS NOT NULL)",
            name="submitted",
        ),
        CheckConstraint("(revision = 1) = (revises_id IS NULL) AND revision >= 1", name="revision"),
        Index("ix_skill_assessment__org_id_person_id", "org_id", "person_id", "assessed_on"),
        Index("ix_skill_assessment__org_id_rater_id", "org_id", "rater_id"),
        Index("ix_skill_assessment__org_id_framework_id", "org_id", "framework_id", "assessed_on"),
        Index("ix_skill_assessment__org_id_created_at", "org_id", "created_at", "id"),
        Index(
            "ix_skill_assessment__next_reminder",
            "org_id",
            "next_reminder_on",
            postgresql_where=text("next_reminder_on IS NOT NULL"),
        ),
    )


class AssessmentAnswer(SQLModel, table=True):
    """The answer to one item; of an assessment without a template the item is the skill."""

    __tablename__ = "assessment_answer"

    org_id: UUID = Field(primary_key=True)
    assessment_id: UUID = Field(primary_key=True)
    item: str = Field(primary_key=True)
    kind: str
    skill: str | None = None
    level: Decimal | None = Field(default=None, sa_column=Column(Numeric, nullable=True))
    given: str | None = Field(default=None, description="What a scorer sent, before it was mapped to a level")
    yes: bool | None = None
    words: str | None = None
    deal_id: UUID | None = Field(default=None, description="No foreign key: a deal that is gone was evidence still")
    activity_id: UUID | None = None

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "assessment_id"], list(ASSESSMENT), ondelete="CASCADE"),
        CheckConstraint("kind IN ('rating', 'yes_no', 'text', 'evidence')", name="kind"),
        CheckConstraint("(kind = 'rating') = (level IS NOT NULL)", name="level"),
        CheckConstraint("(kind = 'yes_no') = (yes IS NOT NULL)", name="yes"),
        CheckConstraint("kind <> 'text' OR words IS NOT NULL", name="words"),
        CheckConstraint("(kind = 'evidence') = (num_nonnulls(deal_id, activity_id) = 1)", name="evidence"),
        CheckConstraint("kind <> 'rating' OR skill IS NOT NULL", name="rated_skill"),
    )


class AssessmentReview(SQLModel, table=True):
    """What the assessed person said to a submitted assessment, and how a contest ended; none: nothing yet."""

    __tablename__ = "assessment_review"

    org_id: UUID = Field(primary_key=True)
    assessment_id: UUID = Field(primary_key=True)
    status: str
    contested_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    contest_reason: str | None = None
    resolution: str | None = Field(default=None, description="Whether it stands or is to be revised")
    resolution_reason: str | None = None
    resolved_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    resolved_by: UUID | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_column=timestamp(nullable=True))
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "assessment_id"], list(ASSESSMENT), ondelete="CASCADE"),
        CheckConstraint("status IN ('acknowledged', 'contested')", name="status"),
        CheckConstraint("(status = 'acknowledged') = (acknowledged_at IS NOT NULL)", name="acknowledged"),
        CheckConstraint("num_nonnulls(contested_at, contest_reason) IN (0, 2)", name="contest"),
        CheckConstraint("status <> 'contested' OR contested_at IS NOT NULL", name="contested"),
        CheckConstraint("num_nonnulls(resolution, resolution_reason, resolved_at) IN (0, 3)", name="resolution"),
        CheckConstraint("resolution IN ('upheld', 'to_be_revised')", name="how_resolved"),
        CheckConstraint("resolution IS NULL OR contested_at IS NOT NULL", name="resolved_contest"),
    )
