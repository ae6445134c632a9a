"""`node(id)`: anything by its global id; what one may not see does not exist."""

from uuid import UUID

import strawberry

from schema.context import Info
from schema.crm_connections import load_crm_connection
from schema.organizations import load_organization
from schema.people import to_person
from schema.relay import Node, from_global_id
from schema.success_models import load_success_model
from service.core.errors import ErrorKind, ServiceError, not_found


@strawberry.type
class NodeQuery:
    """Relay's entry point."""

    @strawberry.field(description="Anything by its global id; null where the caller may not see it.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 - Relay's name
        """A foreign, hidden or malformed id is null alike; a missing permission is an error."""
        try:
            return await _find(info, *from_global_id(id))
        except ServiceError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                return None
            raise


async def _find(info: Info, type_name: str, id_: UUID) -> Node:
    if type_name == "Person":
        found = await info.context.loaders.people.load(id_)
        if found is None:
            raise not_found("person")
        return to_person(found)
    if type_name == "SuccessModel":
        return await load_success_model(info, id_)
    if type_name == "CrmConnection":
        return await load_crm_connection(info, id_)
    if type_name == "Organization" and id_ == info.context.principal.org_id:
        return await load_organization(info)
    raise not_found("node")
