"""The migrated schema is the one that the models describe, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import app.models  # noqa: F401 - fills the metadata
from app.models.base import Base
from app.services import schema
from tests.databases import Backend


def test_migrated_schema_equals_the_models(backend: Backend) -> None:
    with backend.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_a_fresh_database_is_current(backend: Backend) -> None:
    assert schema.is_current(backend.db)
    assert schema.upgrade(backend.db) == schema.newest()
