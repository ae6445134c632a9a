"""People whom other types refer to: shown if the caller may see them."""

from typing import TYPE_CHECKING
from uuid import UUID

from schema.context import Info

if TYPE_CHECKING:
    from schema.people.types import Person


async def linked_person(info: Info, person_id: UUID | None) -> "Person | None":
    """Through the loader; None for nobody, and for whom the caller may not see today."""
    from schema.people.types import to_person  # noqa: PLC0415 - people show what refers to them

    found = None if person_id is None else await info.context.loaders.people.load(person_id)
    return None if found is None else to_person(found)
