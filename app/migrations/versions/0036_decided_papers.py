"""papers of the store that are decided on leave imprints.

Revision: 0036, after 0035. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

import time

from alembic import op

from app.migrations.statements import no_way_back, run_sql
from app.services.imprints import watch


revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_TABLES = (
    "acceptance", "stock_count", "disposal", "disposal_line", "transfer", "transfer_line",
    "transfer_lot",
)  # fmt: skip


def upgrade() -> None:
    run_sql("0036_decided_papers")
    if op.get_bind().dialect.name == "sqlite":
        watch.state_what_stands(op.get_bind(), time.time_ns() // 1000, _TABLES)


downgrade = no_way_back
