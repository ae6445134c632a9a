"""What every answer about a manager's people says of whose they are."""

import datetime as dt

import strawberry

from schema.context import Info
from schema.describing import NEEDS, describe
from schema.people.types import Person, to_person
from schema.relay import to_global_id
from service.coaching_capability.dto.trees import ManagerTreeDTO
from service.organizations.permissions import Permission as People


@strawberry.type
class ManagerTree:
    """Its fields are those of each type of such an answer."""

    row: strawberry.Private[ManagerTreeDTO]
    name: str
    left_on: dt.date | None
    tree: bool
    as_of: dt.datetime

    @strawberry.field(description="Whose people they are, also where `manager` is null.")
    def manager_id(self) -> strawberry.ID:
        """For `node(id)`."""
        return to_global_id("Person", self.row.id)

    @strawberry.field(
        description="Whose people they are, if the caller may see that person today.",
        metadata={NEEDS: People.PEOPLE_READ},
    )
    async def manager(self, info: Info) -> Person | None:
        """Through the loader."""
        found = await info.context.loaders.people.load(self.row.id)
        return None if found is None else to_person(found)


describe(ManagerTree, ManagerTreeDTO)
