-- What was approved may be given up (the supplier never came, the goods are gone): nothing leaves then.
DROP TRIGGER disposal_steps
--;
CREATE TRIGGER disposal_steps BEFORE UPDATE ON disposal
WHEN NEW.no <> OLD.no OR NEW.kind <> OLD.kind OR NEW.cause <> OLD.cause OR NEW.reason <> OLD.reason
  OR NEW.supplier_id IS NOT OLD.supplier_id OR NEW.made_at <> OLD.made_at OR NEW.made_by <> OLD.made_by
  OR NOT ((OLD.status = 'to_approve' AND NEW.status = 'to_approve')
    OR (OLD.status = 'to_approve' AND NEW.status IN ('approved', 'refused')
      AND NEW.approved_by IS NOT NULL AND NEW.approved_by <> NEW.made_by AND NEW.amount = OLD.amount)
    OR (OLD.status = 'approved' AND NEW.status IN ('done', 'refused') AND NEW.amount = OLD.amount
      AND NEW.approved_by IS OLD.approved_by))
BEGIN SELECT RAISE(ABORT, 'a write-off stays as it was asked for'); END
