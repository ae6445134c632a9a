"""A valid request of every operation, about rows that need not exist; a new operation gets its line here."""

from collections.abc import AsyncIterator
from typing import Any

from schema.relay import to_global_id
from tests.factories.skill_requests import ID, ROW, SKILL_BODIES, SKILL_INPUTS
from tests.factories.success_models import model_document

PATH_VALUES = {
    "person_id": ROW,
    "period_id": ROW,
    "key_id": ROW,
    "team_id": ROW,
    "absence_id": ROW,
    "model_id": ROW,
    "connection_id": ROW,
    "event_id": "0" * 64,
    "endpoint_id": ROW,
    "delivery_id": ROW,
    "activity_id": ROW,
    "deal_id": ROW,
    "inspection_id": ROW,
    "forecast_id": ROW,
    "confirmation_id": ROW,
    "import_id": ROW,
    "operation_id": ROW,
    "opportunity_id": ROW,
    "session_id": ROW,
    "programme_id": ROW,
    "cadence_id": ROW,
    "format_id": ROW,
    "framework_id": ROW,
    "template_id": ROW,
    "assessment_id": ROW,
    "key": "b2b-seller",
    "topic_id": ROW,
    "commitment_id": ROW,
    "feed_id": ROW,
    "substitution_id": ROW,
    "hand_over_id": ROW,
    "plan_id": ROW,
    "step_id": ROW,
    "review_id": ROW,
    "feed": "cal_0123456789",
    "snapshot_id": f"{ROW}.calls.month.2026-01-01",
    "system": "hubspot",
    "external_id": "7",
}

PERSON = {"name": "Ann", "email": "ann@example.com"}
ABSENCE = {"start_on": "2026-01-01", "end_on": "2026-01-02", "kind": "vacation"}
CONNECTION = {"system": "hubspot", "name": "CRM", "account_id": "1", "app_id": "2", "secret": "a-secret-of-the-app"}

FORMAT = {"key": "ours", "name": "Ours", "document": {"sections": [{"key": "talk", "title": "Talk", "minutes": 30}]}}
PROGRAMME = {"name": "Weekly", "rule": "FREQ=WEEKLY", "starts_on": "2026-03-03", "starts_at": "10:00"}
STANDING_IN = {"manager_id": str(ROW), "substitute_id": str(ROW), "from_on": "2099-01-05", "to_on": "2099-01-09"}
HANDING_OVER = {"from_manager_id": str(ROW), "to_manager_id": str(ROW), "hands_over_on": "2099-01-05"}


PARAMS = {"getCoachingEffects": {"kpi": "calls"}}
"""What an operation has to be asked with."""

BODIES: dict[str, Any] = {
    "createPerson": PERSON,
    "updatePerson": {"name": "Ann"},
    "bulkUpsertPeople": {"people": [{**PERSON, "system": "hubspot", "external_id": "7"}]},
    "addManagerPeriod": {"manager_id": str(ROW), "start_on": "2026-01-01"},
    "createTeam": {"name": "East"},
    "updateTeam": {"name": "East"},
    "createAbsence": ABSENCE | {"person_id": str(ROW)},
    "updateAbsence": {"kind": "sick"},
    "createApiKey": {"name": "Script", "scopes": ["people:read"]},
    "updateApiKey": {"name": "Script"},
    "rotateApiKey": {},
    "putIdentityProvider": {"issuer": "https://id.example.com", "audience": "touchline"},
    "updateOrganization": {"week_start": 1},
    "createSuccessModel": model_document(),
    "planWayBack": {"person_id": str(ROW)},
    "createCrmConnection": CONNECTION,
    "updateCrmConnection": {"name": "CRM"},
    "replayCrmConnection": {},
    "createWebhookEndpoint": {"url": "https://hooks.example.com"},
    "updateWebhookEndpoint": {"description": "Ours"},
    "rotateWebhookSecret": {},
    "replayWebhookEndpoint": {"since": "2026-01-01T00:00:00Z"},
    "createInspection": {"criterion": "economic_buyer", "verdict": "met"},
    "createConfirmation": {"criterion": "economic_buyer"},
    "createForecast": {"deal": {"deal_id": str(ROW), "probability": "0.6"}},
    "dismissCoachingOpportunity": {"reason": "On leave"},
    "snoozeCoachingOpportunity": {"until": "2099-01-01"},
    "createSessionFormat": FORMAT,
    "createCoachingProgramme": PROGRAMME,
    "updateCoachingProgramme": {"name": "Weekly"},
    "changeCoachingProgramme": {"from_on": "2099-01-05", "minutes": 45},
    "endCoachingProgramme": {"ends_on": "2099-01-05"},
    "changeCoachingCadence": {"from_on": "2099-01-05", "minutes": 45},
    "createCoachingSession": {"rep_id": str(ROW), "starts_at": "2099-01-05T10:00:00Z"},
    "updateCoachingSession": {"shared_notes": "Two calls"},
    "completeCoachingSession": {},
    "cancelCoachingSession": {"reason": "A fair"},
    "rescheduleCoachingSession": {"starts_at": "2099-01-05T10:00:00Z", "reason": "A fair"},
    "attestCoachingSession": {"held": True},
    "rateCoachingSession": {"answers": {"focus": 4, "listening": 5, "feedback": 3, "next_step": 5, "openness": 4}},
    "putPrivateNote": {"text": "Mine"},
    "createNoteGrant": {"person_id": str(ROW)},
    "createCalendarFeed": {"name": "Phone", "person_id": str(ROW)},
    "createCoachingSubstitution": STANDING_IN,
    "endCoachingSubstitution": {"to_on": "2099-01-07"},
    "createCoachingHandOver": HANDING_OVER,
    "createCoachingTopic": {"rep_id": str(ROW), "title": "The budget"},
    "dismissCoachingTopic": {"reason": "Settled by mail"},
    "createCommitment": {"rep_id": str(ROW), "description": "Forty calls", "due_on": "2099-01-01"},
    "updateCommitment": {"description": "Fifty calls"},
    "settleCommitment": {"verdict": "done"},
    "bulkUpsertActivities": {"system": "dialler", "activities": [{"external_id": "7"}]},
    "bulkUpsertDeals": {"system": "pipes", "deals": [{"external_id": "7"}]},
    **SKILL_BODIES,
}

