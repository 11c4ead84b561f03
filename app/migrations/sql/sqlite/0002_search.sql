-- The index of the search: pieces of names, pinyin and codes made by app.domain.search_text, kept
-- in step with item_search by triggers. No text is stored here and no places of words, only which
-- item holds which piece. Pieces are cut at blanks alone.

CREATE VIRTUAL TABLE item_gram USING fts5(grams, content='', contentless_delete=1, detail=none,
  tokenize="ascii tokenchars '!#$%&()*+,-./:;<=>?@[]^_`{|}~'")
--;
CREATE TRIGGER item_gram_insert AFTER INSERT ON item_search BEGIN
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
