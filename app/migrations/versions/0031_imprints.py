"""imprints: what rows say is bound into a chain.

Revision: 0031, after 0030. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

import time

from alembic import op
import sqlalchemy as sa

import app.models.base
from app.migrations.statements import no_way_back, run_rules, run_sql
from app.services.imprints import watch


revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imprint",
        sa.Column("org_id", app.models.base.BigInt(), autoincrement=False, nullable=False),
        sa.Column("seq", app.models.base.BigInt(), autoincrement=False, nullable=False),
        sa.Column("at", app.models.base.Moment(), nullable=False),
        sa.Column("person_id", app.models.base.BigInt(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "seq", name=op.f("pk_imprint")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    run_sql("0031_imprints")
    run_rules("0031_imprints_security")
    if op.get_bind().dialect.name == "sqlite":
        watch.state_what_stands(op.get_bind(), time.time_ns() // 1000)


downgrade = no_way_back
