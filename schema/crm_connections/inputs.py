"""What mutations of CRM connections take."""

import datetime as dt

import strawberry
from strawberry.scalars import JSON
from strawberry.types.unset import UNSET

from schema.crm_connections.systems import CrmSystem


@strawberry.input(description="One account of one CRM.")
class CreateCrmConnectionInput:
    """All that a connection begins with."""

    system: CrmSystem
    name: str
    account_id: str
    app_id: str | None = UNSET
    secret: str | None = UNSET
    mapping: JSON | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which connection gets a new secret.")
class RotateCrmConnectionSecretInput:
    """Nothing else is asked."""

    id: strawberry.ID
    idempotency_key: str | None = None


@strawberry.input(description="What is absent stays. A new secret leaves the one before valid until `endRotation`.")
class UpdateCrmConnectionInput:
    """A merge-patch."""

    id: strawberry.ID
    if_match: str | None = None
    name: str | None = UNSET
    secret: str | None = UNSET
    end_rotation: bool | None = UNSET
    mapping: JSON | None = UNSET
    idempotency_key: str | None = None


@strawberry.input(description="Which connection to disconnect.")
class DeleteCrmConnectionInput:
    """A deletion."""

    id: strawberry.ID
    if_match: str | None = None
    idempotency_key: str | None = None


@strawberry.input(description="Deliveries received from one instant to before another; all of them by default.")
class ReplayCrmConnectionInput:
    """A replay."""

    id: strawberry.ID
    received_from: dt.datetime | None = UNSET
    received_until: dt.datetime | None = UNSET
    idempotency_key: str | None = None
