-- Who may see and change versions, attachments, daily doses and remembered columns; and the keeper
-- of the catalogue may take back an item that nothing was done with yet (undo of an import).
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['catalogue_version', 'catalogue_version_change', 'attachment', 'daily_dose'] LOOP
    CALL app.show(t, 'true');
    CALL app.allow(t, 'catalogue', 'INSERT', 'FOR_GROUP');
  END LOOP;
  CALL app.allow('attachment', 'catalogue', 'DELETE', 'FOR_GROUP');
  CALL app.allow('daily_dose', 'catalogue', 'UPDATE DELETE', 'FOR_GROUP');
  CALL app.show('import_columns', 'org_id = ANY MINE');
  CALL app.allow('import_columns', 'store buy catalogue settle supply', 'INSERT UPDATE', 'org_id = ANY MINE');
  CALL app.allow('item', 'catalogue', 'DELETE', 'FOR_GROUP');
  CALL app.allow('price', 'buy catalogue', 'DELETE', 'FOR_GROUP');
END $$;
