"""HubSpot's words: object type ids, properties that matter, and the mapping of a new portal."""

from service.activities.dto.sources import SourceMapping

OBJECT_TYPE_IDS = {
    "0-1": "contact",
    "0-2": "company",
    "0-3": "deal",
    "0-5": "ticket",
    "0-27": "task",
    "0-47": "meeting",
    "0-48": "call",
    "0-49": "email",
}

PROPERTIES: dict[str, dict[str, str]] = {
    "deal": {
        "dealname": "name",
        "dealstage": "stage",
        "pipeline": "pipeline",
        "amount": "amount",
        "deal_currency_code": "currency",
        "closedate": "closed_at",
        "createdate": "created_at",
        "hubspot_owner_id": "owner",
        "hs_is_closed_won": "is_won",
        "hs_is_closed": "is_closed",
    },
    "call": {
        "hs_timestamp": "occurred_at",
        "hs_call_direction": "direction",
        "hs_call_disposition": "outcome",
        "hs_call_duration": "duration_seconds",
        "hs_call_status": "status",
        "hubspot_owner_id": "owner",
        "hs_createdate": "created_at",
    },
    "meeting": {
        "hs_meeting_start_time": "occurred_at",
        "hs_meeting_end_time": "ended_at",
        "hs_meeting_outcome": "outcome",
        "hubspot_owner_id": "owner",
        "hs_createdate": "created_at",
    },
    "email": {
        "hs_timestamp": "occurred_at",
        "hs_email_direction": "direction",
        "hs_email_status": "status",
        "hubspot_owner_id": "owner",
        "hs_createdate": "created_at",
    },
    "task": {
        "hs_timestamp": "occurred_at",
        "hs_task_status": "status",
        "hs_task_type": "attr:type",
        "hubspot_owner_id": "owner",
        "hs_createdate": "created_at",
    },
}
"""Property → canonical field, per object type that becomes a fact."""

MILLISECOND_PROPERTIES = frozenset({"hs_call_duration"})

EMAIL_DIRECTIONS = {"email": "outbound", "forwarded_email": "outbound", "incoming_email": "inbound"}

DEFAULT_MAPPING = SourceMapping(
    stages={
        "appointmentscheduled": "prospecting",
        "qualifiedtobuy": "qualification",
        "presentationscheduled": "discovery",
        "decisionmakerboughtin": "proposal",
        "contractsent": "negotiation",
        "closedwon": "closed_won",
        "closedlost": "closed_lost",
    },
    dispositions={
        "f240bbac-87c9-4f6e-bf70-924b57d47db7": "connected",
        "9d9162e7-6cf3-4944-bf63-4dff82258764": "busy",
        "73a0d17f-1163-4015-bdd5-ec830791da20": "no_answer",
        "a4c4c377-d246-4b32-a13b-75a56a4cd0ff": "left_live_message",
        "b2cf5968-551e-4856-9783-52b3da59a7d0": "left_voicemail",
        "17b47fee-58de-441e-a44c-c6300d46f273": "wrong_number",
        "SCHEDULED": "scheduled",
        "COMPLETED": "completed",
        "RESCHEDULED": "rescheduled",
        "NO_SHOW": "no_show",
        "CANCELED": "canceled",
    },
)
"""The stages of HubSpot's default pipeline, its call dispositions and its meeting outcomes."""
