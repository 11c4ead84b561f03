-- Settlement in depth on a single-site file: the promises of 0010 on PostgreSQL, without logins.
-- Statements are separated by a line that holds only "--;". 100 is 0.01 yuan.

CREATE TRIGGER month_open BEFORE INSERT ON ledger
WHEN EXISTS (SELECT 1 FROM month_close m
  WHERE m.org_id = NEW.org_id AND m.reopened_at IS NULL AND m.date_to >= NEW.occurred_on)
BEGIN SELECT RAISE(ABORT, 'month closed'); END
--;
CREATE TRIGGER statement_begins BEFORE INSERT ON statement
WHEN NOT (NEW.status = 'draft' OR (NEW.status = 'reversed' AND NEW.kind = 'reversal' AND NEW.reversal_of IS NOT NULL))
  OR NEW.audited_by IS NOT NULL OR NEW.confirmed_by IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a statement begins as a draft'); END
--;
CREATE TRIGGER statement_in_open_month BEFORE INSERT ON statement
WHEN EXISTS (SELECT 1 FROM month_close m
  WHERE m.org_id = NEW.org_id AND m.reopened_at IS NULL AND m.date_to >= NEW.date_to)
BEGIN SELECT RAISE(ABORT, 'month closed'); END
--;
CREATE TRIGGER statement_figures BEFORE UPDATE ON statement
WHEN NEW.no <> OLD.no OR NEW.supplier_id <> OLD.supplier_id OR NEW.period <> OLD.period OR NEW.date_from <> OLD.date_from
  OR NEW.date_to <> OLD.date_to OR NEW.kind <> OLD.kind OR NEW.reversal_of IS NOT OLD.reversal_of
  OR NEW.created_by <> OLD.created_by OR NEW.opening_amount <> OLD.opening_amount
  OR NEW.received_amount <> OLD.received_amount OR NEW.consumed_amount <> OLD.consumed_amount
  OR NEW.price_gap <> OLD.price_gap OR NEW.closing_amount <> OLD.closing_amount
  OR NEW.returned_amount IS NOT OLD.returned_amount OR NEW.other_amount IS NOT OLD.other_amount
  OR NEW.late_amount IS NOT OLD.late_amount OR NEW.bought_amount IS NOT OLD.bought_amount
  OR (NEW.adjust_amount IS NOT OLD.adjust_amount AND OLD.status NOT IN ('draft', 'disputed'))
  OR (NEW.supplier_amount IS NOT OLD.supplier_amount AND OLD.status NOT IN ('draft', 'sent', 'disputed'))
