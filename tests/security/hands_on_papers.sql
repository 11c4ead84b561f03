-- Papers at several states: written with the owner's rights, attacked by test_hands_on_papers.py.
INSERT INTO app.pt_meeting (org_id, id, no, title, day, time_text, room, seats, quorum, majority_num, majority_den, secret,
  status, created_at, created_by, version) VALUES (1, 88, 'H', 'x', '2026-10-14', '', '', 3, 2, 1, 2, 1, 'closed', 1, 7, 1),
  (1, 89, 'H2', 'x', '2026-10-21', '', '', 3, 2, 1, 2, 1, 'planned', 1, 7, 1);
INSERT INTO app.pt_attendance (org_id, meeting_id, member_id, present, declared) VALUES (1, 88, 5, 1, 1);
INSERT INTO app.reagent_kit (org_id, id, item_id, lot_id, owner_id, place_id, mode, tests, dead_tests, used, opened_on, opened_by,
  expires_on, status, pack_id, note, version) VALUES (2, 61, 101, 0, 11, 1, 'kit', 100, 0, 0, '2026-10-01', 4, '2026-10-20', 'open', 0, '', 1),
  (2, 62, 101, 0, 11, 1, 'kit', 100, 0, 0, '2026-10-01', 4, '2026-10-20', 'finished', 0, '', 1);
INSERT INTO app.delivery (org_id, id, no, supplier_id, place_id, status, created_at, created_by, source, transport, version)
  VALUES (2, 62, 'SH-2', 11, 1, 'announced', 1, 99, 'typed', '{}', 1);
INSERT INTO app.transfer (org_id, id, no, donor_id, kind, status, urgency, legal_basis, settle, reason, place_id, created_at,
  created_by, accepted_by, version) VALUES (2, 71, 'DB-1', 3, 'loan', 'accepted', 'normal', 'same', 'none', 'x', 1, 1, 7, 1, 1);
INSERT INTO app.transfer_line (org_id, transfer_id, line, item_id, wanted, confirmed, sent, accepted, returned, unit_price,
  price_factor, saved) VALUES (2, 71, 1, 101, 9, 9, 9, 8, 0, 1, 1, 0);
INSERT INTO app.transfer_lot (org_id, transfer_id, n, line, item_id, lot_id, owner_id, to_owner, from_place, qty, accepted,
  refused, missing, cleared, unit_price, price_factor, traces)
  VALUES (2, 71, 1, 1, 101, 0, 11, 11, 1, 9, 8, 0, 1, 0, 1, 1, '[]');
INSERT INTO app.transfer (org_id, id, no, donor_id, kind, status, urgency, legal_basis, settle, reason, place_id, created_at,
  created_by, version) VALUES (2, 73, 'DB-3', 3, 'loan', 'approved', 'normal', 'same', 'none', 'x', 1, 1, 7, 1);
INSERT INTO app.transfer_line (org_id, transfer_id, line, item_id, wanted, confirmed, sent, accepted, returned, unit_price,
  price_factor, saved) VALUES (2, 73, 1, 101, 9, 9, 0, 0, 0, 1, 1, 0);
INSERT INTO app.counter (org_id, kind, day, last) VALUES (2, 'QQ', '2026-10-14', 9);
INSERT INTO app.upkeep_round (org_id, id, no, month, storage, status, made_at, made_by, version)
  VALUES (2, 95, 'YH-1', '2026-09-01', 'normal', 'done', 1, 4, 1);
INSERT INTO app.lot (id, item_id, lot_no, serial, created_at) VALUES (901, 101, 'OPEN', '', 1);
INSERT INTO app.balance (org_id, place_id, item_id, lot_id, owner_id, qty)
  SELECT 3, min(id), 101, 901, 11, 5 FROM app.place WHERE org_id = 3 AND kind = 'store';
