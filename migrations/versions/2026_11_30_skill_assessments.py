"""Competency frameworks, and assessments that nothing changes once they are submitted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from service.core.embedded import APP
from service.core.tenancy import append_only_ddl, final_ddl, row_security_ddl

revision = "skill_assessments"
down_revision = "lead_grades"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KEPT = ("competency_framework", "assessment_template")
CHANGING = ("skill_assessment", "assessment_answer", "assessment_review")


def upgrade() -> None:
    op.create_table(
        "competency_framework",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_competency_framework__version")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_competency_framework")),
        sa.UniqueConstraint("org_id", "key", "version", name=op.f("uq_competency_framework__org_id_key_version")),
    )
    op.create_table(
        "assessment_template",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_assessment_template__version")),
        sa.ForeignKeyConstraint(
            ["org_id", "framework_id"],
            ["competency_framework.org_id", "competency_framework.id"],
            name=op.f("fk_assessment_template__org_id_framework_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_assessment_template")),
        sa.UniqueConstraint("org_id", "key", "version", name=op.f("uq_assessment_template__org_id_key_version")),
    )
    op.create_table(
        "skill_assessment",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rater_kind", sa.String(), nullable=False),
        sa.Column("rater_id", sa.Uuid(), nullable=True),
        sa.Column("scorer", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("framework_id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=True),
        sa.Column("skill", sa.String(), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("revises_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reminder_days", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("next_reminder_on", sa.Date(), nullable=True),
        sa.Column("assessed_on", sa.Date(), nullable=True),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(rater_kind = 'external') = (scorer IS NOT NULL) AND (scorer IS NULL) = (rater_id IS NOT NULL)",
            name=op.f("ck_skill_assessment__rater"),
        ),
        sa.CheckConstraint(
            "(rater_kind = 'self') = (rater_id IS NOT NULL AND rater_id = person_id)",
            name=op.f("ck_skill_assessment__self"),
        ),
        sa.CheckConstraint(
            "(status = 'submitted') = (submitted_at IS NOT NULL) AND (status = 'submitted') <= (assessed_on IS NOT NULL)",
            name=op.f("ck_skill_assessment__submitted"),
        ),
        sa.CheckConstraint(
            "rater_kind IN ('self', 'manager', 'peer', 'enablement', 'external')",
            name=op.f("ck_skill_assessment__rater_kind"),
        ),
        sa.CheckConstraint("status IN ('draft', 'submitted')", name=op.f("ck_skill_assessment__status")),
        sa.CheckConstraint(
            "(revision = 1) = (revises_id IS NULL) AND revision >= 1", name=op.f("ck_skill_assessment__revision")
        ),
        sa.CheckConstraint("external_id IS NULL OR scorer IS NOT NULL", name=op.f("ck_skill_assessment__external_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "framework_id"],
            ["competency_framework.org_id", "competency_framework.id"],
            name=op.f("fk_skill_assessment__org_id_framework_id"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "person_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_skill_assessment__org_id_person_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "rater_id"],
            ["person.org_id", "person.id"],
            name=op.f("fk_skill_assessment__org_id_rater_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "revises_id"],
            ["skill_assessment.org_id", "skill_assessment.id"],
            name=op.f("fk_skill_assessment__org_id_revises_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "template_id"],
            ["assessment_template.org_id", "assessment_template.id"],
            name=op.f("fk_skill_assessment__org_id_template_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_skill_assessment")),
        sa.UniqueConstraint("org_id", "revises_id", name=op.f("uq_skill_assessment__org_id_revises_id")),
        sa.UniqueConstraint(
            "org_id",
            "scorer",
            "external_id",
            "revision",
            name=op.f("uq_skill_assessment__org_id_scorer_external_id_revision"),
        ),
    )
    op.create_index(
        "ix_skill_assessment__next_reminder",
        "skill_assessment",
        ["org_id", "next_reminder_on"],
        postgresql_where=sa.text("next_reminder_on IS NOT NULL"),
    )
    op.create_index("ix_skill_assessment__org_id_created_at", "skill_assessment", ["org_id", "created_at", "id"])
    op.create_index(
        "ix_skill_assessment__org_id_framework_id", "skill_assessment", ["org_id", "framework_id", "assessed_on"]
    )
    op.create_index("ix_skill_assessment__org_id_person_id", "skill_assessment", ["org_id", "person_id", "assessed_on"])
    op.create_index("ix_skill_assessment__org_id_rater_id", "skill_assessment", ["org_id", "rater_id"])
    op.create_table(
        "assessment_answer",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("skill", sa.String(), nullable=True),
        sa.Column("level", sa.Numeric(), nullable=True),
        sa.Column("given", sa.String(), nullable=True),
        sa.Column("yes", sa.Boolean(), nullable=True),
        sa.Column("words", sa.String(), nullable=True),
        sa.Column("deal_id", sa.Uuid(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'evidence') = (num_nonnulls(deal_id, activity_id) = 1)",
            name=op.f("ck_assessment_answer__evidence"),
        ),
        sa.CheckConstraint("(kind = 'rating') = (level IS NOT NULL)", name=op.f("ck_assessment_answer__level")),
        sa.CheckConstraint("(kind = 'yes_no') = (yes IS NOT NULL)", name=op.f("ck_assessment_answer__yes")),
        sa.CheckConstraint("kind <> 'rating' OR skill IS NOT NULL", name=op.f("ck_assessment_answer__rated_skill")),
        sa.CheckConstraint("kind <> 'text' OR words IS NOT NULL", name=op.f("ck_assessment_answer__words")),
        sa.CheckConstraint("kind IN ('rating', 'yes_no', 'text', 'evidence')", name=op.f("ck_assessment_answer__kind")),
        sa.ForeignKeyConstraint(
            ["org_id", "assessment_id"],
            ["skill_assessment.org_id", "skill_assessment.id"],
            name=op.f("fk_assessment_answer__org_id_assessment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "assessment_id", "item", name=op.f("pk_assessment_answer")),
    )
    op.create_table(
        "assessment_review",
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("contested_at", INSTANT, nullable=True),
        sa.Column("contest_reason", sa.String(), nullable=True),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("resolution_reason", sa.String(), nullable=True),
        sa.Column("resolved_at", INSTANT, nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(
            "(status = 'acknowledged') = (acknowledged_at IS NOT NULL)", name=op.f("ck_assessment_review__acknowledged")
        ),
        sa.CheckConstraint(
            "resolution IN ('upheld', 'to_be_revised')", name=op.f("ck_assessment_review__how_resolved")
        ),
        sa.CheckConstraint(
            "status <> 'contested' OR contested_at IS NOT NULL", name=op.f("ck_assessment_review__contested")
        ),
        sa.CheckConstraint("status IN ('acknowledged', 'contested')", name=op.f("ck_assessment_review__status")),
        sa.CheckConstraint(
            "num_nonnulls(contested_at, contest_reason) IN (0, 2)", name=op.f("ck_assessment_review__contest")
        ),
        sa.CheckConstraint(
            "num_nonnulls(resolution, resolution_reason, resolved_at) IN (0, 3)",
            name=op.f("ck_assessment_review__resolution"),
        ),
        sa.CheckConstraint(
            "resolution IS NULL OR contested_at IS NOT NULL", name=op.f("ck_assessment_review__resolved_contest")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "assessment_id"],
            ["skill_assessment.org_id", "skill_assessment.id"],
            name=op.f("fk_assessment_review__org_id_assessment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "assessment_id", name=op.f("pk_assessment_review")),
    )
    for table in (*KEPT, *CHANGING):
        for statement in row_security_ddl(table):
            op.execute(statement)
    for table in KEPT:
        op.execute(append_only_ddl(table))
        op.execute(f"GRANT SELECT, INSERT, DELETE ON {table} TO {APP}")
    for table in CHANGING:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
    for statement in (*final_ddl("skill_assessment"), *final_ddl("assessment_answer", children=True)):
        op.execute(statement)


def downgrade() -> None:
    for table in reversed((*KEPT, *CHANGING)):
        op.drop_table(table)
