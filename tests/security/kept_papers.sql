-- Papers at several states: written with the owner's rights, attacked by test_kept_papers.py.
INSERT INTO app.acceptance (org_id, id, no, delivery_id, supplier_id, place_id, status, posted_at, receiver_id, checks,
  amount) VALUES (2, 51, 'YS-1', 61, 11, 1, 'posted', 1, 4, '{}', 0);
INSERT INTO app.acceptance_line (org_id, acceptance_id, line, item_id, lot_id, place_id, expected, accepted, refused,
  result, gift, unit_price, price_factor, amount, owner_id) VALUES (2, 51, 1, 101, 0, 1, 5, 5, 0, 'ok', 0, 1, 1, 5, 11);
INSERT INTO app.consumption (org_id, id, no, place_id, occurred_on, posted_at, person_id, source, status)
  VALUES (2, 52, 'XH-1', 1, '2026-10-14', 1, 4, 'scan', 'posted');
INSERT INTO app.delivery (org_id, id, no, supplier_id, place_id, status, created_at, created_by, source, transport, version)
  VALUES (2, 61, 'SH-1', 11, 1, 'accepted', 1, 4, 'typed', '{}', 1),
         (2, 62, 'SH-2', 11, 1, 'announced', 1, 4, 'typed', '{}', 1);
INSERT INTO app.delivery_line (org_id, delivery_id, line, item_id, qty, price_factor) VALUES (2, 61, 1, 101, 5, 1);
INSERT INTO app.transfer (org_id, id, no, donor_id, kind, status, urgency, legal_basis, settle, reason, place_id, created_at,
  created_by, version) VALUES (3, 71, 'DB-1', 2, 'transfer', 'in_transit', 'normal', 'same', 'none', 'x', 1, 1, 7, 1);
INSERT INTO app.transfer_line (org_id, transfer_id, line, item_id, wanted, confirmed, sent, accepted, returned, unit_price,
  price_factor, saved) VALUES (3, 71, 1, 101, 9, 9, 9, 0, 0, 1, 1, 0);
INSERT INTO app.transfer_lot (org_id, transfer_id, n, line, item_id, lot_id, owner_id, to_owner, from_place, qty, accepted,
  refused, missing, cleared, unit_price, price_factor, traces)
  VALUES (3, 71, 1, 1, 101, 0, 11, 11, 1, 9, 0, 0, 0, 0, 1, 1, '[]');
INSERT INTO app.trace_code (code, org_id, item_id, lot_id, acceptance_id, received_at)
  VALUES ('81000000000000000001', 2, 101, 0, 51, 1);
INSERT INTO app.temporary_purchase (org_id, id, no, item_id, qty, unit_price, department, reason, status, asked_on, asked_by,
  version) VALUES (2, 81, 'LC-1', 101, 1, 1, 'x', 'x', 'asked', '2026-10-14', 4, 1);
INSERT INTO app.pt_request (org_id, id, no, kind, item_id, department, applicant, reason, evidence, yearly_qty, checks, status,
  created_at, created_by, version) VALUES (2, 82, 'YS-1', 'introduce', 101, 'x', 'x', 'x', 'x', 1, '[]', 'submitted', 1, 4, 1);
INSERT INTO app.counter (org_id, kind, day, last) VALUES (2, 'QQ', '2026-10-14', 9);
INSERT INTO app.pack (org_id, id, code, kind, item_id, qty, owner_id, place_id, status, source_kind, source_id, made_at, made_by,
  version) VALUES (2, 91, '1', 'label', 101, 5, 11, 1, 'in_stock', 'acceptance', 51, 1, 4, 1);
INSERT INTO app.pack_line (org_id, pack_id, lot_id, qty) VALUES (2, 91, 0, 5);
INSERT INTO app.label_print (org_id, id, at, person_id, template, target, count, content, source_kind)
  VALUES (2, 92, 1, 4, 'x', 'pdf', 1, '[91]', 'acceptance');
