-- What was decided or answered is never edited: another decision is another row.
CREATE TRIGGER requisition_approval_no_update BEFORE UPDATE ON requisition_approval
BEGIN SELECT RAISE(ABORT, 'requisition_approval is append only'); END
--;
CREATE TRIGGER requisition_approval_no_delete BEFORE DELETE ON requisition_approval
BEGIN SELECT RAISE(ABORT, 'requisition_approval is append only'); END
--;
CREATE TRIGGER order_answer_no_update BEFORE UPDATE ON order_answer
BEGIN SELECT RAISE(ABORT, 'order_answer is append only'); END
--;
CREATE TRIGGER order_answer_no_delete BEFORE DELETE ON order_answer
BEGIN SELECT RAISE(ABORT, 'order_answer is append only'); END
--;
CREATE TRIGGER order_answer_line_no_update BEFORE UPDATE ON order_answer_line
BEGIN SELECT RAISE(ABORT, 'order_answer_line is append only'); END
--;
CREATE TRIGGER order_answer_line_no_delete BEFORE DELETE ON order_answer_line
BEGIN SELECT RAISE(ABORT, 'order_answer_line is append only'); END
--;
CREATE TRIGGER pledge_supplement_decided BEFORE UPDATE ON pledge_supplement
WHEN NEW.qty <> OLD.qty OR NEW.asked_by <> OLD.asked_by OR NEW.decided_by = OLD.asked_by
  OR (OLD.status <> 'submitted' AND NEW.status <> OLD.status)
BEGIN SELECT RAISE(ABORT, 'a supplement is decided as it was asked, and not by who asks'); END
