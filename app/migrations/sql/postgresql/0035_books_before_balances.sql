-- A posting takes the head of the house's chain before the balances it changes. Units of work post more
-- than once (goods come in, then title passes): between the two they hold the head, and whoever had changed
-- the same lot's balance by then waited for the head while its own row was waited for. The server ended
-- that ring after a second by throwing one of the two out. Nothing waits longer for it: the number of a
-- use was held before the balances already.
DO $$
DECLARE
  v_post text := pg_get_functiondef('api.post(uuid, bigint, text, bigint, date, bigint, jsonb)'::regprocedure);
  v_balances text := '  -- goods that only come in are put in one go;';
  v_last text := '  -- the chain head is locked last and held only until the commit
';
  v_head text := '  SELECT h.seq, h.hash INTO v_seq, v_prev FROM app.chain_head h
   WHERE h.org_id = p_org AND h.chain = ''ledger'' FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO app.chain_head (org_id, chain, seq, hash) VALUES (p_org, ''ledger'', 0, decode(repeat(''00'', 32), ''hex''))
    ON CONFLICT DO NOTHING;
    SELECT h.seq, h.hash INTO v_seq, v_prev FROM app.chain_head h
     WHERE h.org_id = p_org AND h.chain = ''ledger'' FOR UPDATE;
  END IF;
';
BEGIN
  IF strpos(v_post, v_last || v_head) = 0 OR strpos(v_post, v_balances) = 0 THEN
    RAISE EXCEPTION 'api.post is not that of 0019';
  END IF;
  EXECUTE replace(replace(v_post, v_last || v_head, ''), v_balances,
    '  -- the chain head is locked before the balances, in every posting, and held until the commit
' || v_head || '
' || v_balances);
END $$;
