-- That a paper was withdrawn is part of the acceptance record, and who checked a posting part of the
-- books: never edited, never deleted.
CREATE TRIGGER goods_paper_turn_no_update BEFORE UPDATE ON goods_paper_turn
BEGIN SELECT RAISE(ABORT, 'goods_paper_turn is append only'); END
--;
CREATE TRIGGER goods_paper_turn_no_delete BEFORE DELETE ON goods_paper_turn
BEGIN SELECT RAISE(ABORT, 'goods_paper_turn is append only'); END
--;
CREATE TRIGGER second_person_no_update BEFORE UPDATE ON second_person
BEGIN SELECT RAISE(ABORT, 'second_person is append only'); END
--;
CREATE TRIGGER second_person_no_delete BEFORE DELETE ON second_person
BEGIN SELECT RAISE(ABORT, 'second_person is append only'); END
