"""Column building blocks of every table; `metadata` is what migrations and contract tests read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime
from sqlmodel import Field, SQLModel

from service.core.ids import new_id

metadata = SQLModel.metadata
metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s__%(column_0_N_name)s",
    "ix": "ix_%(table_name)s__%(column_0_N_name)s",
    "fk": "fk_%(table_name)s__%(column_0_N_name)s",
    "ck": "ck_%(table_name)s__%(constraint_name)s",
}


class TenantRow(SQLModel):
    """A row of one organization: `(org_id, id)` is its key, so that the table distributes by `org_id`."""

    org_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=new_id, primary_key=True)


PRIVATE: Any = {"info": {"private": True}}
"""The last of the `__table_args__` of words that are one person's own: they are in no export of the organization."""

INSTANT: Any = DateTime(timezone=True)
"""The type of a `timestamptz` column that several tables inherit: a `Column` belongs to one."""


def timestamp(*, nullable: bool = False) -> "Column[datetime]":
    """A `timestamptz` column."""
    return Column(DateTime(timezone=True), nullable=nullable)
