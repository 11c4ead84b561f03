-- Whether a price was used is looked up house by house, along the indexes that begin with the house: the
-- whole ledger was read for each of a thousand prices that were taken back together.
CREATE OR REPLACE FUNCTION app.price_unused() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (
      SELECT 1 FROM app.organisation g
       WHERE (SELECT max(n.posted_at)  -- the newest hundred: whoever waited for the chain's head was told the time before
                FROM (SELECT l.posted_at FROM app.ledger l WHERE l.org_id = g.id AND l.item_id = OLD.item_id
                       ORDER BY l.seq DESC LIMIT 100) n) >= OLD.created_at
          OR EXISTS (SELECT 1 FROM app.member_order_line l JOIN app.member_order o ON o.org_id = l.org_id AND o.id = l.order_id
                      WHERE l.org_id = g.id AND l.item_id = OLD.item_id AND o.supplier_id = OLD.supplier_id
                        AND o.created_at >= OLD.created_at)) THEN
    RAISE EXCEPTION 'the price is used' USING ERRCODE = '23503';
  END IF;
  RETURN OLD;
END $$;