INSERT INTO app.lot_hold VALUES (2, 7, 1, 'recall', NULL, 1, 4, NULL);
INSERT INTO app.recall (org_id, id, no, level, source, reason, status, started_at, started_by, version)
  VALUES (1, 93, 'ZH-1', 1, 'x', 'x', 'active', 1, 1, 1), (1, 94, 'ZH-2', 1, 'x', 'x', 'closed', 1, 1, 1);
INSERT INTO app.recall_lot (org_id, recall_id, lot_id, item_id) VALUES (1, 93, 1, 101);
INSERT INTO app.upkeep_round (org_id, id, no, month, storage, status, made_at, made_by, version)
  VALUES (2, 95, 'YH-1', '2026-09-01', 'normal', 'done', 1, 4, 1), (2, 96, 'YH-2', '2026-10-01', 'normal', 'open', 1, 4, 1);
INSERT INTO app.upkeep_line (org_id, round_id, line, place_id, item_id, lot_id, qty)
  VALUES (2, 95, 1, 1, 101, 0, 5), (2, 96, 1, 1, 101, 0, 5);
INSERT INTO app.expiry_action (org_id, id, item_id, lot_id, action, qty, person_id, due_on, status, note, made_at, made_by,
  version) VALUES (2, 97, 101, 0, 'use_first', 5, 4, '2026-10-20', 'done', '', 1, 4, 1);
INSERT INTO app.settle_rule (org_id, id, supplier_id, item_id, category, trigger, valid_from, created_at, created_by)
  VALUES (2, 98, 11, 101, '', 'receipt', '2026-10-01', 1, 7);
INSERT INTO app.requisition (org_id, id, no, status, place_id, created_at, created_by, amount, version)
  VALUES (2, 84, 'CG-84', 'draft', 1, 1, 4, 0, 1), (2, 85, 'CG-85', 'submitted', 1, 1, 4, 38600, 1);
INSERT INTO app.requisition_line (org_id, requisition_id, line, item_id, suggested, qty, unit_price, price_factor, why)
  SELECT 2, r.id, 1, p.item_id, 0, 100 * p.price_factor, p.unit_price, p.price_factor, '{}'
    FROM app.price p, (VALUES (84), (85)) AS r (id) WHERE p.item_id = 101 LIMIT 2;
INSERT INTO app.item_request (org_id, id, no, local_id, status, draft, reason, answer, created_at, created_by, version)
  VALUES (2, 86, 'XQ-1', 1, 'refused', '{}', 'x', 'x', 1, 4, 1), (2, 87, 'XQ-2', 1, 'submitted', '{}', 'x', '', 1, 4, 1);
INSERT INTO app.pt_meeting (org_id, id, no, title, day, time_text, room, seats, quorum, majority_num, majority_den, secret, status,
  created_at, created_by, version) VALUES (1, 88, 'YS-88', 'x', '2026-10-14', '', '', 3, 2, 1, 2, 1, 'open', 1, 7, 1);
INSERT INTO app.pt_agenda (org_id, meeting_id, seq, request_org_id, request_id, status, paper_yes, paper_no, paper_abstain,
  result, version) VALUES (1, 88, 1, 2, 82, 'done', 2, 0, 0, 'approved', 1);
INSERT INTO app.award_objection (org_id, id, award_id, attempt, who, text, received_at, received_by, answer, outcome)
  VALUES (1, 89, 89, 1, 'x', 'x', 1, 7, 'x', 'rejected');
INSERT INTO app.disposal (org_id, id, no, kind, status, cause, reason, amount, made_at, made_by, version)
  VALUES (2, 99, 'BS-1', 'write_off', 'to_approve', 'damaged', 'x', 0, 1, 4, 1);
INSERT INTO app.disposal_line (org_id, disposal_id, line, place_id, item_id, lot_id, owner_id, qty, unit_price, price_factor)
  VALUES (2, 99, 1, 1, 101, 0, 11, 5, 1, 1);
UPDATE app.disposal SET amount = 500;
INSERT INTO app.transfer (org_id, id, no, donor_id, kind, status, urgency, legal_basis, settle, reason, place_id, created_at,
  created_by, approved_by, accepted_by, version)
  VALUES (3, 72, 'DB-2', 2, 'transfer', 'accepted', 'normal', 'same', 'none', 'x', 1, 1, 7, 1, 7, 1);
