"""The root types of the schema, put together from every slice: what can be read, written, and heard of."""

import strawberry

from schema.absences import AbsencesMutation, AbsencesQuery
from schema.activities import ActivitiesMutation, ActivitiesQuery
from schema.api_keys import ApiKeysMutation, ApiKeysQuery
from schema.assessment_guides import AssessmentGuidesQuery
from schema.assessment_moves import AssessmentMovesMutation
from schema.assessment_templates import AssessmentTemplatesMutation, AssessmentTemplatesQuery
from schema.audit_events import AuditEventsQuery
from schema.benchmarks import BenchmarkQueries
from schema.cadence_adherence.queries import CadenceAdherenceQueries
from schema.calendar_feeds import CalendarFeedsMutation, CalendarFeedsQuery
from schema.coaching_briefs import CoachingBriefsQuery, CoachingBriefsSubscription
from schema.coaching_cadences import CoachingCadencesMutation, CoachingCadencesQuery
from schema.coaching_capability import CoachingCapabilityQueries
from schema.coaching_effects import CoachingEffectsQueries
from schema.coaching_hand_overs import CoachingHandOversMutation, CoachingHandOversQuery
from schema.coaching_opportunities import (
    CoachingOpportunitiesMutation,
    CoachingOpportunitiesQuery,
    CoachingOpportunitiesSubscription,
)
from schema.coaching_programmes import CoachingProgrammesMutation, CoachingProgrammesQuery
from schema.coaching_ratings.groups import CoachingRatingsQueries
from schema.coaching_ratings.own import CoachingRatingsMutation
from schema.coaching_session_edits import CoachingSessionsMutation
from schema.coaching_sessions import CoachingSessionsQuery
from schema.coaching_substitutions import CoachingSubstitutionsMutation, CoachingSubstitutionsQuery
from schema.coaching_topics.mutations import CoachingTopicsMutation
from schema.coaching_topics.queries import CoachingTopicsQuery, CoachingTopicsSubscription
from schema.commitments import CommitmentsMutation, CommitmentsQuery
from schema.competency_frameworks import CompetencyFrameworksMutation, CompetencyFrameworksQuery
from schema.confirmations import ConfirmationsMutation, ConfirmationsQuery
from schema.crm_connections.mutations import CrmMutation
from schema.crm_connections.queries import CrmQuery
from schema.crm_events import CrmEventsMutation, CrmEventsQuery
from schema.deal_standards import DealStandardsQuery
from schema.deal_verdicts import DealVerdictsQueries
from schema.deals import DealsMutation, DealsQuery
from schema.development_plans.mutations import DevelopmentPlansMutation
from schema.development_plans.queries import DevelopmentPlansQuery
from schema.development_plans.steps import PlanStepsMutation
from schema.entitlements import EntitlementQueries
from schema.forecast_accuracy import ForecastAccuracyQueries
from schema.forecasts import ForecastsMutation, ForecastsQuery
from schema.identity_provider import IdentityProviderMutation, IdentityProviderQuery
from schema.imports import ImportsMutation, ImportsQuery
from schema.inspections import InspectionsMutation, InspectionsQuery
from schema.kpi_snapshots import KpiSnapshotQueries, KpiSnapshotSubscriptions
from schema.lead_indicators import LeadIndicatorsQueries
from schema.me import MeQuery
from schema.model_changes import ModelChangesQueries
from schema.nodes import NodeQuery
from schema.operations import OperationsMutation, OperationsQuery
from schema.organizations import OrganizationMutation, OrganizationQuery
from schema.people.mutations import PeopleMutation
from schema.people.queries import PeopleQuery
from schema.pipeline_maturity import PipelineMaturityQueries
from schema.plans import PlanQueries
from schema.process_adherence import ProcessAdherenceQueries
from schema.quadrants import QuadrantsQueries
from schema.rate_comparisons import RateComparisonsQueries
from schema.rater_calibration import RaterCalibrationQueries
from schema.self_correction import SelfCorrectionQueries
from schema.session_formats import SessionFormatsMutation, SessionFormatsQuery
from schema.session_moves import CoachingSessionsSubscription, SessionMovesMutation
from schema.session_notes import SessionNotesMutation
from schema.skill_assessments import SkillAssessmentsMutation, SkillAssessmentsQuery
from schema.skill_gaps import SkillGapsQueries
from schema.skill_histories import SkillHistoriesQuery
from schema.skill_levels import SkillLevelsQueries
from schema.skill_ratings import SkillRatingsMutation
from schema.skill_readers import SkillReadersQuery
from schema.success_models import SuccessModelsMutation, SuccessModelsQuery
from schema.team_scorecards import TeamScorecardQueries
from schema.teams import TeamsMutation, TeamsQuery
from schema.webhook_deliveries import WebhookDeliveriesMutation, WebhookDeliveriesQuery
from schema.webhook_endpoints import WebhookEndpointsMutation, WebhookEndpointsQuery
from schema.win_drivers import WinDriversQueries


