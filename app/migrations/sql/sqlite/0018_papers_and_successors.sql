-- A paper of goods is part of the acceptance record: never edited, never deleted.
CREATE TRIGGER goods_paper_no_update BEFORE UPDATE ON goods_paper
BEGIN SELECT RAISE(ABORT, 'goods_paper is append only'); END
--;
CREATE TRIGGER goods_paper_no_delete BEFORE DELETE ON goods_paper
BEGIN SELECT RAISE(ABORT, 'goods_paper is append only'); END
