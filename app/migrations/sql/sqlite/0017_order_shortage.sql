-- What was declared stays as it was signed, and a note takes only the steps of its table
-- (app.domain.documents); who may take them is asked by the program: a file knows no person.
CREATE TRIGGER order_shortage_steps BEFORE UPDATE ON order_shortage
WHEN NEW.no <> OLD.no OR NEW.version <> OLD.version OR NEW.supplier_id <> OLD.supplier_id
  OR NEW.reason <> OLD.reason OR NEW.digest <> OLD.digest OR NEW.declared_party <> OLD.declared_party
  OR NEW.declared_by <> OLD.declared_by OR NEW.declared_at <> OLD.declared_at
  OR NOT ((OLD.status = 'submitted' AND NEW.status IN ('approved', 'refused', 'cancelled'))
    OR (OLD.status = 'approved' AND NEW.status IN ('ended_short', 'cancelled')
      AND NEW.answered_by = OLD.answered_by AND NEW.answered_at = OLD.answered_at))
BEGIN SELECT RAISE(ABORT, 'a note of shortage stays as it was declared'); END
--;
CREATE TRIGGER order_shortage_no_delete BEFORE DELETE ON order_shortage
BEGIN SELECT RAISE(ABORT, 'order_shortage is never deleted'); END
--;
CREATE TRIGGER order_shortage_line_no_update BEFORE UPDATE ON order_shortage_line
BEGIN SELECT RAISE(ABORT, 'order_shortage_line is append only'); END
--;
CREATE TRIGGER order_shortage_line_no_delete BEFORE DELETE ON order_shortage_line
BEGIN SELECT RAISE(ABORT, 'order_shortage_line is append only'); END
