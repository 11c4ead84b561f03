-- Votes stay as they were cast, and who declared an interest has none. Statements are separated by
-- a line that holds only "--;".

CREATE TRIGGER pt_turnout_interest BEFORE INSERT ON pt_turnout
WHEN EXISTS (SELECT 1 FROM pt_conflict c WHERE c.org_id = NEW.org_id AND c.meeting_id = NEW.meeting_id
  AND c.seq = NEW.seq AND c.member_id = NEW.member_id) BEGIN
  SELECT RAISE(ABORT, 'who declared an interest has no vote on it');
END
--;
CREATE TRIGGER pt_turnout_no_update BEFORE UPDATE ON pt_turnout BEGIN
  SELECT RAISE(ABORT, 'pt_turnout is append only');
END
--;
CREATE TRIGGER pt_turnout_no_delete BEFORE DELETE ON pt_turnout BEGIN
  SELECT RAISE(ABORT, 'pt_turnout is append only');
END
--;
CREATE TRIGGER pt_vote_no_update BEFORE UPDATE ON pt_vote BEGIN
  SELECT RAISE(ABORT, 'pt_vote is append only');
END
--;
CREATE TRIGGER pt_vote_no_delete BEFORE DELETE ON pt_vote BEGIN
  SELECT RAISE(ABORT, 'pt_vote is append only');
END
--;
CREATE TRIGGER formulary_snapshot_item_no_update BEFORE UPDATE ON formulary_snapshot_item BEGIN
  SELECT RAISE(ABORT, 'formulary_snapshot_item is append only');
END
--;
CREATE TRIGGER formulary_snapshot_item_no_delete BEFORE DELETE ON formulary_snapshot_item BEGIN
  SELECT RAISE(ABORT, 'formulary_snapshot_item is append only');
END
