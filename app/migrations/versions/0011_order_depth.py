"""order depth.

Revision: 0011, after 0010. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from app.migrations.statements import no_way_back


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


downgrade = no_way_back
