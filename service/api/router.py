"""Every REST resource in one router."""

from fastapi import APIRouter

from service.api import (
    absences,
    activities,
    api_keys,
    audit_events,
    confirmations,
    crm_connections,
    crm_events,
    deal_evidence,
    deal_standards,
    deals,
    events,
    identity_provider,
    imports,
    inspections,
    kpi_snapshots,
    me,
    operations,
    organizations,
    people,
    process_adherence,
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
    deal_evidence,
    inspections,
    confirmations,
    deal_standards,
    process_adherence,
    operations,
    events,
    webhooks,
    system,
):
    router.include_router(module.router)
