"""Inputs and outputs of record sources."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from service.core.dto import InputDTO, OutputDTO

VendorName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
StageKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
FieldName = Annotated[str, StringConstraints(pattern=r"^([a-z][a-z_]{0,63}|attr:[A-Za-z0-9_]{1,64})$")]


class SourceMapping(InputDTO):
    """How a source's values map to the model's.

    `stages`: vendor stage → stage key (`closed_won` and `closed_lost` decide a deal);
    `dispositions`: vendor outcome → outcome; `fields`: vendor property → canonical field or `attr:name`.
    """

    stages: dict[VendorName, StageKey] = Field(default_factory=dict, max_length=500)
    dispositions: dict[VendorName, VendorName] = Field(default_factory=dict, max_length=500)
    fields: dict[VendorName, FieldName] = Field(default_factory=dict, max_length=500)


class RecordSourceDTO(OutputDTO):
    """Where records come from."""

    id: UUID
    system: str
    account: str
    mapping: SourceMapping


class UnmappedDTO(OutputDTO):
    """What a source's records hold that nothing maps yet, with the number of records."""

    stages: dict[str, int]
    owners: dict[str, int]


def stored_mapping(mapping: SourceMapping) -> dict[str, Any]:
    """The mapping as its column holds it."""
    return mapping.model_dump(mode="json")
