"""The story after the cut as HubSpot tells it: property events in signed batches."""

import base64
import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from service.crm.hubspot.vocabulary import DEFAULT_MAPPING
from service.crm.verification import v3_message
from service.demo.generator import Opportunity, Work
from service.demo.identifiers import APP_ID, PORTAL_ID, hubspot_id, owner_id

Event = dict[str, Any]

TYPE_IDS = {"call": "0-48", "meeting": "0-47", "email": "0-49"}
STAGE_IDS = {stage: vendor for vendor, stage in DEFAULT_MAPPING.stages.items()}
DISPOSITIONS = {outcome: vendor for vendor, outcome in DEFAULT_MAPPING.dispositions.items() if "-" in vendor}


def sign(secret: str, url: str, body: bytes, now_ms: int) -> dict[str, str]:
    """The headers of a v3-signed request."""
    timestamp = str(now_ms)
    digest = hmac.digest(secret.encode(), v3_message("POST", url, body, timestamp), "sha256")
    return {
        "Content-Type": "application/json",
        "X-HubSpot-Request-Timestamp": timestamp,
        "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(),
    }


def work_events(item: Work) -> Iterator[Event]:
    """A call, e-mail or meeting: its creation, its properties, and the deal that it is about."""
    object_id = hubspot_id(item.kind, item.number)
    kind = {"objectTypeId": TYPE_IDS[item.kind]}
    yield _event("object.creation", object_id, item.at, changeFlag="CREATED", **kind)
    for name, value in _work_properties(item).items():
        yield _event("object.propertyChange", object_id, item.at, propertyName=name, propertyValue=value, **kind)
    if item.deal is not None:
        ends = {"fromObjectId": object_id, "toObjectId": hubspot_id("deal", item.deal), "associationRemoved": False}
        named = f"{item.kind.upper()}_TO_DEAL"
        event = _event("object.associationChange", object_id, item.at, associationType=named, **ends, **kind)
        del event["objectId"]  # HubSpot names the two ends and nothing else
        yield event


def work_deletion(item: Work, at: datetime) -> Event:
    """The record was a mistake and is deleted."""
    object_id = hubspot_id(item.kind, item.number)
    return _event("object.deletion", object_id, at, changeFlag="DELETED", objectTypeId=TYPE_IDS[item.kind])


def deal_events(item: Opportunity, cut: datetime) -> Iterator[Event]:
    """What happened to a deal since the cut: its creation if that is new, and its moves."""
    object_id = hubspot_id("deal", item.number)

    def changed(at: datetime, name: str, value: str) -> Event:
        return _event("deal.propertyChange", object_id, at, propertyName=name, propertyValue=value)

    if item.created_at >= cut:
        created = item.created_at
        yield _event("deal.creation", object_id, created, changeFlag="CREATED")
        yield changed(created, "createdate", _ms(created))
        yield changed(created, "dealname", item.name)
        yield changed(created, "amount", str(item.amount))
        yield changed(created, "deal_currency_code", "USD")
        yield changed(created, "hubspot_owner_id", owner_id(item.rep))
    for at, stage in item.moves:
        if at >= cut:
            yield changed(at, "dealstage", STAGE_IDS[stage])
            if stage.startswith("closed"):
                yield changed(at, "closedate", _ms(at))


def _work_properties(item: Work) -> dict[str, str]:
    owner = {"hubspot_owner_id": owner_id(item.rep)}
    if item.kind == "call":
        return {
            "hs_timestamp": _ms(item.at),
            "hs_call_direction": "OUTBOUND",
            "hs_call_disposition": DISPOSITIONS[item.outcome or "no_answer"],
            "hs_call_duration": str((item.seconds or 0) * 1000),
            "hs_call_status": "COMPLETED",
            **owner,
        }
    if item.kind == "email":
        return {"hs_timestamp": _ms(item.at), "hs_email_direction": "EMAIL", "hs_email_status": "SENT", **owner}
    ended = _ms(item.at, item.seconds or 0)
    outcome = (item.outcome or "completed").upper()
    return {
        "hs_meeting_start_time": _ms(item.at),
        "hs_meeting_end_time": ended,
        "hs_meeting_outcome": outcome,
        **owner,
    }


def _event(kind: str, object_id: int, at: datetime, **fields: Any) -> Event:
    return {
        "eventId": (object_id * 31 + len(fields)) % 4_000_000_000,
        "subscriptionId": 6_547_118,
        "portalId": int(PORTAL_ID),
        "appId": int(APP_ID),
        "occurredAt": int(at.timestamp() * 1000),
        "subscriptionType": kind,
        "attemptNumber": 0,
        "objectId": object_id,
        "changeSource": "CRM_UI",
        **fields,
    }


def _ms(at: datetime, later_seconds: int = 0) -> str:
    return str(int(at.timestamp() * 1000) + later_seconds * 1000)
