-- What was measured, attached or settled is never edited: another row follows it.
CREATE TRIGGER temperature_reading_no_update BEFORE UPDATE ON temperature_reading
BEGIN SELECT RAISE(ABORT, 'temperature_reading is append only'); END
--;
CREATE TRIGGER temperature_reading_no_delete BEFORE DELETE ON temperature_reading
BEGIN SELECT RAISE(ABORT, 'temperature_reading is append only'); END
--;
CREATE TRIGGER transfer_paper_no_update BEFORE UPDATE ON transfer_paper
BEGIN SELECT RAISE(ABORT, 'transfer_paper is append only'); END
--;
CREATE TRIGGER transfer_paper_no_delete BEFORE DELETE ON transfer_paper
BEGIN SELECT RAISE(ABORT, 'transfer_paper is append only'); END
--;
CREATE TRIGGER loan_settlement_no_update BEFORE UPDATE ON loan_settlement
BEGIN SELECT RAISE(ABORT, 'loan_settlement is append only'); END
--;
CREATE TRIGGER loan_settlement_no_delete BEFORE DELETE ON loan_settlement
BEGIN SELECT RAISE(ABORT, 'loan_settlement is append only'); END
