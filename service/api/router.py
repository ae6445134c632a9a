"""Every REST resource in one router."""

from fastapi import APIRouter

from service.api import (
    api_keys,
    audit_events,
    crm_connections,
    crm_events,
    events,
    identity_provider,
    kpi_snapshots,
    me,
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
    api_keys,
    audit_events,
    identity_provider,
    success_models,
    kpi_snapshots,
    crm_connections,
    crm_events,
    events,
    webhooks,
    system,
):
    router.include_router(module.router)
