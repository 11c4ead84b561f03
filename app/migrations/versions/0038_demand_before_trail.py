"""a use adds to the demand before it takes the head of the trail.

Revision: 0038, after 0037. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from app.migrations.statements import no_way_back, run_sql


revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0038_demand_before_trail")


downgrade = no_way_back