BEGIN SELECT RAISE(ABORT, 'a statement keeps its figures'); END
--;
CREATE TRIGGER statement_steps BEFORE UPDATE ON statement
WHEN NEW.status <> OLD.status AND NOT (
  (OLD.status IN ('draft', 'disputed') AND NEW.status IN ('sent', 'cancelled'))
  OR (OLD.status = 'sent' AND NEW.status = 'disputed')
  OR (OLD.status IN ('sent', 'disputed') AND NEW.status = 'confirmed' AND NEW.confirmed_by IS NOT NULL
    AND abs(coalesce(NEW.supplier_amount, NEW.consumed_amount + coalesce(NEW.adjust_amount, 0))
      - NEW.consumed_amount - coalesce(NEW.adjust_amount, 0)) <= 100)
  OR (OLD.status = 'confirmed' AND NEW.status = 'invoiced' AND abs(NEW.consumed_amount + coalesce(NEW.adjust_amount, 0)
    - (SELECT coalesce(sum(m.amount), 0) FROM invoice_match m WHERE m.org_id = NEW.org_id AND m.statement_id = NEW.id)) <= 100)
  OR (OLD.status = 'invoiced' AND NEW.status = 'confirmed' AND abs(NEW.consumed_amount + coalesce(NEW.adjust_amount, 0)
    - (SELECT coalesce(sum(m.amount), 0) FROM invoice_match m WHERE m.org_id = NEW.org_id AND m.statement_id = NEW.id)) > 100)
  OR (OLD.status = 'confirmed' AND NEW.status = 'reversed' AND NOT EXISTS (
    SELECT 1 FROM invoice_match m WHERE m.org_id = NEW.org_id AND m.statement_id = NEW.id))
  OR (OLD.status = 'invoiced' AND NEW.status = 'audited' AND NEW.audited_by IS NOT NULL AND NEW.audited_by <> NEW.created_by
    AND NOT EXISTS (SELECT 1 FROM invoice_match m WHERE m.org_id = NEW.org_id AND m.statement_id = NEW.id
      AND m.matched_by = NEW.audited_by))
  OR (OLD.status = 'audited' AND NEW.status = 'invoiced' AND NOT EXISTS (SELECT 1 FROM payment_line l
    WHERE l.org_id = NEW.org_id AND l.statement_id = NEW.id AND l.state <> 'returned'))
  OR (OLD.status = 'audited' AND NEW.status = 'paid' AND EXISTS (SELECT 1 FROM payment_line l
    WHERE l.org_id = NEW.org_id AND l.statement_id = NEW.id AND l.state = 'paid'))
  OR (OLD.status = 'paid' AND NEW.status = 'audited' AND NOT EXISTS (SELECT 1 FROM payment_line l
    WHERE l.org_id = NEW.org_id AND l.statement_id = NEW.id AND l.state = 'paid')))
BEGIN SELECT RAISE(ABORT, 'this step of a statement is not next'); END
--;
CREATE TRIGGER statement_line_in BEFORE INSERT ON statement_line
WHEN EXISTS (SELECT 1 FROM statement s WHERE s.org_id = NEW.org_id AND s.id = NEW.statement_id
  AND (s.status <> 'draft' OR (s.kind = 'refund') <> (NEW.qty < 0)))
BEGIN SELECT RAISE(ABORT, 'a statement keeps its lines'); END
--;
CREATE TRIGGER statement_line_out BEFORE DELETE ON statement_line
WHEN NOT EXISTS (SELECT 1 FROM statement s WHERE s.org_id = OLD.org_id AND s.id = OLD.statement_id
  AND s.status IN ('cancelled', 'reversed'))
BEGIN SELECT RAISE(ABORT, 'a statement keeps its lines'); END
--;
CREATE TRIGGER statement_line_fixed BEFORE UPDATE ON statement_line
BEGIN SELECT RAISE(ABORT, 'a statement keeps its lines'); END
--;
CREATE TRIGGER reversed_line_no_update BEFORE UPDATE ON reversed_line
BEGIN SELECT RAISE(ABORT, 'reversed_line is append only'); END
--;
CREATE TRIGGER reversed_line_no_delete BEFORE DELETE ON reversed_line
BEGIN SELECT RAISE(ABORT, 'reversed_line is append only'); END
--;
CREATE TRIGGER statement_adjustment_no_update BEFORE UPDATE ON statement_adjustment
BEGIN SELECT RAISE(ABORT, 'statement_adjustment is append only'); END
--;
CREATE TRIGGER statement_adjustment_no_delete BEFORE DELETE ON statement_adjustment
BEGIN SELECT RAISE(ABORT, 'statement_adjustment is append only'); END
--;
CREATE TRIGGER platform_report_no_update BEFORE UPDATE ON platform_report
BEGIN SELECT RAISE(ABORT, 'platform_report is append only'); END
--;
CREATE TRIGGER platform_report_no_delete BEFORE DELETE ON platform_report
BEGIN SELECT RAISE(ABORT, 'platform_report is append only'); END
--;
CREATE TRIGGER invoice_kept BEFORE UPDATE ON invoice
WHEN OLD.status = 'void' OR NEW.supplier_id <> OLD.supplier_id OR NEW.number <> OLD.number OR NEW.code <> OLD.code
  OR NEW.issued_on <> OLD.issued_on OR NEW.amount <> OLD.amount OR NEW.net_amount IS NOT OLD.net_amount
  OR NEW.tax_amount IS NOT OLD.tax_amount
  OR (NEW.status = 'void' AND EXISTS (SELECT 1 FROM invoice_match m WHERE m.invoice_id = NEW.id))
