"""what psql could still do to papers, packs, counts and meetings.

Revision: 0032, after 0031. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from app.migrations.statements import no_way_back, run_sql


revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql("0032_hands_on_papers")
    run_sql("0032_hands_on_papers_security")


downgrade = no_way_back
