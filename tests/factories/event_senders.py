"""Senders of JSON events: connections with a URL and a secret of their own, and requests that are good."""

import base64
import hmac
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from service.crm.dto.connections import CreatedCrmConnectionDTO, CrmSystem
from tests.factories.receivers import Receivers, new_salesforce_org
from tests.factories.sales_org import SalesOrg

EVENT = {"specversion": "1.0", "id": "1", "source": "/crm", "type": "touchline.deal.upserted", "data": {"id": "D-1"}}
CHANGE = {"ChangeEventHeader": {"entityName": "Opportunity", "recordIds": ["0065g00000ABCDEAA5"]}}
STRUCTURED = "application/cloudevents+json"


@dataclass(frozen=True, slots=True)
class Sender:
    """A connection with its URL, its secret, and a request that is good."""

    connection: CreatedCrmConnectionDTO
    url: str
    secret: str
    body: dict[str, Any]
    content_type: str


async def salesforce_sender(receivers: Receivers, org: SalesOrg) -> Sender:
    made = await receivers.connect(org.id, system=CrmSystem.SALESFORCE, account_id=new_salesforce_org())
    return sender_of(made, CHANGE, "application/json")


async def other_sender(receivers: Receivers, org: SalesOrg) -> Sender:
    made = await receivers.connect(org.id, system=CrmSystem.OTHER, account_id=f"crm-{uuid4().hex}")
    return sender_of(made, EVENT, STRUCTURED)


def sender_of(made: CreatedCrmConnectionDTO, body: dict[str, Any], content_type: str) -> Sender:
    assert made.events_url
    assert made.signing_secret
    return Sender(made, made.events_url, made.signing_secret, body, content_type)


def sign_bytes(secret: str, body: bytes) -> dict[str, str]:
    """The library signs text alone; of other bytes the signature is made by the specification."""

    stamp = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"msg_1.{stamp}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": signature}
