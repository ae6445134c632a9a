"""Alembic environment: runs as the owner of the tables, given a connection by `service.core.migrating`.

Without a connection it prints the SQL, for review and for the linter of migrations.
"""

from alembic import context

import service.activities.models
import service.coaching_capability.models
import service.coaching_opportunities.models
import service.coaching_sessions.models
import service.crm.models
import service.kpi_snapshots.models
import service.organizations.models
import service.skill_assessments.models
import service.success_models.models
import service.webhooks.models  # noqa: F401 - imported for the metadata, as those above
from migrations.env_filter import include_name
from service.core.tables import metadata

connection = context.config.attributes.get("connection")
if connection is None:
    context.configure(dialect_name="postgresql", target_metadata=metadata, literal_binds=True)
else:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        include_name=include_name,
        compare_type=True,
        transaction_per_migration=True,
    )
with context.begin_transaction():
    context.run_migrations()
