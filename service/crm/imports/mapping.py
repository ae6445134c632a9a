"""The mapping file of an import: which column is which field, and how its values are written."""

import codecs
import json
import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationError, model_validator

from service.core.dto import InputDTO, Key, Text
from service.core.errors import invalid, invalid_fields
from service.core.validation import faults_of
from service.skill_assessments.scoring import ScoreScale

Table = TypeVar("Table")


class ImportKind(StrEnum):
    """What the rows of a file are."""

    DEALS = "deals"
    ACTIVITIES = "activities"
    PEOPLE = "people"
    SKILLS = "skills"


DEAL_FIELDS = frozenset({"name", "pipeline", "stage", "amount", "currency", "owner", "created_at", "closed_at"})
ACTIVITY_FIELDS = frozenset(
    {
        "kind",
        "object",
        "occurred_at",
        "owner",
        "owner_of_deal",
        "deal",
        "direction",
        "outcome",
        "status",
        "duration_seconds",
    }
)
"""`object` is the CRM's object where it differs from the kind: in Salesforce a call is a task."""
PEOPLE_FIELDS = frozenset(
    {
        "email",
        "name",
        "role",
        "job_role",
        "time_zone",
        "locale",
        "hired_on",
        "left_on",
        "holiday_calendar",
        "manager",
        "manager_from",
    }
)
SKILL_FIELDS = frozenset({"person", "assessed_on", "rater", "scorer", "framework"})
SKILL = "skill:"
"""How fields begin that are levels, or scores, of skills: `skill:discovery` is that of the skill `discovery`."""
ALL_SKILLS = "skills"
FIELDS = {
    ImportKind.DEALS: DEAL_FIELDS | {"id", "modified_at"},
    ImportKind.ACTIVITIES: ACTIVITY_FIELDS | {"id", "modified_at"},
    ImportKind.PEOPLE: PEOPLE_FIELDS | {"id"},
    ImportKind.SKILLS: SKILL_FIELDS | {"id"},
}
REQUIRED = {
    ImportKind.DEALS: ("id",),
    ImportKind.ACTIVITIES: ("id", "kind", "occurred_at"),
    ImportKind.PEOPLE: ("id", "name"),
    ImportKind.SKILLS: ("id", "assessed_on", "framework"),
}
CUSTOM = {
    ImportKind.DEALS: "attr:",
    ImportKind.ACTIVITIES: "attr:",
    ImportKind.SKILLS: SKILL,
}
"""How fields begin whose names are the organization's own."""


def _known_encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise ValueError("is no encoding that Python knows") from error


class ImportMapping(InputDTO):
    """A mapping file.

    `system` and `account` say where the records live: with those of a CRM connection, a row and a
    webhook of the same id are one record. `columns` maps fields to header names, `constants` gives a
    field the same value in every row, `values` translates a field's values (then any other is a fault).
    `as_of` dates the rows that have no date of their own. `initial_stage` is where each deal began.
    `repeated_ids`: a row is a change of a record (a stage history, say), not the whole record.
    `scales` make scores of skills into levels; there and in `values`, `skills` is for every skill that
    has no table of its own.
    """

    kind: ImportKind
    system: Key
    account: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    owner_system: Key | None = None
    encoding: Annotated[str, AfterValidator(_known_encoding)] = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    decimal_separator: Literal[".", ","] = "."
    date_format: str | None = None
    time_zone: str | None = None
    multiline: bool = False
    repeated_ids: bool = False
    as_of: date | None = None
    initial_stage: Key | None = None
    email_domain: Annotated[str, Field(pattern=r"^[a-z0-9.-]+$")] | None = None
    create_managers: bool = False
    columns: dict[str, Text]
    constants: dict[str, str] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    scales: dict[str, ScoreScale] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fields_are_known(self) -> "ImportMapping":
        known = FIELDS[self.kind]
        for table in (self.columns, self.constants, {name: "" for name in self.values if name != self._for_all}):
            for name in table:
                custom = self.kind in CUSTOM and name.startswith(CUSTOM[self.kind])
                if name not in known and not custom:
                    raise ValueError(f"{name} is no field of {self.kind.value}; those are: {', '.join(sorted(known))}")
        for name in REQUIRED[self.kind]:
            if name not in self.columns and name not in self.constants:
                raise ValueError(f"{name} needs a column")
        return self

    @property
    def _for_all(self) -> str | None:
        """The name in `values` and `scales` that stands for every skill."""
        return ALL_SKILLS if self.kind is ImportKind.SKILLS else None

    @model_validator(mode="after")
    def _skills_fit(self) -> "ImportMapping":
        unfit = [name for name in self.scales if name != self._for_all and name not in self.rated]
        if unfit:
            raise ValueError(f"scales are for {ALL_SKILLS} and for columns of skills, not for {unfit[0]}")
        if self.kind is not ImportKind.SKILLS:
            return self
        if not self.rated:
            raise ValueError(f"a skill needs a column: {SKILL}… with its key in the framework")
        if "framework" in self.columns or any(name.startswith(SKILL) for name in self.constants):
            raise ValueError("the framework is a constant, and skills are columns")
        return self

    @property
    def rated(self) -> list[str]:
        """The fields that are levels or scores of skills, in the order of the mapping."""
        return [name for name in self.columns if name.startswith(SKILL) and self.kind is ImportKind.SKILLS]

    def of_skill(self, table: Mapping[str, Table], field: str) -> Table | None:
        """What a table has for the field of a skill: its own entry, else that of all skills."""
        return table.get(field) or table.get(ALL_SKILLS)


def read_mapping(text: str) -> ImportMapping:
    """Read a mapping, TOML or JSON; `invalid` names what is wrong with it, as places under `/mapping`."""
    try:
        raw = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid("/mapping", f"is neither TOML nor JSON: {error}", "invalid_mapping") from error
    try:
        return ImportMapping.model_validate(raw)
    except ValidationError as error:
        raise invalid_fields(faults_of(error, "/mapping"), "invalid_mapping") from error


def load_mapping(path: Path, kind: ImportKind) -> ImportMapping:
    """Read a mapping file of one kind of rows."""
    try:
        mapping = read_mapping(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise invalid("/mapping", f"is not UTF-8: {error}", "invalid_mapping") from error
    if mapping.kind is not kind:
        raise invalid("/mapping/kind", f"is {mapping.kind}, and {kind} are to be imported", "invalid_mapping")
    return mapping
