"""a lot's expiry can be put right, and an approved write-off given up.

Revision: 0028, after 0027. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from app.migrations.statements import no_way_back, run_sql


revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0028_ways_out")


downgrade = no_way_back
