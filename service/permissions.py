"""The one table of permissions: what each role may do, on both surfaces."""

from collections.abc import Mapping
from itertools import chain

from service.activities.permissions import Permission as Activities
from service.coaching_capability.permissions import Permission as Capability
from service.coaching_effects.permissions import Permission as Effects
from service.coaching_opportunities.permissions import Permission as Opportunities
from service.coaching_sessions.permissions import Permission as Coaching
from service.core.principal import Role
from service.crm.permissions import Permission as Crm
from service.kpi_snapshots.permissions import Permission as KpiSnapshots
from service.organizations.permissions import Permission as Organizations
from service.skill_assessments.permissions import Permission as Skills
from service.success_models.permissions import Permission as SuccessModels
from service.webhooks.permissions import Permission as Webhooks

ALL_PERMISSIONS: frozenset[str] = frozenset(
    permission.value
    for permission in chain(
        Organizations,
        SuccessModels,
        Activities,
        KpiSnapshots,
        Opportunities,
        Skills,
        Coaching,
        Capability,
        Effects,
        Crm,
        Webhooks,
    )
)

_EVERYONE = {
    Organizations.ORGANIZATION_READ,
    Organizations.PEOPLE_READ,
    Organizations.TEAMS_READ,
    Organizations.ABSENCES_READ,
    Organizations.ABSENCES_WRITE,
    SuccessModels.SUCCESS_MODELS_READ,
    SuccessModels.INSPECTIONS_READ,
    SuccessModels.CONFIRMATIONS_WRITE,
    KpiSnapshots.KPI_SNAPSHOTS_READ,
    KpiSnapshots.FORECASTS_READ,
    KpiSnapshots.FORECASTS_WRITE,
    Opportunities.COACHING_OPPORTUNITIES_READ,
    Opportunities.COACHING_OPPORTUNITIES_WRITE,
    Activities.ACTIVITIES_READ,
    Skills.COMPETENCY_FRAMEWORKS_READ,
    Skills.SKILL_ASSESSMENTS_READ,
    Skills.SKILL_ASSESSMENTS_WRITE,
    Skills.RATER_CALIBRATION_READ,
    Skills.SKILL_GAPS_READ,
    Skills.DEVELOPMENT_PLANS_READ,
    Skills.DEVELOPMENT_PLANS_WRITE,
    Coaching.COACHING_PROGRAMMES_READ,
    Coaching.COACHING_SESSIONS_READ,
    Coaching.COACHING_SESSIONS_WRITE,
    Coaching.COACHING_TOPICS_READ,
    Coaching.COACHING_TOPICS_WRITE,
    Coaching.COMMITMENTS_READ,
    Coaching.COMMITMENTS_WRITE,
    Coaching.CADENCE_ADHERENCE_READ,
    Coaching.COACHING_RATINGS_WRITE,
    Coaching.COACHING_SUBSTITUTIONS_READ,
    Coaching.COACHING_HAND_OVERS_READ,
    Coaching.CALENDAR_FEEDS_READ,
    Coaching.CALENDAR_FEEDS_WRITE,
}
_MANAGER = _EVERYONE | {
    SuccessModels.INSPECTIONS_WRITE,
    Coaching.COACHING_RATINGS_READ,
    Capability.COACHING_CAPABILITY_READ,
    Effects.COACHING_EFFECTS_READ,
    Coaching.COACHING_SUBSTITUTIONS_WRITE,
    Coaching.COACHING_HAND_OVERS_WRITE,
}
_ENABLEMENT = _MANAGER | {
    Organizations.TEAMS_WRITE,
    SuccessModels.SUCCESS_MODELS_WRITE,
    Coaching.COACHING_PROGRAMMES_WRITE,
    Skills.COMPETENCY_FRAMEWORKS_WRITE,
    Crm.CRM_CONNECTIONS_READ,
    Webhooks.WEBHOOKS_READ,
    Webhooks.EVENTS_READ,
}

ROLES: Mapping[Role, frozenset[str]] = {
    Role.ADMIN: ALL_PERMISSIONS,
    Role.ENABLEMENT: frozenset(permission.value for permission in _ENABLEMENT),
    Role.MANAGER: frozenset(permission.value for permission in _MANAGER),
    Role.REP: frozenset(permission.value for permission in _EVERYONE),
}
"""Rows are scoped besides: a rep sees themself, a manager the tree below them."""
