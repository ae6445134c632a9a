"""Tables of people, their reporting lines, identities, teams and absences, and of what was known of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from service.core.tables import INSTANT, TenantRow, timestamp

MEMBERS: Any = ARRAY(Uuid)


class PersonFields(TenantRow):
    """What a person's targets depend on, and since when it is known to be so."""

    known_from: datetime = Field(sa_type=INSTANT)
    email: str
    job_role: str | None = None
    hired_on: date | None = None
    left_on: date | None = None
    holiday_calendar: str | None = Field(default=None, description="NULL: the organization's")


class Person(PersonFields, table=True):
    """Somebody who sells, manages or enables; `email` is stored in lower case."""

    __tablename__ = "person"

    name: str
    role: str
    time_zone: str | None = None
    locale: str | None = None
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        UniqueConstraint("org_id", "email"),
        Index("ix_person__org_id_name", "org_id", "name", "id"),
        CheckConstraint("role IN ('admin', 'enablement', 'manager', 'rep')", name="role"),
        CheckConstraint("left_on IS NULL OR hired_on IS NULL OR left_on >= hired_on", name="left_after_hired"),
    )


class PersonVersion(PersonFields, table=True):
    """A person as they were known from `known_from` until before `known_until`."""

    __tablename__ = "person_version"

    known_from: datetime = Field(sa_type=INSTANT, primary_key=True)
    known_until: datetime = Field(sa_type=INSTANT)

    __table_args__ = (ForeignKeyConstraint(["org_id", "id"], ["person.org_id", "person.id"], ondelete="CASCADE"),)


class AbsenceFields(TenantRow):
    """Days, both included, on which a person is away, wholly or for half of each."""

    known_from: datetime = Field(sa_type=INSTANT)
    person_id: UUID
    start_on: date
    end_on: date
    kind: str
    share: Decimal = Field(sa_type=Numeric)


class Absence(AbsenceFields, table=True):
    """An absence as it is known now; no two of a person share a day."""

    __tablename__ = "absence"

    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        Index("ix_absence__org_id_person_id", "org_id", "person_id", "start_on"),
        Index("ix_absence__org_id_start_on", "org_id", "start_on", "id"),
        CheckConstraint("kind IN ('vacation', 'sick', 'parental', 'other')", name="kind"),
        CheckConstraint("share IN (0.5, 1)", name="share"),
        CheckConstraint("end_on >= start_on", name="end_not_before_start"),
    )


class AbsenceVersion(AbsenceFields, table=True):
    """An absence as it was known from `known_from` until before `known_until`."""

    __tablename__ = "absence_version"

    known_from: datetime = Field(sa_type=INSTANT, primary_key=True)
    known_until: datetime = Field(sa_type=INSTANT)

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        Index("ix_absence_version__org_id_person_id", "org_id", "person_id"),
    )


class ManagerPeriod(TenantRow, table=True):
    """A reporting line with dates: `person` reports to `manager` from `start_on` until before `end_on`."""

    __tablename__ = "manager_period"

    person_id: UUID
    manager_id: UUID
    start_on: date
    end_on: date | None = None

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "manager_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        UniqueConstraint("org_id", "person_id", "start_on"),
        Index("ix_manager_period__org_id_manager_id", "org_id", "manager_id"),
        CheckConstraint("person_id <> manager_id", name="not_own_manager"),
        CheckConstraint("end_on IS NULL OR end_on > start_on", name="end_after_start"),
    )


class ExternalIdentity(SQLModel, table=True):
    """Who a person is in another system, e.g. the HubSpot owner id."""

    __tablename__ = "external_identity"

    org_id: UUID = Field(primary_key=True)
    system: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    person_id: UUID

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        Index("ix_external_identity__org_id_person_id", "org_id", "person_id"),
    )


class Team(TenantRow, table=True):
    """A group of people that targets and programmes can name."""

    __tablename__ = "team"

    name: str
    description: str | None = None
    known_from: datetime = Field(sa_type=INSTANT, description="Since when name and members are known to be so")
    created_at: datetime = Field(sa_column=timestamp())
    updated_at: datetime = Field(sa_column=timestamp())

    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        Index("ix_team__org_id_created_at", "org_id", "created_at", "id"),
    )


class TeamMember(SQLModel, table=True):
    """Who is in a team."""

    __tablename__ = "team_member"

    org_id: UUID = Field(primary_key=True)
    team_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "team_id"], ["team.org_id", "team.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["org_id", "person_id"], ["person.org_id", "person.id"], ondelete="CASCADE"),
        Index("ix_team_member__org_id_person_id", "org_id", "person_id"),
    )


class TeamVersion(TenantRow, table=True):
    """A team's name and members as they were known from `known_from` until before `known_until`."""

    __tablename__ = "team_version"

    known_from: datetime = Field(sa_type=INSTANT, primary_key=True)
    known_until: datetime = Field(sa_type=INSTANT)
    name: str
    member_ids: list[UUID] = Field(sa_type=MEMBERS)
