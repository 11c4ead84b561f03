-- The index of the search: pieces of names, pinyin and codes made by app.domain.search_text. A plain
-- GIN index, no extension: pg_trgm needs a superuser and knows no Chinese text of one or two
-- characters.
CREATE INDEX item_gram ON app.item_search USING gin (array_to_tsvector(string_to_array(grams, ' ')))
  WITH (fastupdate = off);

-- Where items are used: a keeper of the catalogue may not read every member's papers, and yet must
-- not take an item away that one of them holds. Says no more than the names of tables.
CREATE FUNCTION app.item_uses(p_items bigint[]) RETURNS TABLE (item_id bigint, used_in text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  t record;
BEGIN
  IF NOT app.group_duty('catalogue') THEN
    RAISE EXCEPTION 'only the keeper of the catalogue may ask' USING ERRCODE = '42501';
  END IF;
  FOR t IN SELECT c.relname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p')
              AND a.attname = 'item_id' AND NOT a.attisdropped
              AND c.relname NOT IN ('item_unit', 'item_search', 'item_change') LOOP
    RETURN QUERY EXECUTE format(
      'SELECT DISTINCT x.item_id, %L::text FROM app.%I x WHERE x.item_id = ANY ($1) %s', t.relname, t.relname,
      CASE t.relname WHEN 'item_code' THEN 'AND x.org_id <> 0' ELSE '' END) USING p_items;
  END LOOP;
END $$;
REVOKE ALL ON FUNCTION app.item_uses(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.item_uses(bigint[]) TO yilian_catalogue;

-- The same promise for whoever deletes by hand.
CREATE FUNCTION app.item_unused() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM app.item_uses((SELECT array_agg(id) FROM gone))) THEN
    RAISE EXCEPTION 'the item is used' USING ERRCODE = '23503';
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION app.item_unused() FROM PUBLIC;
CREATE TRIGGER item_unused AFTER DELETE ON app.item REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION app.item_unused();

-- A price may be taken back only while nobody can have ordered or received by it.
CREATE FUNCTION app.price_unused() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM app.ledger l WHERE l.item_id = OLD.item_id AND l.posted_at >= OLD.created_at)
     OR EXISTS (SELECT 1 FROM app.member_order_line l JOIN app.member_order o ON o.org_id = l.org_id AND o.id = l.order_id
                 WHERE l.item_id = OLD.item_id AND o.supplier_id = OLD.supplier_id AND o.created_at >= OLD.created_at) THEN
    RAISE EXCEPTION 'the price is used' USING ERRCODE = '23503';
  END IF;
  RETURN OLD;
END $$;
REVOKE ALL ON FUNCTION app.price_unused() FROM PUBLIC;
CREATE TRIGGER price_unused BEFORE DELETE ON app.price FOR EACH ROW EXECUTE FUNCTION app.price_unused();
