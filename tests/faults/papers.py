"""What papers say against what was booked on them: loans, transfers, write-offs, bills, undoings.

Each query finds the papers that do not agree; none is the proof.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.services.db import database_of
from tests.faults import office_papers

_MOVED: Final = """
    (SELECT coalesce(sum(l.qty), 0) FROM {app}ledger l
     JOIN {app}place p ON p.org_id = l.org_id AND p.id = {end}
     WHERE l.doc_kind = 'transfer' AND l.doc_id = t.id AND l.org_id = {org} AND p.kind = 'transit')
"""
_CHECKS: Final = {
    "loan returned otherwise than it was settled": """
        SELECT n.transfer_id FROM {app}transfer_line n
        JOIN {app}transfer t ON t.org_id = n.org_id AND t.id = n.transfer_id
        WHERE t.kind = 'loan' AND n.returned <>
          (SELECT coalesce(sum(s.qty), 0) FROM {app}loan_settlement s
           WHERE s.org_id = n.org_id AND s.transfer_id = n.transfer_id AND s.line = n.line)""",
    "set off on one side only": """
        SELECT s.transfer_id FROM {app}loan_settlement s WHERE s.kind = 'net' AND NOT EXISTS
          (SELECT 1 FROM {app}loan_settlement o WHERE o.kind = 'net' AND o.qty = s.qty
           AND o.transfer_id = s.against_id AND o.against_id = s.transfer_id)""",
    "a transfer's lines and its lots": """
        SELECT n.transfer_id FROM {app}transfer_line n WHERE (n.sent, n.accepted) <>
          (SELECT coalesce(sum(x.qty), 0), coalesce(sum(x.accepted), 0) FROM {app}transfer_lot x
           WHERE x.org_id = n.org_id AND x.transfer_id = n.transfer_id AND x.line = n.line)""",
    "what went on the way, came, and was cleared": f"""
        SELECT t.id FROM {{app}}transfer t WHERE
          ({_MOVED.format(app="{app}", end="l.to_place", org="t.donor_id")},
           {_MOVED.format(app="{app}", end="l.from_place", org="t.donor_id")},
           {_MOVED.format(app="{app}", end="l.from_place", org="t.org_id")}) <>
          (SELECT coalesce(sum(x.qty), 0), coalesce(sum(x.cleared), 0),
                  coalesce(sum(x.accepted), 0)
           FROM {{app}}transfer_lot x WHERE x.org_id = t.org_id AND x.transfer_id = t.id)""",
    "written off otherwise than on the paper": """
        SELECT d.id FROM {app}disposal d WHERE
          (SELECT coalesce(sum(l.qty), 0) FROM {app}ledger l
           JOIN {app}place p ON p.org_id = l.org_id AND p.id = l.to_place
           WHERE l.org_id = d.org_id AND l.doc_id = d.id AND l.doc_kind <> 'title'
             AND p.kind IN ('scrapped', 'supplier')) <>
          (SELECT coalesce(sum(n.qty), 0) FROM {app}disposal_line n
           WHERE n.org_id = d.org_id AND n.disposal_id = d.id AND d.status = 'done')""",
    "a bill and its lines": """
        SELECT b.id FROM {app}statement b
        WHERE b.kind <> 'reversal' AND b.status NOT IN ('cancelled', 'reversed')
          AND b.consumed_amount <> (SELECT coalesce(sum(n.amount), 0) FROM {app}statement_line n
            WHERE n.org_id = b.org_id AND n.statement_id = b.id)""",
    "taken back more than was used": """
        SELECT l.seq FROM {app}ledger l WHERE l.qty <
          (SELECT coalesce(sum(r.qty), 0) FROM {app}ledger r
           WHERE r.org_id = l.org_id AND r.reversal_of = l.seq)""",
    "a recall and its freezes": """
        SELECT r.id FROM {app}recall r WHERE (r.status = 'active') <>
          EXISTS (SELECT 1 FROM {app}lot_hold h
                  WHERE h.org_id = 0 AND h.id = r.id AND h.released_at IS NULL)""",
}


def broken(session: Session) -> tuple[str, ...]:
    """The papers that do not agree with what was booked on them, in words."""
    app = "" if database_of(session).is_sqlite else "app."
    found = []
    for words, query in (_CHECKS | office_papers.CHECKS).items():
        rows = session.scalars(text(query.replace("{app}", app))).all()
        found += [f"{words}: {row}" for row in rows]
    return (*found, *office_papers.broken(session))
