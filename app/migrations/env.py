"""Alembic's entry: runs the migrations on the connection that `schema.upgrade` hands in."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

import app.models.every  # noqa: F401 - fills the metadata
from app.models.base import Base


def run() -> None:
    """Run the migrations on the given connection, in the caller's transaction."""
    connection = context.config.attributes["connection"]
    assert isinstance(connection, Connection)  # noqa: S101 - only `schema.upgrade` calls us
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_as_batch=False,
        transactional_ddl=True,
    )
    context.run_migrations()


run()
