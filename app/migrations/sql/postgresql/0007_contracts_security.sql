-- A seal follows the signature of the same side under the same version, by the one who seals.
DO $$
BEGIN
  CALL app.show('sealed_paper', 'org_id = ANY MINE OR supplier_id = ANY MINE');
  CALL app.allow('sealed_paper', 'sign', 'INSERT',
    'person_id = (SELECT app.my_person())
     AND ((party = ''member'' AND org_id = ANY MINE) OR (party = ''supplier'' AND supplier_id = ANY MINE))
     AND EXISTS (SELECT 1 FROM app.signature s WHERE s.org_id = sealed_paper.org_id
       AND s.doc_kind = ''member_order'' AND s.doc_id = sealed_paper.order_id
       AND s.version = sealed_paper.version AND s.party = sealed_paper.party
       AND s.decision = ''signed'')');
END $$;
