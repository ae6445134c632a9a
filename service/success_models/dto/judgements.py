"""Inspections and confirmations: what people say about the criteria of a deal."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from service.core.dto import InputDTO, Key, OutputDTO, Text, example
from service.core.sorting import Sorting
from service.success_models.evidence import Verdict

JUDGEMENT_SORTING = Sorting({"created_at": datetime}, default="-created_at")

Note = Annotated[Text, StringConstraints(max_length=2000)]


class CreateInspection(InputDTO):
    """A manager's verdict; it takes the place of an earlier one on the same criterion, which stays readable."""

    model_config = example(criterion="economic_buyer", verdict="unmet", note="She has no budget of her own: who does?")

    criterion: Key
    """Key of a criterion of the model of the deal's owner, which can be inspected."""
    verdict: Verdict
    note: Note | None = None
    """What the owner should know; they can read it."""


class CreateConfirmation(InputDTO):
    """The owner's own word; it takes the place of an earlier one on the same criterion, which stays readable."""

    model_config = example(criterion="champion", verdict="met", note="He moved the meeting forward for us.")

    criterion: Key
    """Key of a criterion of the owner's model, which can be confirmed."""
    verdict: Verdict = Verdict.MET
    """`unmet` takes an earlier confirmation back."""
    note: Note | None = None


class JudgementDTO(OutputDTO):
    """What somebody said about one criterion of a deal."""

    id: UUID
    deal_id: UUID
    criterion: str
    """Its key in the success model."""
    verdict: Verdict
    note: str | None
    """In the words of whoever said so."""
    person_id: UUID | None
    """Who said so; null: a key of the organization."""
    created_at: datetime


class InspectionDTO(JudgementDTO):
    """A manager's verdict."""


class ConfirmationDTO(JudgementDTO):
    """The owner's own word."""
