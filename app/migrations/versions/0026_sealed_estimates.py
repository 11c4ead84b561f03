"""what is sealed shows in no estimate, and no bid holds up another.

Revision: 0026, after 0025. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from app.migrations.statements import no_way_back, run_sql


revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0026_sealed_estimates")


downgrade = no_way_back
