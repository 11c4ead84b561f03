"""an invoice's number is found without reading every invoice.

Revision: 0037, after 0036. Expand first, contract a release later; a lock is
held for a second at most (lock_timeout on PostgreSQL is set by the caller).
"""

from alembic import op

from app.migrations.statements import no_way_back


revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not unique: one number under two suppliers may stand in older books.
    op.create_index("ix_invoice_number", "invoice", ["number"], unique=False)


downgrade = no_way_back
