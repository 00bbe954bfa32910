"""Runs the steps on the connection, and inside the transaction, that the caller has open."""

from __future__ import annotations

from alembic import context

from leadline.ledger.migration import VERSION_TABLE
from leadline.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
