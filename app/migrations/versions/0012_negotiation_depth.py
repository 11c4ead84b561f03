"""negotiation depth.

Revision: 0012, after 0011. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from app.migrations.statements import no_way_back


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


downgrade = no_way_back
