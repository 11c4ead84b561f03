-- That a paper was withdrawn is part of the acceptance record, and who checked a posting part of the
-- books: never edited, never deleted.
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.goods_paper_turn FOR EACH ROW EXECUTE FUNCTION app.deny();
CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON app.second_person FOR EACH ROW EXECUTE FUNCTION app.deny();
