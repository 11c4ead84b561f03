-- A request for a new item is the member's; the keeper of the group's catalogue answers it.
DO $$
BEGIN
  CALL app.show('item_request', 'org_id = ANY MINE');
  CALL app.allow('item_request', 'store catalogue', 'INSERT', 'org_id = ANY MINE');
  CALL app.allow('item_request', 'store', 'UPDATE', 'org_id = ANY MINE', 'status, answer, decided_at, decided_by, version');
  CALL app.allow('item_request', 'catalogue', 'UPDATE', 'org_id = ANY MINE');
END $$;
