"""Inputs and outputs of absences."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema, field_validator

from service.core.dto import Day, InputDTO, OutputDTO, example, refuse_null
from service.core.sorting import Sorting

SHARES = {"1": Decimal(1), "0.5": Decimal("0.5")}


class AbsenceKind(StrEnum):
    """Why somebody is away; all of them count the same."""

    VACATION = "vacation"
    SICK = "sick"
    PARENTAL = "parental"
    OTHER = "other"


def _share(value: Any) -> Decimal:
    found = None if isinstance(value, bool) else SHARES.get(str(value))
    if found is None:
        raise ValueError("must be 1 for whole days or 0.5 for half days")
    return found


Share = Annotated[
    Decimal,
    PlainValidator(_share),
    # Generators of clients know no enum of several types: as a number it is any, and the validator says which two.
    WithJsonSchema({"anyOf": [{"type": "string", "enum": ["1", "0.5"]}, {"type": "number"}], "examples": ["0.5"]}),
]
"""How much of each day."""


class CreateAbsence(InputDTO):
    """Days on which a person is away."""

    model_config = example(
        person_id="01890a5d-ac96-774b-bcce-b302099a8057", start_on="2026-08-03", end_on="2026-08-14", kind="vacation"
    )

    person_id: UUID
    start_on: Day
    """The first day."""
    end_on: Day
    """The last day."""
    kind: AbsenceKind
    share: Share = Decimal(1)
    """How much of each day: 1, or 0.5 for half days."""

    @field_validator("end_on")
    @classmethod
    def _not_before_start(cls, value: date, info: ValidationInfo) -> date:
        start_on = info.data.get("start_on")
        if start_on is not None and value < start_on:
            raise ValueError("must not be before start_on")
        return value


class UpdateAbsence(InputDTO):
    """Merge-patch of an absence: absent fields stay."""

    model_config = example(end_on="2026-08-21", share="1")

    start_on: Day | None = None
    """The first day."""
    end_on: Day | None = None
    """The last day."""
    kind: AbsenceKind | None = None
    share: Share | None = None
    """How much of each day: 1, or 0.5 for half days."""

    _required = field_validator("*")(refuse_null)


class AbsenceDTO(OutputDTO):
    """Days on which a person is away; no two absences of a person share a day."""

    id: UUID
    person_id: UUID
    """Who is away."""
    start_on: date
    """The first day."""
    end_on: date
    """The last day."""
    kind: AbsenceKind
    """Why; all of them count the same."""
    share: Decimal
    """How much of each day: 1, or 0.5 for half days."""
    created_at: datetime
    updated_at: datetime


ABSENCE_SORTING = Sorting({"start_on": date, "created_at": datetime}, default="start_on")


class AbsenceFilter(InputDTO):
    """Which absences a list holds: those that meet the days from `since` until before `until`."""

    person_id: UUID | None = None
    kind: AbsenceKind | None = None
    since: Day | None = None
    until: Day | None = None
