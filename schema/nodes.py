"""`node(id)`: anything by its global id; what one may not see does not exist."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import strawberry

from schema.absences import load_absence
from schema.activities import load_activity
from schema.api_keys import load_api_key
from schema.assessment_guides import load_assessment_guide
from schema.assessment_templates import load_assessment_template
from schema.assessment_types import load_assessment_answer, load_skill_assessment
from schema.audit_events import load_audit_event
from schema.benchmarks import load_benchmarks
from schema.cadence_adherence.queries import load_cadence_adherence
from schema.calendar_feeds import load_calendar_feed
from schema.coaching_briefs import load_coaching_brief
from schema.coaching_cadences import load_coaching_cadence
from schema.coaching_capability import load_manager_capability
from schema.coaching_effects import load_coaching_effects
from schema.coaching_hand_overs import load_coaching_hand_over
from schema.coaching_opportunities import load_coaching_opportunity
from schema.coaching_programmes import load_coaching_programme
from schema.coaching_ratings.groups import load_coaching_ratings, load_rating_group
from schema.coaching_ratings.own import load_coaching_rating
from schema.coaching_sessions import load_coaching_session
from schema.coaching_substitutions import load_coaching_substitution
from schema.coaching_topics.types import load_coaching_topic
from schema.commitments import load_commitment
from schema.competency_frameworks import load_competency_framework, load_competency_framework_template
from schema.confirmations import load_confirmation
from schema.context import Info
from schema.crm_connections.types import load_crm_connection, load_crm_connection_status
from schema.crm_events import load_crm_event
from schema.deal_evidence import load_deal_health
from schema.deal_standards import load_deal_standard_template
from schema.deal_verdicts import load_deal_verdict
from schema.deals import load_deal
from schema.describing import ANYONE, NEEDS
from schema.development_plans.progress import load_plan_progress
from schema.development_plans.types import load_development_plan, load_plan_review, load_plan_step
from schema.entitlements import load_entitlement
from schema.forecast_accuracy import load_forecast_accuracy
from schema.forecasts import load_forecast
from schema.identity_provider import load_identity_provider
from schema.imports import load_import, load_import_row
from schema.inspections import load_inspection
from schema.kpi_snapshots import load_kpi_snapshot
from schema.lead_indicators import load_lead_indicators
from schema.me import load_me
from schema.model_changes import load_model_changes
from schema.operations import load_operation
from schema.organizations import load_organization
from schema.people.types import load_external_identity, load_manager_period, load_person
from schema.pipeline_maturity import load_pipeline_maturity
from schema.plans import load_plan
from schema.process_adherence import load_process_adherence
from schema.quadrants import load_quadrants
from schema.rate_comparisons import load_rate_comparisons
from schema.rater_calibration import load_rater_calibration
from schema.relay import Node, NullIfAbsent, split_global_id
from schema.scorecards import load_scorecard
from schema.self_correction import load_self_correction
from schema.session_formats import load_session_format, load_session_format_template
from schema.session_notes import load_note_grant, load_private_note
from schema.session_records import load_session_attestation, load_session_move
from schema.skill_gaps import load_skill_gaps
from schema.skill_histories import load_peer_rating, load_skill_history, load_skill_rating
from schema.skill_levels import load_skill_levels
from schema.skill_readers import load_skill_access, load_skill_reader
from schema.success_models import load_success_model
from schema.team_scorecards import load_team_scorecard
from schema.teams import load_team
from schema.webhook_deliveries import load_webhook_attempt, load_webhook_delivery
from schema.webhook_endpoints import load_webhook_endpoint
from schema.win_drivers import load_win_drivers
from service.core.errors import not_found


async def _own_organization(info: Info, id_: UUID) -> Node:
    if id_ != info.context.principal.org_id:
        raise not_found("organization")
    return await load_organization(info)


BY_ROW_ID: dict[str, Callable[[Info, UUID], Awaitable[Node]]] = {
    "Absence": load_absence,
    "AssessmentGuide": load_assessment_guide,
    "Activity": load_activity,
    "ApiKey": load_api_key,
    "AssessmentTemplate": load_assessment_template,
    "AuditEvent": load_audit_event,
    "CalendarFeed": load_calendar_feed,
    "CoachingCadence": load_coaching_cadence,
    "CoachingOpportunity": load_coaching_opportunity,
    "CoachingHandOver": load_coaching_hand_over,
    "CoachingProgramme": load_coaching_programme,
    "CoachingRating": load_coaching_rating,
    "CoachingSession": load_coaching_session,
    "CoachingSubstitution": load_coaching_substitution,
    "CoachingTopic": load_coaching_topic,
    "Commitment": load_commitment,
    "CompetencyFramework": load_competency_framework,
    "Confirmation": load_confirmation,
    "CrmConnection": load_crm_connection,
    "CrmConnectionStatus": load_crm_connection_status,
    "Deal": load_deal,
    "DecidedDeal": load_deal_verdict,
    "DevelopmentPlan": load_development_plan,
    "Forecast": load_forecast,
    "IdentityProvider": load_identity_provider,
    "Import": load_import,
    "ImportRow": load_import_row,
    "Inspection": load_inspection,
    "ManagerPeriod": load_manager_period,
    "Me": load_me,
    "Operation": load_operation,
    "Organization": _own_organization,
    "Person": load_person,
    "PlanProgress": load_plan_progress,
    "PlanReview": load_plan_review,
    "PlanStep": load_plan_step,
    "SessionFormat": load_session_format,
    "PrivateNote": load_private_note,
    "SessionMove": load_session_move,
    "SkillAssessment": load_skill_assessment,
    "SuccessModel": load_success_model,
    "Team": load_team,
    "WebhookDelivery": load_webhook_delivery,
    "WebhookEndpoint": load_webhook_endpoint,
}
"""How each type is found again whose ids name a row, or what there is one of per row."""

BY_KEY: dict[str, Callable[[Info, str], Awaitable[Node]]] = {
    "AssessmentAnswer": load_assessment_answer,
    "CadenceAdherence": load_cadence_adherence,
    "CoachingRatings": load_coaching_ratings,
    "CoachingBrief": load_coaching_brief,
    "CompetencyFrameworkTemplate": load_competency_framework_template,
    "CrmEvent": load_crm_event,
    "DealHealth": load_deal_health,
    "DealStandardTemplate": load_deal_standard_template,
    "Entitlement": load_entitlement,
    "ExternalIdentity": load_external_identity,
    "ForecastAccuracy": load_forecast_accuracy,
    "KpiSnapshot": load_kpi_snapshot,
    "Benchmarks": load_benchmarks,
    "ManagerCapability": load_manager_capability,
    "ModelChanges": load_model_changes,
    "NoteGrant": load_note_grant,
    "PeerRating": load_peer_rating,
    "Plan": load_plan,
    "RateComparisons": load_rate_comparisons,
    "RaterCalibration": load_rater_calibration,
    "RatingGroup": load_rating_group,
    "LeadIndicators": load_lead_indicators,
    "CoachingEffects": load_coaching_effects,
    "Quadrants": load_quadrants,
    "SkillGaps": load_skill_gaps,
    "WinDrivers": load_win_drivers,
    "SelfCorrection": load_self_correction,
    "TeamScorecard": load_team_scorecard,
    "Scorecard": load_scorecard,
    "SkillAccess": load_skill_access,
    "SkillHistory": load_skill_history,
    "SkillRating": load_skill_rating,
    "SkillReader": load_skill_reader,
    "SkillLevels": load_skill_levels,
    "SessionFormatTemplate": load_session_format_template,
    "SessionAttestation": load_session_attestation,
    "PipelineMaturity": load_pipeline_maturity,
    "ProcessAdherence": load_process_adherence,
    "WebhookAttempt": load_webhook_attempt,
}
"""The same for types that are found by another key; `ValueError` for what is none."""


@strawberry.type
class NodeQuery:
    """Relay's entry point."""

    @strawberry.field(
        description="Anything by its global id; null where the caller may not see it.",
        metadata={NEEDS: ANYONE},
        extensions=[NullIfAbsent()],
    )
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 - Relay's name
        """A foreign, hidden or malformed id is null alike; a missing permission is an error."""
        type_name, key = split_global_id(id)
        try:
            return await (
                BY_KEY[type_name](info, key) if type_name in BY_KEY else BY_ROW_ID[type_name](info, UUID(key))
            )
        except (KeyError, ValueError) as error:
            raise not_found("node") from error
