-- The index of the search: pieces of names, pinyin and codes made by app.domain.search_text, kept
-- in step with item_search by triggers. No text is stored here and no places of words, only which
-- item holds which piece. Pieces are cut at blanks alone. A large part of the index is made in
-- memory at a time: merging many small parts costs more than making them.

CREATE VIRTUAL TABLE item_gram USING fts5(grams, content='', contentless_delete=1, detail=none,
  tokenize="ascii tokenchars '!#$%&()*+,-./:;<=>?@[]^_`{|}~'")
--;
INSERT INTO item_gram (item_gram, rank) VALUES ('hashsize', 33554432)
--;
-- A trigger makes FTS5 write its part out after every row. Whoever writes many rows puts a blank in
-- front of the pieces and writes the index itself (app/services/catalogue/index.py).
CREATE TRIGGER item_gram_insert AFTER INSERT ON item_search WHEN NEW.grams NOT LIKE ' %' BEGIN
  INSERT INTO item_gram (rowid, grams) VALUES (NEW.item_id, NEW.grams);
END
--;
CREATE TRIGGER item_gram_delete AFTER DELETE ON item_search BEGIN
  DELETE FROM item_gram WHERE rowid = OLD.item_id;
END
--;
CREATE TRIGGER item_gram_update AFTER UPDATE OF grams ON item_search BEGIN
  DELETE FROM item_gram WHERE rowid = OLD.item_id;
  INSERT INTO item_gram (rowid, grams) VALUES (NEW.item_id, NEW.grams);
END
