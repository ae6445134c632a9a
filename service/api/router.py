"""Every REST resource in one router."""

from fastapi import APIRouter

from service.api import (
    absences,
    activities,
    api_keys,
    audit_events,
    crm_connections,
    crm_events,
    deals,
    events,
    identity_provider,
    imports,
    kpi_snapshots,
    me,
    operations,
    organizations,
    people,
    success_models,
    system,
    teams,
    webhooks,
)

router = APIRouter()
for module in (
    me,
    organizations,
    people,
    teams,
    absences,
    api_keys,
    audit_events,
    identity_provider,
    success_models,
    kpi_snapshots,
    crm_connections,
    crm_events,
    imports,
    activities,
    deals,
    operations,
    events,
    webhooks,
    system,
):
    router.include_router(module.router)
