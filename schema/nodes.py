"""`node(id)`: anything by its global id; what one may not see does not exist."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry

from schema.activities import load_activity
from schema.api_keys import load_api_key
from schema.context import Info
from schema.crm_connections import load_crm_connection
from schema.crm_events import load_crm_event
from schema.deals import load_deal
from schema.describing import ANYONE, NEEDS
from schema.imports import load_import, load_import_row
from schema.operations import load_operation
from schema.organizations import load_organization
from schema.people.types import load_manager_period, load_person
from schema.relay import Node, split_global_id
from schema.success_models import load_success_model
from schema.teams import load_team
from schema.webhook_deliveries import load_webhook_delivery
from schema.webhook_endpoints import load_webhook_endpoint
from service.core.errors import ErrorKind, ServiceError, not_found


async def _own_organization(info: Info, id_: UUID) -> Node:
    if id_ != info.context.principal.org_id:
        raise not_found("organization")
    return await load_organization(info)


BY_ROW_ID: dict[str, Callable[[Info, UUID], Awaitable[Node]]] = {
    "Activity": load_activity,
    "ApiKey": load_api_key,
    "CrmConnection": load_crm_connection,
    "Deal": load_deal,
    "Import": load_import,
    "ImportRow": load_import_row,
    "ManagerPeriod": load_manager_period,
    "Operation": load_operation,
    "Organization": _own_organization,
    "Person": load_person,
    "SuccessModel": load_success_model,
    "Team": load_team,
    "WebhookDelivery": load_webhook_delivery,
    "WebhookEndpoint": load_webhook_endpoint,
}
"""How each type whose rows have an id of their own is found again."""

BY_KEY: dict[str, Callable[[Info, str], Awaitable[Node]]] = {"CrmEvent": load_crm_event}
"""The same for types that are found by another key."""


@strawberry.type
class NodeQuery:
    """Relay's entry point."""

    @strawberry.field(
        description="Anything by its global id; null where the caller may not see it.", metadata={NEEDS: ANYONE}
    )
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 - Relay's name
        """A foreign, hidden or malformed id is null alike; a missing permission is an error."""
        try:
            return await _find(info, *split_global_id(id))
        except ServiceError as error:
            if error.kind is ErrorKind.NOT_FOUND:
                return None
            raise


async def _find(info: Info, type_name: str, key: str) -> Node:
    if type_name in BY_KEY:
        return await BY_KEY[type_name](info, key)
    try:
        return await BY_ROW_ID[type_name](info, UUID(key))
    except (KeyError, ValueError) as error:
        raise not_found("node") from error
