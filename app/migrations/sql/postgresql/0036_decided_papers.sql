-- Acceptances, counts, write-offs and transfers are decided on: a state that another program sets,
-- such as an approval, shows. What stands there today is stated once.
DO $$
DECLARE
  t text;
  there boolean;
BEGIN
  FOREACH t IN ARRAY ARRAY['acceptance', 'stock_count', 'disposal', 'disposal_line', 'transfer',
      'transfer_line', 'transfer_lot'] LOOP
    CALL app.imprint_cover(t);
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM app.%I)', t) INTO there;
    IF there THEN
      PERFORM app.imprint_anew(ARRAY[t]);
    END IF;
  END LOOP;
END $$;
