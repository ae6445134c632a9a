"""Which tables are ours to compare with the metadata."""

from service.core.tables import metadata
from service.core.tenancy import NON_TENANT_TABLES


def include_name(name: str | None, type_: str, _parents: object) -> bool:
    """Leave tables that are not ours (the job queue's) out of autogeneration."""
    return type_ != "table" or name in metadata.tables or name not in NON_TENANT_TABLES
