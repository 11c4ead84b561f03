-- What was printed by, loaded or photographed is never edited; a record that must be kept is never deleted.
CREATE TRIGGER label_design_version_no_update BEFORE UPDATE ON label_design_version
BEGIN SELECT RAISE(ABORT, 'label_design_version is append only'); END
--;
CREATE TRIGGER label_design_version_no_delete BEFORE DELETE ON label_design_version
BEGIN SELECT RAISE(ABORT, 'label_design_version is append only'); END
--;
CREATE TRIGGER trace_link_no_update BEFORE UPDATE ON trace_link
BEGIN SELECT RAISE(ABORT, 'trace_link is append only'); END
--;
CREATE TRIGGER trace_link_no_delete BEFORE DELETE ON trace_link
BEGIN SELECT RAISE(ABORT, 'trace_link is append only'); END
--;
CREATE TRIGGER disposal_photo_no_update BEFORE UPDATE ON disposal_photo
BEGIN SELECT RAISE(ABORT, 'disposal_photo is append only'); END
--;
CREATE TRIGGER disposal_photo_no_delete BEFORE DELETE ON disposal_photo
BEGIN SELECT RAISE(ABORT, 'disposal_photo is append only'); END
--;
CREATE TRIGGER acceptance_no_delete BEFORE DELETE ON acceptance
BEGIN SELECT RAISE(ABORT, 'acceptance must be kept'); END
--;
CREATE TRIGGER acceptance_line_no_delete BEFORE DELETE ON acceptance_line
BEGIN SELECT RAISE(ABORT, 'acceptance_line must be kept'); END
--;
CREATE TRIGGER disposal_no_delete BEFORE DELETE ON disposal
BEGIN SELECT RAISE(ABORT, 'disposal must be kept'); END
--;
CREATE TRIGGER disposal_line_no_delete BEFORE DELETE ON disposal_line
BEGIN SELECT RAISE(ABORT, 'disposal_line must be kept'); END
--;
CREATE TRIGGER stock_count_no_delete BEFORE DELETE ON stock_count
BEGIN SELECT RAISE(ABORT, 'stock_count must be kept'); END
--;
CREATE TRIGGER count_line_no_delete BEFORE DELETE ON count_line
BEGIN SELECT RAISE(ABORT, 'count_line must be kept'); END
--;
CREATE TRIGGER upkeep_round_no_delete BEFORE DELETE ON upkeep_round
BEGIN SELECT RAISE(ABORT, 'upkeep_round must be kept'); END
--;
CREATE TRIGGER upkeep_line_no_delete BEFORE DELETE ON upkeep_line
BEGIN SELECT RAISE(ABORT, 'upkeep_line must be kept'); END
