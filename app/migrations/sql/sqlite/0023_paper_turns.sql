-- That a paper was withdrawn is part of the acceptance record too: never edited, never deleted.
CREATE TRIGGER goods_paper_turn_no_update BEFORE UPDATE ON goods_paper_turn
BEGIN SELECT RAISE(ABORT, 'goods_paper_turn is append only'); END
--;
CREATE TRIGGER goods_paper_turn_no_delete BEFORE DELETE ON goods_paper_turn
BEGIN SELECT RAISE(ABORT, 'goods_paper_turn is append only'); END
