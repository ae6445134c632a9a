"""The CRMs as an enum of the schema."""

from schema.describing import describe_enum
from service.crm.dto.connections import CrmSystem

__all__ = ["CrmSystem"]

describe_enum(
    CrmSystem,
    "The CRMs that have a receiver.",
    hubspot="HubSpot.",
    salesforce="Salesforce.",
    other="Any other, which sends CloudEvents.",
)
