/**
 * Version 8. Registered letters hold promise P1 in the database too: a slip of a letter cannot be written without its
 * unspent, unexpired dispatch approval by two members of staff, and any other slip without its verification, as before.
 * The slip's table is built anew for it; its rules are those of versions 1, 4 and 6, with what letters add. Also the
 * directory of desks, and requests filed at this kiosk.
 */
export const lettersMigration = `
CREATE TABLE directory (one INTEGER PRIMARY KEY CHECK (one = 1), desks TEXT NOT NULL) STRICT;
-- The hub tells the directory, and the addresses of letters, anew.
UPDATE kiosk SET synced = 0;

CREATE TABLE dispatch_approval (
  id TEXT PRIMARY KEY,
  pickup TEXT NOT NULL REFERENCES pickup (id),
  epoch_incarnation TEXT NOT NULL,
  epoch_n INTEGER NOT NULL,
  staff TEXT NOT NULL,
  session TEXT NOT NULL,
  witness TEXT CHECK (witness IS NULL OR witness <> staff),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at > created_at),
  spent INTEGER NOT NULL DEFAULT 0 CHECK (spent IN (0, 1)),
  void INTEGER NOT NULL DEFAULT 0 CHECK (void IN (0, 1)),
  UNIQUE (id, pickup, epoch_incarnation, epoch_n, staff)
) STRICT;
CREATE INDEX dispatch_approval_open ON dispatch_approval (pickup) WHERE spent = 0 AND void = 0;
CREATE TRIGGER approval_is_new BEFORE INSERT ON dispatch_approval BEGIN
  SELECT RAISE(ABORT, 'this approval is there already') WHERE EXISTS (SELECT 1 FROM dispatch_approval a WHERE a.id = NEW.id);
  SELECT RAISE(ABORT, 'an approval begins with one member of staff') WHERE NEW.witness IS NOT NULL OR NEW.spent <> 0 OR NEW.void <> 0;
  SELECT RAISE(ABORT, 'only letters are dispatched') WHERE NOT EXISTS (SELECT 1 FROM pickup p WHERE p.id = NEW.pickup AND p.channel = 'registered-letter');
END;
CREATE TRIGGER approval_is_fixed BEFORE UPDATE ON dispatch_approval BEGIN
  SELECT RAISE(ABORT, 'approval is fixed') WHERE NEW.id <> OLD.id OR NEW.pickup <> OLD.pickup OR NEW.epoch_incarnation <> OLD.epoch_incarnation OR NEW.epoch_n <> OLD.epoch_n
    OR NEW.staff <> OLD.staff OR NEW.session <> OLD.session OR NEW.created_at <> OLD.created_at OR NEW.expires_at <> OLD.expires_at OR NEW.spent < OLD.spent OR NEW.void < OLD.void
    OR (OLD.witness IS NOT NULL AND NEW.witness IS NOT OLD.witness) OR (NEW.witness IS NOT OLD.witness AND (OLD.spent = 1 OR OLD.void = 1));
END;
CREATE TRIGGER approval_stays BEFORE DELETE ON dispatch_approval BEGIN SELECT RAISE(ABORT, 'approvals are kept'); END;

DROP TRIGGER ledger_is_gapless;
CREATE TABLE slip_new (
  id TEXT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  pickup TEXT NOT NULL REFERENCES pickup (id),
  epoch_incarnation TEXT NOT NULL,
  epoch_n INTEGER NOT NULL,
  verification TEXT UNIQUE,
  approval TEXT UNIQUE,
  staff TEXT NOT NULL,
  language TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('intended','printed','failed','uncertain','handed-over','spoiled','missing','nothing-came-out','dispatched')),
  code TEXT,
  intended_at INTEGER NOT NULL,
  settled_by TEXT,
  settled_at INTEGER,
  CHECK ((verification IS NULL) <> (approval IS NULL)),
  FOREIGN KEY (verification, pickup, epoch_incarnation, epoch_n, staff) REFERENCES verification (id, pickup, epoch_incarnation, epoch_n, staff),
  FOREIGN KEY (approval, pickup, epoch_incarnation, epoch_n, staff) REFERENCES dispatch_approval (id, pickup, epoch_incarnation, epoch_n, staff)
) STRICT;
INSERT INTO slip_new (id, number, pickup, epoch_incarnation, epoch_n, verification, staff, language, state, code, intended_at, settled_by, settled_at)
  SELECT id, number, pickup, epoch_incarnation, epoch_n, verification, staff, language, state, code, intended_at, settled_by, settled_at FROM slip;
DROP TABLE slip;
ALTER TABLE slip_new RENAME TO slip;
CREATE UNIQUE INDEX slip_one_unsettled ON slip (pickup) WHERE state IN ('intended','printed','uncertain');
CREATE UNIQUE INDEX slip_one_handover ON slip (pickup) WHERE state IN ('handed-over','dispatched');
CREATE INDEX slip_pickup ON slip (pickup);

-- Where a letter has gone. The row comes before its slip is called dispatched.
CREATE TABLE letter (
  pickup TEXT PRIMARY KEY REFERENCES pickup (id),
  slip TEXT NOT NULL UNIQUE REFERENCES slip (id),
  tracking TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  staff TEXT NOT NULL,
  ended TEXT CHECK (ended IN ('delivered','returned-by-post')),
  ended_at INTEGER,
  ended_by TEXT
) STRICT;
CREATE TRIGGER letter_moves_forward BEFORE UPDATE ON letter BEGIN
  SELECT RAISE(ABORT, 'a letter that has gone is fixed') WHERE NEW.pickup <> OLD.pickup OR NEW.slip <> OLD.slip OR NEW.tracking <> OLD.tracking OR NEW.at <> OLD.at
    OR NEW.staff <> OLD.staff OR OLD.ended = 'returned-by-post' OR NEW.ended IS NULL OR NEW.ended_by IS NULL;
END;
CREATE TRIGGER letter_stays BEFORE DELETE ON letter BEGIN SELECT RAISE(ABORT, 'letters are kept'); END;

CREATE TRIGGER slip_needs_verification BEFORE INSERT ON slip BEGIN
  SELECT RAISE(ABORT, 'slip must begin as intended') WHERE NEW.state <> 'intended';
  SELECT RAISE(ABORT, 'slip of a letter without a dispatch approval') WHERE NEW.approval IS NULL AND EXISTS (
    SELECT 1 FROM pickup p WHERE p.id = NEW.pickup AND p.channel = 'registered-letter');
  SELECT RAISE(ABORT, 'slip without an unspent, unexpired verification') WHERE NEW.approval IS NULL AND NOT EXISTS (
    SELECT 1 FROM verification v WHERE v.id = NEW.verification AND v.pickup = NEW.pickup AND v.epoch_incarnation = NEW.epoch_incarnation
      AND v.epoch_n = NEW.epoch_n AND v.staff = NEW.staff AND v.spent = 0 AND v.void = 0 AND v.created_at <= NEW.intended_at AND v.expires_at > NEW.intended_at);
  SELECT RAISE(ABORT, 'slip without an unspent, unexpired dispatch approval by two') WHERE NEW.approval IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM dispatch_approval a JOIN pickup p ON p.id = a.pickup WHERE p.channel = 'registered-letter' AND a.id = NEW.approval AND a.pickup = NEW.pickup
      AND a.epoch_incarnation = NEW.epoch_incarnation AND a.epoch_n = NEW.epoch_n AND a.staff = NEW.staff AND a.witness IS NOT NULL AND a.witness <> a.staff
      AND a.spent = 0 AND a.void = 0 AND a.created_at <= NEW.intended_at AND a.expires_at > NEW.intended_at);
  SELECT RAISE(ABORT, 'slip for a pickup that is not verified') WHERE NOT EXISTS (
    SELECT 1 FROM pickup p WHERE p.id = NEW.pickup AND p.epoch_incarnation = NEW.epoch_incarnation AND p.epoch_n = NEW.epoch_n AND p.state = 'verified' AND p.revoke_pending = 0);
  SELECT RAISE(ABORT, 'no further slip for this pickup') WHERE (
    SELECT count(*) FROM slip s WHERE s.pickup = NEW.pickup AND s.epoch_incarnation = NEW.epoch_incarnation AND s.epoch_n = NEW.epoch_n
      AND s.state IN ('spoiled','nothing-came-out')) >= 2;
  SELECT RAISE(ABORT, 'this pickup has been handed over or burned') WHERE EXISTS (
    SELECT 1 FROM slip s WHERE s.pickup = NEW.pickup AND s.state IN ('handed-over','dispatched'))
    OR EXISTS (SELECT 1 FROM slip s WHERE s.pickup = NEW.pickup AND s.epoch_incarnation = NEW.epoch_incarnation AND s.epoch_n = NEW.epoch_n AND s.state = 'missing');
END;
CREATE TRIGGER slip_is_new BEFORE INSERT ON slip BEGIN
  SELECT RAISE(ABORT, 'this slip is there already, or has used this verification') WHERE EXISTS (
    SELECT 1 FROM slip s WHERE s.id = NEW.id OR s.number = NEW.number OR s.verification = NEW.verification OR s.approval = NEW.approval);
  SELECT RAISE(ABORT, 'a slip of this pickup is not settled yet') WHERE EXISTS (SELECT 1 FROM slip s WHERE s.pickup = NEW.pickup AND s.state IN ('intended','printed','uncertain'));
END;
CREATE TRIGGER slip_needs_witness BEFORE INSERT ON slip BEGIN
  SELECT RAISE(ABORT, 'slip without a second member of staff') WHERE EXISTS (
    SELECT 1 FROM verification v WHERE v.id = NEW.verification AND v.four_eyes = 1 AND v.witness IS NULL);
END;
CREATE TRIGGER slip_spends_verification AFTER INSERT ON slip BEGIN
  UPDATE verification SET spent = 1 WHERE id = NEW.verification;
  UPDATE dispatch_approval SET spent = 1 WHERE id = NEW.approval;
END;
CREATE TRIGGER slip_moves_forward BEFORE UPDATE ON slip BEGIN
  SELECT RAISE(ABORT, 'slip identity is fixed') WHERE NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.pickup <> OLD.pickup OR NEW.verification IS NOT OLD.verification
    OR NEW.approval IS NOT OLD.approval OR NEW.epoch_incarnation <> OLD.epoch_incarnation OR NEW.epoch_n <> OLD.epoch_n OR NEW.staff <> OLD.staff
    OR NEW.intended_at <> OLD.intended_at OR NEW.language <> OLD.language;
  SELECT RAISE(ABORT, 'slip cannot go back') WHERE NOT (
    (OLD.state = 'intended' AND NEW.state IN ('printed','failed','uncertain'))
    OR (OLD.state IN ('printed','uncertain') AND NEW.state IN ('handed-over','spoiled','missing','nothing-came-out','dispatched') AND NEW.settled_by IS NOT NULL AND NEW.settled_at IS NOT NULL));
  SELECT RAISE(ABORT, 'a letter is dispatched, and nothing else is') WHERE (NEW.state = 'dispatched' AND OLD.approval IS NULL) OR (NEW.state = 'handed-over' AND OLD.approval IS NOT NULL);
  SELECT RAISE(ABORT, 'dispatched without a tracking number') WHERE NEW.state = 'dispatched' AND NOT EXISTS (SELECT 1 FROM letter l WHERE l.slip = NEW.id AND l.pickup = NEW.pickup);
END;
CREATE TRIGGER slip_stays BEFORE DELETE ON slip BEGIN SELECT RAISE(ABORT, 'slips are kept'); END;

CREATE TRIGGER ledger_is_gapless BEFORE INSERT ON ledger BEGIN
  SELECT RAISE(ABORT, 'ledger has a gap') WHERE NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger);
  SELECT RAISE(ABORT, 'ledger entry without its slip') WHERE NEW.kind IN
      ('slip-intended','slip-printed','slip-failed','slip-uncertain','handed-over','slip-spoiled','slip-missing','slip-nothing-came-out','dispatched')
    AND NOT EXISTS (SELECT 1 FROM slip s WHERE s.id = NEW.slip AND s.pickup = NEW.pickup AND s.state = CASE NEW.kind
      WHEN 'slip-intended' THEN 'intended' WHEN 'slip-printed' THEN 'printed' WHEN 'slip-failed' THEN 'failed' WHEN 'slip-uncertain' THEN 'uncertain'
      WHEN 'handed-over' THEN 'handed-over' WHEN 'slip-spoiled' THEN 'spoiled' WHEN 'slip-missing' THEN 'missing' WHEN 'slip-nothing-came-out' THEN 'nothing-came-out'
      WHEN 'dispatched' THEN 'dispatched' END);
END;
DROP INDEX ledger_once;
CREATE UNIQUE INDEX ledger_once ON ledger (slip, kind) WHERE kind IN
  ('slip-intended','slip-printed','slip-failed','slip-uncertain','handed-over','slip-spoiled','slip-missing','slip-nothing-came-out','dispatched');

-- Requests filed here: an outbox that survives the engine, and then what became of each.
CREATE TABLE delivery_request (
  id TEXT PRIMARY KEY,
  subject BLOB NOT NULL,
  body BLOB NOT NULL,
  filed_at INTEGER NOT NULL,
  filed_by TEXT,
  sent INTEGER NOT NULL DEFAULT 0 CHECK (sent IN (0, 1)),
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting','approved','declined')),
  reason TEXT,
  reference TEXT,
  decided_at INTEGER
) STRICT;
CREATE INDEX delivery_request_subject ON delivery_request (subject, filed_at);
CREATE INDEX delivery_request_unsent ON delivery_request (filed_at) WHERE sent = 0;
`
