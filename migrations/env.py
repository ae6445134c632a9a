"""Alembic environment: runs as the owner of the tables, given a connection by `service.core.migrating`."""

from alembic import context

import service.activities.models
import service.crm.models
import service.kpi_snapshots.models
import service.organizations.models
import service.success_models.models  # noqa: F401 - imported for the metadata, as those above
from service.core.tables import metadata
from service.core.tenancy import NON_TENANT_TABLES


def include_name(name: str | None, type_: str, _parents: object) -> bool:
    """Leave tables that are not ours (the job queue's) out of autogeneration."""
    return type_ != "table" or name in metadata.tables or name not in NON_TENANT_TABLES


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=include_name,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
