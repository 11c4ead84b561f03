-- Counts and what leaves for good go step by step and are approved by another; who somebody is, is
-- asked by the program: a file knows no person.
CREATE TRIGGER stock_count_steps BEFORE UPDATE ON stock_count
WHEN NEW.no <> OLD.no OR NEW.place_id <> OLD.place_id OR NEW.tolerance <> OLD.tolerance
  OR NEW.started_at <> OLD.started_at OR NEW.started_by <> OLD.started_by OR NEW.snapshot_seq <> OLD.snapshot_seq
  OR NOT ((OLD.status = 'counting' AND NEW.status IN ('to_approve', 'cancelled'))
    OR (OLD.status = 'to_approve' AND NEW.status IN ('approved', 'posted', 'counting', 'cancelled'))
    OR (OLD.status = 'approved' AND NEW.status IN ('posted', 'cancelled')))
BEGIN SELECT RAISE(ABORT, 'a count goes step by step'); END
--;
CREATE TRIGGER stock_count_two_people BEFORE UPDATE ON stock_count
WHEN (OLD.status <> 'counting' AND NEW.submitted_by IS NOT OLD.submitted_by)
  OR (OLD.status = 'approved' AND NEW.approved_by IS NOT OLD.approved_by)
  OR (NEW.status IN ('approved', 'posted') AND (NEW.approved_by IS NULL OR NEW.approved_by = NEW.submitted_by))
BEGIN SELECT RAISE(ABORT, 'a count is approved by another than who submitted it'); END
--;
CREATE TRIGGER count_line_comes_open BEFORE INSERT ON count_line
WHEN NOT EXISTS (SELECT 1 FROM stock_count c
  WHERE c.org_id = NEW.org_id AND c.id = NEW.count_id AND c.status = 'counting')
BEGIN SELECT RAISE(ABORT, 'this count is closed'); END
--;
CREATE TRIGGER count_line_stays BEFORE UPDATE ON count_line
WHEN NEW.snapshot <> OLD.snapshot OR NOT EXISTS (SELECT 1 FROM stock_count c
  WHERE c.org_id = NEW.org_id AND c.id = NEW.count_id AND c.status = 'counting')
BEGIN SELECT RAISE(ABORT, 'this count is closed'); END
--;
CREATE TRIGGER disposal_steps BEFORE UPDATE ON disposal
WHEN NEW.no <> OLD.no OR NEW.kind <> OLD.kind OR NEW.cause <> OLD.cause OR NEW.reason <> OLD.reason
  OR NEW.supplier_id IS NOT OLD.supplier_id OR NEW.made_at <> OLD.made_at OR NEW.made_by <> OLD.made_by
  OR NOT ((OLD.status = 'to_approve' AND NEW.status = 'to_approve')
    OR (OLD.status = 'to_approve' AND NEW.status IN ('approved', 'refused')
      AND NEW.approved_by IS NOT NULL AND NEW.approved_by <> NEW.made_by AND NEW.amount = OLD.amount)
    OR (OLD.status = 'approved' AND NEW.status = 'done' AND NEW.amount = OLD.amount
      AND NEW.approved_by IS OLD.approved_by))
BEGIN SELECT RAISE(ABORT, 'a write-off stays as it was asked for'); END
--;
CREATE TRIGGER disposal_line_comes_with_request BEFORE INSERT ON disposal_line
WHEN NOT EXISTS (SELECT 1 FROM disposal d
  WHERE d.org_id = NEW.org_id AND d.id = NEW.disposal_id AND d.status = 'to_approve' AND d.amount = 0)
BEGIN SELECT RAISE(ABORT, 'lines come with the request'); END
--;
CREATE TRIGGER disposal_line_no_update BEFORE UPDATE ON disposal_line
BEGIN SELECT RAISE(ABORT, 'disposal_line is append only'); END