@strawberry.type(description="Everything that can be read.")
class Query(
    MeQuery,
    OrganizationQuery,
    PeopleQuery,
    TeamsQuery,
    AbsencesQuery,
    ApiKeysQuery,
    IdentityProviderQuery,
    SuccessModelsQuery,
    KpiSnapshotQueries,
    PipelineMaturityQueries,
    PlanQueries,
    BenchmarkQueries,
    QuadrantsQueries,
    SkillGapsQueries,
    RateComparisonsQueries,
    LeadIndicatorsQueries,
    ForecastsQuery,
    ForecastAccuracyQueries,
    WinDriversQueries,
    ModelChangesQueries,
    TeamScorecardQueries,
    DevelopmentPlansQuery,
    CoachingOpportunitiesQuery,
    CompetencyFrameworksQuery,
    AssessmentTemplatesQuery,
    SkillLevelsQueries,
    RaterCalibrationQueries,
    SessionFormatsQuery,
    CoachingProgrammesQuery,
    CoachingCadencesQuery,
    CoachingSessionsQuery,
    CoachingRatingsQueries,
    CoachingSubstitutionsQuery,
    CoachingHandOversQuery,
    CoachingBriefsQuery,
    CalendarFeedsQuery,
    CoachingTopicsQuery,
    CommitmentsQuery,
    SkillAssessmentsQuery,
    AssessmentGuidesQuery,
    SkillHistoriesQuery,
    SkillReadersQuery,
    CrmQuery,
    CrmEventsQuery,
    ActivitiesQuery,
    DealsQuery,
    DealVerdictsQueries,
    InspectionsQuery,
    ConfirmationsQuery,
    DealStandardsQuery,
    ProcessAdherenceQueries,
    CadenceAdherenceQueries,
    CoachingCapabilityQueries,
    SelfCorrectionQueries,
    CoachingEffectsQueries,
    EntitlementQueries,
    ImportsQuery,
    OperationsQuery,
    WebhookEndpointsQuery,
    WebhookDeliveriesQuery,
    AuditEventsQuery,
    NodeQuery,
):
    """Everything that can be read."""


@strawberry.type(description="Everything that can be written; root fields run one after the other.")
class Mutation(
    OrganizationMutation,
    PeopleMutation,
    TeamsMutation,
    AbsencesMutation,
    ApiKeysMutation,
    IdentityProviderMutation,
    SuccessModelsMutation,
    DevelopmentPlansMutation,
    PlanStepsMutation,
    CoachingOpportunitiesMutation,
    CompetencyFrameworksMutation,
    AssessmentTemplatesMutation,
    SessionFormatsMutation,
    CoachingProgrammesMutation,
    CoachingCadencesMutation,
    CoachingSessionsMutation,
    CoachingSubstitutionsMutation,
    CoachingHandOversMutation,
    SessionMovesMutation,
    SessionNotesMutation,
    CoachingRatingsMutation,
    CalendarFeedsMutation,
    CoachingTopicsMutation,
    CommitmentsMutation,
    SkillAssessmentsMutation,
    SkillRatingsMutation,
    AssessmentMovesMutation,
    CrmMutation,
    CrmEventsMutation,
    ActivitiesMutation,
    DealsMutation,
    InspectionsMutation,
    ConfirmationsMutation,
    ForecastsMutation,
    ImportsMutation,
    OperationsMutation,
    WebhookEndpointsMutation,
    WebhookDeliveriesMutation,
):
    """Everything that can be written."""


@strawberry.type(description="What is told as it happens.")
class Subscription(
    KpiSnapshotSubscriptions,
    CoachingOpportunitiesSubscription,
    CoachingSessionsSubscription,
    CoachingBriefsSubscription,
    CoachingTopicsSubscription,
):
    """Over `graphql-transport-ws`."""
