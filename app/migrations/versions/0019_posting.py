"""posting in sets; what came in is found by lot and place.

Revision: 0019, after 0018. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from alembic import op

from app.migrations.statements import no_way_back, run_sql


revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_ledger_lot", table_name="ledger")
    op.create_index("ix_ledger_lot", "ledger", ["lot_id", "org_id", "from_place"], unique=False)
    run_sql("0019_posting")


downgrade = no_way_back