MAPPING = 'kind = "deals"\nsystem = "pipes"\n[columns]\nid = "id"\n'

FORMS: dict[str, dict[str, tuple[str | None, str]]] = {
    "createImport": {"mapping": (None, MAPPING), "file": ("deals.csv", "id\n1\n")},
}
"""The multipart bodies, as httpx sends them with `files=`."""

OPPORTUNITY = to_global_id("CoachingOpportunity", ROW)
SESSION = to_global_id("CoachingSession", ROW)
TOPIC = to_global_id("CoachingTopic", ROW)
COMMITMENT = to_global_id("Commitment", ROW)


GRAPHQL_INPUTS: dict[str, Any] = {
    "createPerson": PERSON,
    "bulkUpsertPeople": {"people": [{**PERSON, "system": "hubspot", "externalId": "7"}]},
    "addManagerPeriod": {"id": ID, "managerId": ID, "startOn": "2026-01-01"},
    "deleteManagerPeriod": {"id": to_global_id("ManagerPeriod", ROW), "personId": ID},
    "putExternalIdentity": {"id": ID, "system": "hubspot", "externalId": "7"},
    "deleteExternalIdentity": {"id": ID, "system": "hubspot", "externalId": "7"},
    "createTeam": {"name": "East"},
    "updateTeam": {"id": to_global_id("Team", ROW)},
    "deleteTeam": {"id": to_global_id("Team", ROW)},
    "createAbsence": {"personId": ID, "startOn": "2026-01-01", "endOn": "2026-01-02", "kind": "VACATION"},
    "updateAbsence": {"id": to_global_id("Absence", ROW)},
    "deleteAbsence": {"id": to_global_id("Absence", ROW)},
    "createApiKey": BODIES["createApiKey"],
    "updateApiKey": {"id": to_global_id("ApiKey", ROW)},
    "rotateApiKey": {"id": to_global_id("ApiKey", ROW)},
    "putIdentityProvider": BODIES["putIdentityProvider"],
    "deleteIdentityProvider": {},
    "revokeApiKey": {"id": to_global_id("ApiKey", ROW)},
    "updateOrganization": {"weekStart": 1},
    "createSuccessModel": {"document": model_document()},
    "activateSuccessModel": {"id": to_global_id("SuccessModel", ROW)},
    "deleteSuccessModel": {"id": to_global_id("SuccessModel", ROW)},
    "createCrmConnection": {
        "system": "HUBSPOT",
        "name": "CRM",
        "accountId": "1",
        "appId": "2",
        "secret": "a-secret-of-the-app",
    },
    "updateCrmConnection": {"id": to_global_id("CrmConnection", ROW)},
    "rotateCrmConnectionSecret": {"id": to_global_id("CrmConnection", ROW)},
    "deleteCrmConnection": {"id": to_global_id("CrmConnection", ROW)},
    "replayCrmConnection": {"id": to_global_id("CrmConnection", ROW)},
    "replayCrmEvent": {"id": to_global_id("CrmEvent", "0" * 64)},
    "createWebhookEndpoint": {"url": "https://hooks.example.com"},
    "updateWebhookEndpoint": {"id": to_global_id("WebhookEndpoint", ROW)},
    "deleteWebhookEndpoint": {"id": to_global_id("WebhookEndpoint", ROW)},
    "rotateWebhookSecret": {"id": to_global_id("WebhookEndpoint", ROW)},
    "testWebhookEndpoint": {"id": to_global_id("WebhookEndpoint", ROW)},
    "replayWebhookEndpoint": {"id": to_global_id("WebhookEndpoint", ROW), "since": "2026-01-01T00:00:00Z"},
    "replayWebhookDelivery": {"id": to_global_id("WebhookDelivery", ROW)},
    "createInspection": {"dealId": to_global_id("Deal", ROW), "criterion": "economic_buyer", "verdict": "MET"},
    "createConfirmation": {"dealId": to_global_id("Deal", ROW), "criterion": "economic_buyer"},
    "createForecast": {"deal": {"dealId": to_global_id("Deal", ROW), "probability": "0.6"}},
    "acceptCoachingOpportunity": {"id": OPPORTUNITY},
    "dismissCoachingOpportunity": {"id": OPPORTUNITY, "reason": "On leave"},
    "snoozeCoachingOpportunity": {"id": OPPORTUNITY, "until": "2099-01-01"},
    "reopenCoachingOpportunity": {"id": OPPORTUNITY},
    "createSessionFormat": FORMAT,
    "createCoachingProgramme": {
        "name": "Weekly",
        "rule": "FREQ=WEEKLY",
        "startsOn": "2026-03-03",
        "startsAt": "10:00:00",
    },
    "updateCoachingProgramme": {"id": to_global_id("CoachingProgramme", ROW), "name": "Weekly"},
    "changeCoachingProgramme": {"id": to_global_id("CoachingProgramme", ROW), "fromOn": "2099-01-05", "minutes": 45},
    "endCoachingProgramme": {"id": to_global_id("CoachingProgramme", ROW), "endsOn": "2099-01-05"},
    "changeCoachingCadence": {"id": to_global_id("CoachingCadence", ROW), "fromOn": "2099-01-05", "minutes": 45},
    "createCoachingSession": {"repId": ID, "startsAt": "2099-01-05T10:00:00Z"},
    "updateCoachingSession": {"id": SESSION, "sharedNotes": "Two calls"},
    "startCoachingSession": {"id": SESSION},
    "completeCoachingSession": {"id": SESSION},
    "cancelCoachingSession": {"id": SESSION, "reason": "A fair"},
    "rescheduleCoachingSession": {"id": SESSION, "startsAt": "2099-01-05T10:00:00Z", "reason": "A fair"},
    "attestCoachingSession": {"id": SESSION, "held": True},
    "rateCoachingSession": {"id": SESSION, "answers": {"focus": 4}},
    "putPrivateNote": {"id": SESSION, "text": "Mine"},
    "deletePrivateNote": {"id": to_global_id("PrivateNote", ROW)},
    "createNoteGrant": {"id": SESSION, "personId": ID},
    "deleteNoteGrant": {"id": SESSION, "personId": ID},
    "createCalendarFeed": {"name": "Phone", "personId": ID},
    "createCoachingSubstitution": {"managerId": ID, "substituteId": ID, "fromOn": "2099-01-05", "toOn": "2099-01-09"},
    "endCoachingSubstitution": {"id": to_global_id("CoachingSubstitution", ROW), "toOn": "2099-01-07"},
    "createCoachingHandOver": {"fromManagerId": ID, "toManagerId": ID, "handsOverOn": "2099-01-05"},
    "revokeCalendarFeed": {"id": to_global_id("CalendarFeed", ROW)},
    "createCoachingTopic": {"repId": ID, "title": "The budget"},
    "pinCoachingTopic": {"id": TOPIC},
    "unpinCoachingTopic": {"id": TOPIC},
    "dismissCoachingTopic": {"id": TOPIC, "reason": "Settled by mail"},
    "reopenCoachingTopic": {"id": TOPIC},
    "createCommitment": {"repId": ID, "description": "Forty calls", "dueOn": "2099-01-01"},
    "updateCommitment": {"id": COMMITMENT, "description": "Fifty calls"},
    "settleCommitment": {"id": COMMITMENT, "verdict": "DONE"},
    "bulkUpsertActivities": {"system": "dialler", "activities": [{"externalId": "7", "kind": "CALL"}]},
    "bulkUpsertDeals": BODIES["bulkUpsertDeals"] | {"deals": [{"externalId": "7"}]},
    "createImport": {"mapping": MAPPING, "file": "id\n1\n"},
    "cancelOperation": {"id": to_global_id("Operation", ROW)},
    **SKILL_INPUTS,
}


async def pieces_of(text: str) -> AsyncIterator[bytes]:
    """A file's content, as an upload gives it."""
    yield text.encode()
