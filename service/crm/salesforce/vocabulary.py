"""Salesforce's words: objects and fields that matter, and the mapping of a new organization."""

from service.activities.dto.sources import SourceMapping

FIELDS: dict[str, dict[str, str]] = {
    "Opportunity": {
        "Name": "name",
        "StageName": "stage",
        "Amount": "amount",
        "CurrencyIsoCode": "currency",
        "CloseDate": "closed_at",
        "CreatedDate": "created_at",
        "OwnerId": "owner",
        "IsClosed": "is_closed",
        "IsWon": "is_won",
    },
    "Task": {
        "OwnerId": "owner",
        "WhatId": "deal",
        "CreatedDate": "created_at",
        "ActivityDate": "occurred_at",
        "CompletedDateTime": "occurred_at",
        "Status": "status",
        "CallDurationInSeconds": "duration_seconds",
        "CallDisposition": "outcome",
        "CallType": "direction",
    },
    "Event": {
        "OwnerId": "owner",
        "WhatId": "deal",
        "CreatedDate": "created_at",
        "StartDateTime": "occurred_at",
        "EndDateTime": "ended_at",
    },
}
"""Field → canonical field; where two stand for one, the later in this order wins."""

OBJECT_TYPES = {"Opportunity": "deal", "Task": "task", "Event": "meeting"}

OPPORTUNITY_PREFIX = "006"
"""What the id of an opportunity begins with; what a task is about may be anything else too."""

TASK_KINDS = {"call": "call", "email": "email", "listemail": "email"}
"""`TaskSubtype` (else `Type`) of a task that is a call or an e-mail."""

DEFAULT_MAPPING = SourceMapping(
    stages={
        "Prospecting": "prospecting",
        "Qualification": "qualification",
        "Needs Analysis": "discovery",
        "Value Proposition": "discovery",
        "Id. Decision Makers": "discovery",
        "Perception Analysis": "proposal",
        "Proposal/Price Quote": "proposal",
        "Negotiation/Review": "negotiation",
        "Closed Won": "closed_won",
        "Closed Lost": "closed_lost",
    },
    dispositions={"Connected": "connected", "No Answer": "no_answer", "Left Voicemail": "left_voicemail"},
)
"""The stages that a new Salesforce organization has."""