BEGIN SELECT RAISE(ABORT, 'an invoice keeps what it says'); END
--;
CREATE TRIGGER invoice_match_in BEFORE INSERT ON invoice_match
WHEN NOT EXISTS (SELECT 1 FROM statement s
    JOIN invoice i ON i.org_id = coalesce(NEW.invoice_org, NEW.org_id) AND i.id = NEW.invoice_id
    JOIN organisation a ON a.id = s.org_id JOIN organisation b ON b.id = i.org_id
  WHERE s.org_id = NEW.org_id AND s.id = NEW.statement_id AND s.status IN ('confirmed', 'invoiced')
    AND i.status = 'open' AND i.supplier_id = s.supplier_id
    AND (i.org_id = s.org_id OR a.legal_person_id = b.legal_person_id))
BEGIN SELECT RAISE(ABORT, 'this invoice is not for this statement'); END
--;
CREATE TRIGGER invoice_match_within BEFORE INSERT ON invoice_match
BEGIN
  SELECT RAISE(ABORT, 'matched beyond the statement') WHERE EXISTS (
    SELECT 1 FROM statement s WHERE s.org_id = NEW.org_id AND s.id = NEW.statement_id
      AND (sign(NEW.amount) <> sign(s.consumed_amount + coalesce(s.adjust_amount, 0))
        OR abs(NEW.amount + (SELECT coalesce(sum(m.amount), 0) FROM invoice_match m
          WHERE m.org_id = NEW.org_id AND m.statement_id = NEW.statement_id))
        > abs(s.consumed_amount + coalesce(s.adjust_amount, 0))));
  SELECT RAISE(ABORT, 'matched beyond the invoice') WHERE EXISTS (
    SELECT 1 FROM invoice i WHERE i.org_id = coalesce(NEW.invoice_org, NEW.org_id) AND i.id = NEW.invoice_id
      AND (sign(NEW.amount) <> sign(i.amount)
        OR abs(NEW.amount + (SELECT coalesce(sum(m.amount), 0) FROM invoice_match m
          WHERE m.invoice_id = NEW.invoice_id AND coalesce(m.invoice_org, m.org_id) = i.org_id)) > abs(i.amount)));
END
--;
CREATE TRIGGER invoice_match_fixed BEFORE UPDATE ON invoice_match
BEGIN SELECT RAISE(ABORT, 'a match is taken off and made again'); END
--;
CREATE TRIGGER invoice_match_out BEFORE DELETE ON invoice_match
WHEN NOT EXISTS (SELECT 1 FROM statement s WHERE s.org_id = OLD.org_id AND s.id = OLD.statement_id
  AND s.status IN ('confirmed', 'invoiced'))
BEGIN SELECT RAISE(ABORT, 'an audited statement keeps its invoices'); END
--;
CREATE TRIGGER payee_kept BEFORE UPDATE ON payee
WHEN OLD.closed_at IS NOT NULL OR NEW.supplier_id <> OLD.supplier_id OR NEW.account_name <> OLD.account_name
  OR NEW.bank <> OLD.bank OR NEW.account_no <> OLD.account_no OR NEW.entered_by <> OLD.entered_by
  OR (OLD.checked_by IS NOT NULL AND NEW.checked_by IS NOT OLD.checked_by)
