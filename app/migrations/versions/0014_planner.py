"""planner.

Revision: 0014, after 0013. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from app.migrations.statements import no_way_back


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


downgrade = no_way_back
