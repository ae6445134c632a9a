"""The shape of each event's data: ids and what changed, never content."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from service.core.dto import InputDTO, Instant

_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
_CHANGED = Field(description="Names of the fields that changed, as the resource shows them.")


class EventData(InputDTO):
    """What an event says; the resource itself is read by its id."""


class PersonData(EventData):
    """A person was added or removed."""

    model_config = ConfigDict(json_schema_extra={"example": {"person_id": _ID}})
    person_id: UUID


class PersonUpdatedData(PersonData):
    """A person changed: their fields, their manager or who they are in other systems."""

    model_config = ConfigDict(json_schema_extra={"example": {"person_id": _ID, "changed": ["job_role"]}})
    changed: list[str] = _CHANGED


class TeamData(EventData):
    """A team was added or removed."""

    model_config = ConfigDict(json_schema_extra={"example": {"team_id": _ID}})
    team_id: UUID


class TeamUpdatedData(TeamData):
    """A team changed, its members included."""

    model_config = ConfigDict(json_schema_extra={"example": {"team_id": _ID, "changed": ["member_ids"]}})
    changed: list[str] = _CHANGED


class AbsenceData(EventData):
    """An absence was added or removed."""

    model_config = ConfigDict(json_schema_extra={"example": {"absence_id": _ID, "person_id": _ID}})
    absence_id: UUID
    person_id: UUID


class AbsenceUpdatedData(AbsenceData):
    """An absence changed."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"absence_id": _ID, "person_id": _ID, "changed": ["end_on"]}}
    )
    changed: list[str] = _CHANGED


class SuccessModelData(EventData):
    """A success model became the one of its job role; every snapshot of that role is another from now on."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"success_model_id": _ID, "key": "b2b_outbound", "version": 2, "job_role": "sdr"},
        }
    )
    success_model_id: UUID
    key: str
    version: int
    job_role: str | None = Field(description="Null: for everybody without a model of their own role.")


class DealInspectedData(EventData):
    """Somebody above its owner, or enablement, gave a verdict on one criterion of a deal: read its evidence again."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"deal_id": _ID, "inspection_id": _ID, "criterion": "economic_buyer"}}
    )
    deal_id: UUID
    inspection_id: UUID
    criterion: str = Field(description="Its key in the success model.")


class DealConfirmedData(EventData):
    """A deal's owner vouched for one criterion, or took that back: read its evidence again."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"deal_id": _ID, "confirmation_id": _ID, "criterion": "economic_buyer"}}
    )
    deal_id: UUID
    confirmation_id: UUID
    criterion: str = Field(description="Its key in the success model.")


class KpiSnapshotData(EventData):
    """Facts of a person changed: read their snapshots of these KPIs whose period meets these days again."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "person_id": _ID,
                "kpis": ["calls", "connect_rate"],
                "first_day": "2026-03-02",
                "last_day": "2026-03-04",
            }
        }
    )
    person_id: UUID
    kpis: list[str] = Field(description="Keys of the KPIs, in active models, that count what changed.")
    first_day: date
    last_day: date


class RestatedData(EventData):
    """A number of a closed period is another one: its revisions say what it was, and why it changed."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "person_id": _ID,
                "kpi": "calls",
                "period": "month",
                "period_start": "2026-03-01",
                "revision": 2,
                "reason": "late_facts",
            }
        }
    )
    person_id: UUID
    kpi: str
    period: str
    period_start: date
    revision: int
    reason: str


class OpportunityRaisedData(EventData):
    """Something worth coaching; until `manager_sees_on` it is the person's alone, so tell nobody else before."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "opportunity_id": _ID,
                "person_id": _ID,
                "kind": "behind_target",
                "manager_sees_on": "2026-03-05",
            }
        }
    )
    opportunity_id: UUID
    person_id: UUID
    kind: str
    manager_sees_on: date


class OpportunityUpdatedData(EventData):
    """Somebody accepted, dismissed, snoozed or reopened it."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"opportunity_id": _ID, "person_id": _ID, "status": "accepted"}}
    )
    opportunity_id: UUID
    person_id: UUID
    status: str


class OpportunityClosedData(EventData):
    """The gap is closed, or nobody asks about it any more."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"opportunity_id": _ID, "person_id": _ID, "self_corrected": True}}
    )
    opportunity_id: UUID
    person_id: UUID
    self_corrected: bool = Field(description="The person did it alone, before the manager saw it.")


class CrmConnectionData(EventData):
    """A CRM account was connected or disconnected."""

    model_config = ConfigDict(json_schema_extra={"example": {"crm_connection_id": _ID, "system": "hubspot"}})
    crm_connection_id: UUID
    system: str


class CrmConnectionUpdatedData(CrmConnectionData):
    """A CRM connection was renamed, mapped anew or given another secret."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"crm_connection_id": _ID, "system": "hubspot", "changed": ["mapping"]}}
    )
    changed: list[str] = _CHANGED


class OperationData(EventData):
    """A long-running operation, an import for example, has ended; its report is read by its id."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"operation_id": _ID, "kind": "import", "status": "succeeded"}}
    )
    operation_id: UUID
    kind: str
    status: str


class ApiKeyData(EventData):
    """An API key is about to expire: make its successor now."""

    model_config = ConfigDict(json_schema_extra={"example": {"api_key_id": _ID, "expires_at": "2026-04-01T00:00:00Z"}})
    api_key_id: UUID
    expires_at: Instant


class EndpointDisabledData(EventData):
    """An endpoint answered `410`, or failed for days without one success; no more is delivered to it."""

    model_config = ConfigDict(json_schema_extra={"example": {"webhook_endpoint_id": _ID, "reason": "failing"}})
    webhook_endpoint_id: UUID
    reason: Literal["gone", "failing"]


class EndpointTestData(EventData):
    """Somebody asked for a test of this endpoint; it goes to no other."""

    model_config = ConfigDict(json_schema_extra={"example": {"webhook_endpoint_id": _ID}})
    webhook_endpoint_id: UUID
