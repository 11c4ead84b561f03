-- Both sides see the notes of their orders; a line is written with its note, by who declares it.
DO $$
BEGIN
  CALL app.show('order_shortage', 'org_id = ANY MINE OR supplier_id = ANY MINE');
  CALL app.allow('order_shortage', 'sign', 'INSERT', '(declared_party = ''member'' AND org_id = ANY MINE)
    OR (declared_party = ''supplier'' AND supplier_id = ANY MINE)');
  CALL app.allow('order_shortage', 'sign', 'UPDATE', 'org_id = ANY MINE OR supplier_id = ANY MINE',
    'status, answered_by, answered_name, answered_at, answer');
  CALL app.allow('order_shortage', 'buy', 'UPDATE', 'org_id = ANY MINE',
    'status, settled_by, settled_name, settled_at, backups');
  CALL app.show('order_shortage_line', 'EXISTS (SELECT 1 FROM app.order_shortage s WHERE s.org_id = order_shortage_line.org_id
    AND s.order_id = order_shortage_line.order_id AND s.seq = order_shortage_line.seq)');
  CALL app.allow('order_shortage_line', 'sign', 'INSERT', 'EXISTS (SELECT 1 FROM app.order_shortage s
    WHERE s.org_id = order_shortage_line.org_id AND s.order_id = order_shortage_line.order_id
      AND s.seq = order_shortage_line.seq AND s.status = ''submitted'' AND s.declared_by = (SELECT app.my_person()))');
END $$;
REVOKE ALL ON FUNCTION app.shortage_rules() FROM PUBLIC;
