-- Everybody signed in compares the roots; what a head was is its organisation's own.
DO $$
BEGIN
  CALL app.show('anchor', 'true');
  CALL app.show('anchor_head', 'org_id = ANY MINE');
  CALL app.show('release', 'true');
END $$;
GRANT SELECT, INSERT ON app.anchor, app.anchor_head TO yilian_ledger;
CREATE POLICY functions ON app.anchor TO yilian_ledger USING (true) WITH CHECK (true);
CREATE POLICY functions ON app.anchor_head TO yilian_ledger USING (true) WITH CHECK (true);
REVOKE ALL ON FUNCTION api.anchor() FROM PUBLIC;
ALTER FUNCTION api.anchor() OWNER TO yilian_ledger;
GRANT EXECUTE ON FUNCTION api.anchor() TO yilian_login;
