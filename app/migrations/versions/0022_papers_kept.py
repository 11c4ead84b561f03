"""papers keep what they say, for psql too.

Revision: 0022, after 0020. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from app.migrations.statements import no_way_back, run_sql


revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0022_papers_kept")
    run_sql("0022_papers_kept_security")


downgrade = no_way_back
