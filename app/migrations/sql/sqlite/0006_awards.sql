-- The two-person rule on a single-site file: what the program refuses in words holds here as well.
-- Statements are separated by a line that holds only "--;".

CREATE TRIGGER award_decision_approved BEFORE UPDATE ON award_decision
WHEN NEW.approved_by IS NOT NULL AND OLD.approved_by IS NULL AND (
  EXISTS (SELECT 1 FROM award a JOIN negotiation n ON n.org_id = a.org_id AND n.id = a.negotiation_id
    WHERE a.org_id = NEW.org_id AND a.id = NEW.award_id AND NEW.approved_by IN (a.created_by, n.created_by))
  OR EXISTS (SELECT 1 FROM award a JOIN negotiation_round r
      ON r.org_id = a.org_id AND r.negotiation_id = a.negotiation_id
    WHERE a.org_id = NEW.org_id AND a.id = NEW.award_id AND NEW.approved_by IN (r.started_by, r.opened_by))
  OR EXISTS (SELECT 1 FROM award a JOIN bid_sheet s
      ON s.org_id = a.org_id AND s.negotiation_id = a.negotiation_id
    WHERE a.org_id = NEW.org_id AND a.id = NEW.award_id AND s.source = 'paper' AND s.person_id = NEW.approved_by))
BEGIN
  SELECT RAISE(ABORT, 'who negotiated does not approve');
END
--;
CREATE TRIGGER award_decision_kept BEFORE UPDATE ON award_decision
WHEN OLD.in_force_at IS NOT NULL OR OLD.returned_at IS NOT NULL OR NEW.submitted_by <> OLD.submitted_by
  OR (OLD.approved_by IS NOT NULL AND NEW.approved_by IS NOT OLD.approved_by)
BEGIN
  SELECT RAISE(ABORT, 'a decision is not changed afterwards');
END
--;
CREATE TRIGGER award_decision_in_force BEFORE UPDATE ON award_decision
WHEN NEW.in_force_at IS NOT NULL AND (NEW.public_to IS NULL
  OR NEW.public_to >= date(NEW.in_force_at / 1000000, 'unixepoch', '+8 hours')
  OR EXISTS (SELECT 1 FROM award_objection o WHERE o.org_id = NEW.org_id AND o.award_id = NEW.award_id
    AND o.attempt = NEW.attempt AND o.outcome IS NOT 'rejected'))
BEGIN
  SELECT RAISE(ABORT, 'publicity is not over, or objections are open');
END
--;
CREATE TRIGGER award_status BEFORE UPDATE ON award
WHEN NEW.status <> OLD.status AND NOT (
  (OLD.status = 'draft' AND NEW.status = 'submitted' AND EXISTS (SELECT 1 FROM award_decision d
    WHERE d.org_id = NEW.org_id AND d.award_id = NEW.id AND d.returned_at IS NULL))
  OR (OLD.status = 'submitted' AND NEW.status = 'publicity' AND EXISTS (SELECT 1 FROM award_decision d
    WHERE d.org_id = NEW.org_id AND d.award_id = NEW.id AND d.returned_at IS NULL AND d.approved_by IS NOT NULL))
  OR (OLD.status IN ('submitted', 'publicity') AND NEW.status = 'draft' AND NOT EXISTS (SELECT 1 FROM award_decision d
    WHERE d.org_id = NEW.org_id AND d.award_id = NEW.id AND d.returned_at IS NULL))
  OR (OLD.status = 'publicity' AND NEW.status = 'in_force' AND EXISTS (SELECT 1 FROM award_decision d
    WHERE d.org_id = NEW.org_id AND d.award_id = NEW.id AND d.in_force_at IS NOT NULL)))
BEGIN
  SELECT RAISE(ABORT, 'an award follows its decision');
END
--;
CREATE TRIGGER award_kept BEFORE UPDATE ON award
WHEN NEW.created_by <> OLD.created_by OR NEW.negotiation_id <> OLD.negotiation_id OR NEW.kind <> OLD.kind
BEGIN
  SELECT RAISE(ABORT, 'an award keeps its makers');
END
--;
CREATE TRIGGER price_request_decided BEFORE UPDATE ON price_request
WHEN OLD.status IN ('in_force', 'refused', 'cancelled') OR NEW.new_price <> OLD.new_price
  OR NEW.price_id <> OLD.price_id OR NEW.first_by = NEW.asked_by OR NEW.second_by = NEW.asked_by
BEGIN
  SELECT RAISE(ABORT, 'a request is decided as it was asked, and not by who asks');
END
