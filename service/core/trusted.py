"""DTOs read back from JSON that this service wrote itself: decoded by type, and not validated a second time.

Tens of thousands of ready documents are read at once, and validation was most of what that took.
"""

from collections.abc import Sequence
from typing import Any, Generic, NotRequired, TypedDict, TypeVar

import msgspec

from service.core.dto import OutputDTO

DtoT = TypeVar("DtoT", bound=OutputDTO)


class TrustedReader(Generic[DtoT]):
    """Reads lists of one DTO, whose fields are of plain types and whose documents `model_dump(mode="json")` made.

    A document of before a field was added gets that field's default; `msgspec.ValidationError` for one that lacks a
    field without a default, or holds something of another type.
    """

    def __init__(self, dto: type[DtoT]) -> None:
        self._dto = dto
        self._names = set(dto.model_fields)
        self._defaults = {name: field.default for name, field in dto.model_fields.items() if not field.is_required()}
        fields: dict[str, Any] = {
            name: NotRequired[field.annotation] if name in self._defaults else field.annotation
            for name, field in dto.model_fields.items()
        }
        row: Any = TypedDict(dto.__name__, fields)  # type: ignore[misc]  # its fields are known at run time only
        self._decoder: msgspec.json.Decoder[list[dict[str, Any]]] = msgspec.json.Decoder(list[row])

    def read(self, documents: Sequence[str]) -> list[DtoT]:
        """Every DTO of some texts, each of which holds one document, or several with commas between them."""
        return [self._construct(fields) for fields in self._decoder.decode(f"[{','.join(documents)}]")]

    def _construct(self, fields: dict[str, Any]) -> DtoT:
        """What `model_construct` does, without its search for aliases and defaults, which takes ten times as long."""
        dto = self._dto.__new__(self._dto)
        put = object.__setattr__
        put(dto, "__dict__", fields if len(fields) == len(self._names) else self._defaults | fields)
        put(dto, "__pydantic_fields_set__", self._names)
        put(dto, "__pydantic_extra__", None)
        put(dto, "__pydantic_private__", None)
        return dto