BEGIN SELECT RAISE(ABORT, 'a payee is checked by another person'); END
--;
CREATE TRIGGER payee_begins BEFORE INSERT ON payee WHEN NEW.checked_by IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a payee begins unchecked'); END
--;
CREATE TRIGGER payment_kept BEFORE UPDATE ON payment
WHEN NEW.no <> OLD.no OR NEW.amount <> OLD.amount OR NEW.created_by <> OLD.created_by
  OR (NEW.status <> OLD.status AND NOT (
    (OLD.status = 'draft' AND NEW.status IN ('sent', 'cancelled'))
    OR (OLD.status = 'sent' AND NEW.status IN ('done', 'cancelled') AND NOT EXISTS (SELECT 1 FROM payment_line l
      WHERE l.org_id = NEW.org_id AND l.payment_id = NEW.id
        AND (l.state = 'open' OR (l.state = 'paid' AND NEW.status = 'cancelled'))))))
BEGIN SELECT RAISE(ABORT, 'a payment keeps its lines and steps'); END
--;
CREATE TRIGGER payment_line_in BEFORE INSERT ON payment_line
WHEN NEW.state <> 'open' OR NOT EXISTS (SELECT 1 FROM statement s
    JOIN payment p ON p.org_id = s.org_id AND p.id = NEW.payment_id AND p.status = 'draft'
    JOIN payee y ON y.org_id = s.org_id AND y.id = NEW.payee_id AND y.supplier_id = s.supplier_id
      AND y.checked_by IS NOT NULL AND y.closed_at IS NULL
  WHERE s.org_id = NEW.org_id AND s.id = NEW.statement_id AND s.status = 'audited' AND s.supplier_id = NEW.supplier_id
    AND NEW.amount = s.consumed_amount + coalesce(s.adjust_amount, 0))
BEGIN SELECT RAISE(ABORT, 'only audited statements are paid, to checked payees'); END
--;
CREATE TRIGGER payment_line_kept BEFORE UPDATE ON payment_line
WHEN NEW.supplier_id <> OLD.supplier_id OR NEW.payee_id <> OLD.payee_id OR NEW.amount <> OLD.amount
  OR (NEW.state <> OLD.state AND NOT ((OLD.state = 'open' AND NEW.state IN ('paid', 'returned'))
    OR (OLD.state = 'paid' AND NEW.state = 'returned')))
BEGIN SELECT RAISE(ABORT, 'a payment line is answered once'); END
--;
CREATE TRIGGER month_close_ready BEFORE INSERT ON month_close
WHEN NEW.asked_by IS NOT NULL OR NEW.reopened_at IS NOT NULL
  OR NEW.date_to >= date(NEW.closed_at / 1000000, 'unixepoch', '+8 hours')
  OR EXISTS (SELECT 1 FROM statement s WHERE s.org_id = NEW.org_id AND s.date_to <= NEW.date_to
    AND s.status IN ('draft', 'sent', 'disputed'))
BEGIN SELECT RAISE(ABORT, 'this month is not ready to be closed'); END
--;
CREATE TRIGGER month_close_opened BEFORE UPDATE ON month_close
WHEN OLD.reopened_at IS NOT NULL OR NEW.period <> OLD.period OR NEW.date_from <> OLD.date_from OR NEW.date_to <> OLD.date_to
  OR NEW.closed_at <> OLD.closed_at OR NEW.closed_by <> OLD.closed_by OR NEW.figures <> OLD.figures
  OR (NEW.reopened_at IS NOT NULL AND (OLD.asked_by IS NULL OR NEW.asked_by IS NOT OLD.asked_by OR NEW.reopened_by IS NULL
    OR NEW.reopened_by = NEW.asked_by OR EXISTS (SELECT 1 FROM month_close m WHERE m.org_id = NEW.org_id
      AND m.reopened_at IS NULL AND m.date_to > NEW.date_to)))
BEGIN SELECT RAISE(ABORT, 'a month is opened again by two persons, the last one first'); END
--;
CREATE TRIGGER month_close_no_delete BEFORE DELETE ON month_close
BEGIN SELECT RAISE(ABORT, 'month_close is append only'); END
