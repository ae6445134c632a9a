"""The story after the cut as Salesforce tells it: outbound messages with the record as it then was."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from service.demo.generator import Opportunity, Work
from service.demo.identifiers import SALESFORCE_ORG_ID, owner_id, record_id

Record = tuple[str, dict[str, str]]
"""(object, fields) of one notification."""

STAGE_NAMES = {
    "prospecting": "Prospecting",
    "qualification": "Qualification",
    "discovery": "Needs Analysis",
    "proposal": "Proposal/Price Quote",
    "negotiation": "Negotiation/Review",
    "closed_won": "Closed Won",
    "closed_lost": "Closed Lost",
}
FIELD_MAPPING = {"Outcome__c": "outcome"}
"""The demo's Salesforce keeps a meeting's outcome in a field of its own."""


def work_record(item: Work) -> Record:
    """A call or e-mail as a task, a meeting as an event."""
    at = _instant(item.at)
    fields = {
        "Id": record_id(item.rep, item.kind, item.number),
        "CreatedDate": at,
        "LastModifiedDate": at,
        "OwnerId": owner_id(item.rep),
    }
    if item.deal is not None:
        fields["WhatId"] = record_id(item.rep, "deal", item.deal)
    if item.kind == "meeting":
        ended = datetime.fromtimestamp(item.at.timestamp() + (item.seconds or 0), item.at.tzinfo)
        outcome = item.outcome or "completed"
        return "Event", {**fields, "StartDateTime": at, "EndDateTime": _instant(ended), "Outcome__c": outcome}
    fields |= {"CompletedDateTime": at, "Status": "Completed"}
    if item.kind == "email":
        return "Task", {**fields, "TaskSubtype": "Email", "CallType": "Outbound"}
    return "Task", {
        **fields,
        "TaskSubtype": "Call",
        "CallType": "Outbound",
        "CallDisposition": item.outcome or "no_answer",
        "CallDurationInSeconds": str(item.seconds or 0),
    }


def deleted(record: Record, at: datetime) -> Record:
    """The record was a mistake and is deleted."""
    return record[0], {**record[1], "LastModifiedDate": _instant(at), "IsDeleted": "true"}


def deal_records(item: Opportunity, cut: datetime) -> Iterator[Record]:
    """The deal as it stood after each move since the cut."""
    for at, stage in item.moves:
        if at < cut:
            continue
        closed = stage.startswith("closed")
        fields = {
            "Id": record_id(item.rep, "deal", item.number),
            "Name": item.name,
            "StageName": STAGE_NAMES[stage],
            "Amount": f"{item.amount}.0",
            "CurrencyIsoCode": "USD",
            "OwnerId": owner_id(item.rep),
            "CreatedDate": _instant(item.created_at),
            "LastModifiedDate": _instant(at),
            "IsClosed": str(closed).lower(),
            "IsWon": str(stage == "closed_won").lower(),
        }
        if closed:
            fields["CloseDate"] = at.date().isoformat()
        yield "Opportunity", fields


def message(records: list[Record]) -> bytes:
    """One outbound message of up to 100 notifications of one object."""
    notifications = "".join(_notification(record) for record in records)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>'
        '<notifications xmlns="http://soap.sforce.com/2005/09/outbound">'
        f"<OrganizationId>{SALESFORCE_ORG_ID}</OrganizationId><ActionId>04k5g0000008OTeAAM</ActionId>"
        '<SessionId xsi:nil="true"/><EnterpriseUrl/><PartnerUrl/>'
        f"{notifications}</notifications></soapenv:Body></soapenv:Envelope>"
    ).encode()


def _notification(record: Record) -> str:
    kind, fields = record
    text = "/".join(f"{name}={value}" for name, value in sorted(fields.items()))
    identity = hashlib.sha256(text.encode()).hexdigest()[:14]
    body = "".join(f"<sf:{name}>{escape(value)}</sf:{name}>" for name, value in fields.items())
    return (
        f"<Notification><Id>04l5{identity}</Id>"
        f'<sObject xsi:type="sf:{kind}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com">{body}</sObject>'
        "</Notification>"
    )


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
