"""${message}.

Revision: ${up_revision}, after ${down_revision}. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from alembic import op
import sqlalchemy as sa

import app.models.base
from app.migrations.statements import no_way_back, run_rules, run_sql
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


downgrade = no_way_back
