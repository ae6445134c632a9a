"""Every type of event that leaves the house, with a summary and the shape of its data.

OpenAPI's `webhooks` section is generated from this registry, and `emit` checks every event against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.webhooks.coaching_event_data import (
    CancelledSessionData,
    CapabilityData,
    CommitmentData,
    CommitmentSettledData,
    ProgrammeData,
    RescheduledSessionData,
    SessionData,
    SessionReminderData,
    TopicData,
    UncoveredData,
)
from service.webhooks.event_data import (
    AbsenceData,
    AbsenceUpdatedData,
    ApiKeyData,
    CrmConnectionData,
    CrmConnectionUpdatedData,
    DealConfirmedData,
    DealInspectedData,
    EndpointDisabledData,
    EndpointTestData,
    EventData,
    KpiSnapshotData,
    OperationData,
    OpportunityClosedData,
    OpportunityRaisedData,
    OpportunityUpdatedData,
    PersonData,
    PersonUpdatedData,
    RestatedData,
    SuccessModelData,
    TeamData,
    TeamUpdatedData,
)
from service.webhooks.skill_event_data import (
    DevelopmentPlanData,
    PlanReviewDueData,
    PlanStepDueData,
    SkillAssessmentData,
    SkillAssessmentReminderData,
    SkillAssessmentRequestedData,
)


class EventType(StrEnum):
    """The `type` of an event, `noun.verb` in the past tense."""

    PERSON_CREATED = "person.created"
    PERSON_UPDATED = "person.updated"
    PERSON_DELETED = "person.deleted"
    TEAM_CREATED = "team.created"
    TEAM_UPDATED = "team.updated"
    TEAM_DELETED = "team.deleted"
    ABSENCE_CREATED = "absence.created"
    ABSENCE_UPDATED = "absence.updated"
    ABSENCE_DELETED = "absence.deleted"
    SUCCESS_MODEL_ACTIVATED = "success_model.activated"
    DEAL_INSPECTED = "deal.inspected"
    DEAL_CONFIRMED = "deal.confirmed"
    KPI_SNAPSHOT_CHANGED = "kpi_snapshot.changed"
    KPI_SNAPSHOT_RESTATED = "kpi_snapshot.restated"
    COACHING_OPPORTUNITY_RAISED = "coaching_opportunity.raised"
    COACHING_OPPORTUNITY_UPDATED = "coaching_opportunity.updated"
    COACHING_OPPORTUNITY_CLOSED = "coaching_opportunity.closed"
    COACHING_PROGRAMME_CREATED = "coaching_programme.created"
    COACHING_PROGRAMME_CHANGED = "coaching_programme.changed"
    COACHING_PROGRAMME_ENDED = "coaching_programme.ended"
    COACHING_SESSION_SCHEDULED = "coaching_session.scheduled"
    COACHING_SESSION_RESCHEDULED = "coaching_session.rescheduled"
    COACHING_SESSION_REASSIGNED = "coaching_session.reassigned"
    COACHING_SESSION_ATTENDEES_CHANGED = "coaching_session.attendees_changed"
    COACHING_SESSION_STARTED = "coaching_session.started"
    COACHING_SESSION_COMPLETED = "coaching_session.completed"
    COACHING_SESSION_MISSED = "coaching_session.missed"
    COACHING_SESSION_CANCELLED = "coaching_session.cancelled"
    COACHING_SESSION_REMINDER = "coaching_session.reminder"
    COACHING_SESSION_NONE_PLANNED = "coaching_session.none_planned"
    COACHING_CAPABILITY_FELL_BELOW_STANDARD = "coaching_capability.fell_below_standard"
    COMMITMENT_CREATED = "commitment.created"
    COMMITMENT_SETTLED = "commitment.settled"
    TOPIC_RAISED = "topic.raised"
    SKILL_ASSESSMENT_REQUESTED = "skill_assessment.requested"
    SKILL_ASSESSMENT_REMINDER = "skill_assessment.reminder"
    SKILL_ASSESSMENT_SUBMITTED = "skill_assessment.submitted"
    SKILL_ASSESSMENT_ACKNOWLEDGED = "skill_assessment.acknowledged"
    SKILL_ASSESSMENT_CONTESTED = "skill_assessment.contested"
    DEVELOPMENT_PLAN_STARTED = "development_plan.started"
    DEVELOPMENT_PLAN_CLOSED = "development_plan.closed"
    DEVELOPMENT_PLAN_REVIEW_DUE = "development_plan.review_due"
    DEVELOPMENT_PLAN_STEP_DUE = "development_plan.step_due"
    CRM_CONNECTION_CREATED = "crm_connection.created"
    CRM_CONNECTION_UPDATED = "crm_connection.updated"
    CRM_CONNECTION_DELETED = "crm_connection.deleted"
    OPERATION_COMPLETED = "operation.completed"
    API_KEY_EXPIRING = "api_key.expiring"
    WEBHOOK_ENDPOINT_DISABLED = "webhook_endpoint.disabled"
    WEBHOOK_ENDPOINT_TEST = "webhook_endpoint.test"


@dataclass(frozen=True, slots=True)
class EventSpec:
    """What is published about a type."""

    summary: str
    data: type[EventData]


EVENTS: Mapping[EventType, EventSpec] = {
    EventType.PERSON_CREATED: EventSpec("A person was added", PersonData),
    EventType.PERSON_UPDATED: EventSpec("A person changed", PersonUpdatedData),
    EventType.PERSON_DELETED: EventSpec("A person was deleted", PersonData),
    EventType.TEAM_CREATED: EventSpec("A team was added", TeamData),
    EventType.TEAM_UPDATED: EventSpec("A team changed", TeamUpdatedData),
    EventType.TEAM_DELETED: EventSpec("A team was deleted", TeamData),
    EventType.ABSENCE_CREATED: EventSpec("An absence was added", AbsenceData),
    EventType.ABSENCE_UPDATED: EventSpec("An absence changed", AbsenceUpdatedData),
    EventType.ABSENCE_DELETED: EventSpec("An absence was deleted", AbsenceData),
    EventType.SUCCESS_MODEL_ACTIVATED: EventSpec("A success model was activated", SuccessModelData),
    EventType.DEAL_INSPECTED: EventSpec("A criterion of a deal was inspected", DealInspectedData),
    EventType.DEAL_CONFIRMED: EventSpec("A criterion of a deal was confirmed by its owner", DealConfirmedData),
    EventType.KPI_SNAPSHOT_CHANGED: EventSpec("A person's KPI snapshots changed", KpiSnapshotData),
    EventType.KPI_SNAPSHOT_RESTATED: EventSpec("A snapshot of a closed period was restated", RestatedData),
    EventType.COACHING_OPPORTUNITY_RAISED: EventSpec("A coaching opportunity was found", OpportunityRaisedData),
    EventType.COACHING_OPPORTUNITY_UPDATED: EventSpec("A coaching opportunity was acted upon", OpportunityUpdatedData),
    EventType.COACHING_OPPORTUNITY_CLOSED: EventSpec("A coaching opportunity is gone", OpportunityClosedData),
    EventType.COACHING_PROGRAMME_CREATED: EventSpec("A coaching programme was added", ProgrammeData),
    EventType.COACHING_PROGRAMME_CHANGED: EventSpec("A coaching programme changes from a day on", ProgrammeData),
    EventType.COACHING_PROGRAMME_ENDED: EventSpec("A coaching programme ends", ProgrammeData),
    EventType.COACHING_SESSION_SCHEDULED: EventSpec("A coaching session was scheduled", SessionData),
    EventType.COACHING_SESSION_RESCHEDULED: EventSpec("A coaching session was moved", RescheduledSessionData),
    EventType.COACHING_SESSION_REASSIGNED: EventSpec("Somebody else coaches in a session", SessionData),
    EventType.COACHING_SESSION_ATTENDEES_CHANGED: EventSpec("Others take part in a coaching session", SessionData),
    EventType.COACHING_SESSION_STARTED: EventSpec("A coaching session has begun", SessionData),
    EventType.COACHING_SESSION_COMPLETED: EventSpec("A coaching session was held", SessionData),
    EventType.COACHING_SESSION_MISSED: EventSpec("Nobody held a coaching session", SessionData),
    EventType.COACHING_SESSION_CANCELLED: EventSpec("A coaching session was cancelled", CancelledSessionData),
    EventType.COACHING_SESSION_REMINDER: EventSpec("A coaching session is near", SessionReminderData),
    EventType.COACHING_SESSION_NONE_PLANNED: EventSpec("A rep has no session planned", UncoveredData),
    EventType.COACHING_CAPABILITY_FELL_BELOW_STANDARD: EventSpec(
        "A tree fell below a standard of coaching", CapabilityData
    ),
    EventType.COMMITMENT_CREATED: EventSpec("Somebody took something on", CommitmentData),
    EventType.COMMITMENT_SETTLED: EventSpec("A commitment was kept, missed or dropped", CommitmentSettledData),
    EventType.TOPIC_RAISED: EventSpec("There is something to talk about", TopicData),
    EventType.SKILL_ASSESSMENT_REQUESTED: EventSpec("Somebody is to rate a person", SkillAssessmentRequestedData),
    EventType.SKILL_ASSESSMENT_REMINDER: EventSpec("An assessment is due or overdue", SkillAssessmentReminderData),
    EventType.SKILL_ASSESSMENT_SUBMITTED: EventSpec("An assessment was submitted", SkillAssessmentData),
    EventType.SKILL_ASSESSMENT_ACKNOWLEDGED: EventSpec("The assessed person took note of it", SkillAssessmentData),
    EventType.SKILL_ASSESSMENT_CONTESTED: EventSpec("The assessed person disagrees with it", SkillAssessmentData),
    EventType.DEVELOPMENT_PLAN_STARTED: EventSpec("A development plan has begun", DevelopmentPlanData),
    EventType.DEVELOPMENT_PLAN_CLOSED: EventSpec("A development plan has ended", DevelopmentPlanData),
    EventType.DEVELOPMENT_PLAN_REVIEW_DUE: EventSpec("A review of a development plan is due", PlanReviewDueData),
    EventType.DEVELOPMENT_PLAN_STEP_DUE: EventSpec("A step of a development plan is due", PlanStepDueData),
    EventType.CRM_CONNECTION_CREATED: EventSpec("A CRM account was connected", CrmConnectionData),
    EventType.CRM_CONNECTION_UPDATED: EventSpec("A CRM connection changed", CrmConnectionUpdatedData),
    EventType.CRM_CONNECTION_DELETED: EventSpec("A CRM account was disconnected", CrmConnectionData),
    EventType.OPERATION_COMPLETED: EventSpec("A long-running operation has ended", OperationData),
    EventType.API_KEY_EXPIRING: EventSpec("An API key is about to expire", ApiKeyData),
    EventType.WEBHOOK_ENDPOINT_DISABLED: EventSpec("A webhook endpoint was disabled", EndpointDisabledData),
    EventType.WEBHOOK_ENDPOINT_TEST: EventSpec("A test of a webhook endpoint", EndpointTestData),
}
