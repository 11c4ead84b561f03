-- What is bid stays as it was bid, and a round is opened once; the program keeps the secret here,
-- see docs/security.md. Statements are separated by a line that holds only "--;".

CREATE TRIGGER bid_sheet_no_update BEFORE UPDATE ON bid_sheet BEGIN
  SELECT RAISE(ABORT, 'bid_sheet is append only');
END
--;
CREATE TRIGGER bid_sheet_no_delete BEFORE DELETE ON bid_sheet BEGIN
  SELECT RAISE(ABORT, 'bid_sheet is append only');
END
--;
CREATE TRIGGER bid_no_update BEFORE UPDATE ON bid BEGIN
  SELECT RAISE(ABORT, 'bid is append only');
END
--;
CREATE TRIGGER bid_no_delete BEFORE DELETE ON bid BEGIN
  SELECT RAISE(ABORT, 'bid is append only');
END
--;
CREATE TRIGGER bid_seal_no_update BEFORE UPDATE ON bid_seal BEGIN
  SELECT RAISE(ABORT, 'bid_seal is append only');
END
--;
CREATE TRIGGER bid_seal_no_delete BEFORE DELETE ON bid_seal BEGIN
  SELECT RAISE(ABORT, 'bid_seal is append only');
END
--;
CREATE TRIGGER negotiation_file_no_update BEFORE UPDATE ON negotiation_file BEGIN
  SELECT RAISE(ABORT, 'negotiation_file is append only');
END
--;
CREATE TRIGGER negotiation_file_no_delete BEFORE DELETE ON negotiation_file BEGIN
  SELECT RAISE(ABORT, 'negotiation_file is append only');
END
--;
CREATE TRIGGER negotiation_round_update BEFORE UPDATE ON negotiation_round
WHEN OLD.opened_at IS NOT NULL OR NEW.deadline < OLD.deadline OR NEW.sealed <> OLD.sealed BEGIN
  SELECT RAISE(ABORT, 'negotiation_round is append only once it is opened');
END
