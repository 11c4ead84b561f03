"""moves with papers.

Revision: 0024, after 0023. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from app.migrations.statements import no_way_back, run_sql


revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0024_moves_with_papers")
    run_sql("0024_moves_with_papers_security")


downgrade = no_way_back
