/**
 * Numbered, append-only migrations; each runs in one transaction (docs/architecture.md#rules-of-the-house, rule 7;
 * after Signal Desktop). A migration that has been released is never edited.
 */
import { lettersMigration } from './letters-migration.ts'

export interface Migration {
  readonly version: number
  readonly sql: string
}

/**
 * Version 1. The database itself holds promise P1: a slip cannot be written without its unspent, unexpired verification
 * of the same pickup, epoch and member of staff, and a `slip-intended` entry cannot be written without its slip.
 */
const first = `
CREATE TABLE kiosk (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  kiosk TEXT NOT NULL,
  desk TEXT NOT NULL,
  hub_address TEXT NOT NULL,
  hub_authority TEXT NOT NULL,
  incarnation TEXT NOT NULL,
  cursor INTEGER NOT NULL DEFAULT 0,
  synced INTEGER NOT NULL DEFAULT 0,
  generation INTEGER NOT NULL DEFAULT 0,
  acked INTEGER NOT NULL DEFAULT 0,
  frozen INTEGER NOT NULL DEFAULT 0,
  slip_count INTEGER NOT NULL DEFAULT 0,
  last_contact INTEGER,
  sign_key BLOB NOT NULL,
  lookup_key BLOB NOT NULL,
  cache_key BLOB NOT NULL,
  opening_public BLOB,
  opening_registered INTEGER NOT NULL DEFAULT 0,
  desk_record TEXT,
  policy_record TEXT
) STRICT;

CREATE TABLE staff (
  id TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  name BLOB NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE staff_badge (tag BLOB PRIMARY KEY, staff TEXT NOT NULL REFERENCES staff (id) ON DELETE CASCADE) STRICT, WITHOUT ROWID;
CREATE INDEX staff_badge_staff ON staff_badge (staff);
CREATE TABLE staff_pin (
  staff TEXT PRIMARY KEY REFERENCES staff (id),
  salt BLOB NOT NULL,
  memory_kib INTEGER NOT NULL,
  passes INTEGER NOT NULL,
  opening_key BLOB NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  locked_until INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE pickup (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  epoch_incarnation TEXT NOT NULL,
  epoch_n INTEGER NOT NULL CHECK (epoch_n > 0),
  state TEXT NOT NULL CHECK (state IN ('waiting','arrived','verified','printing','printed','failed','uncertain','handed-over','returned','revoked','burned','dispatched')),
  recipient_class TEXT NOT NULL,
  channel TEXT NOT NULL,
  secret_kind TEXT NOT NULL,
  person BLOB NOT NULL,
  envelope BLOB NOT NULL,
  birth_tag BLOB,
  code_tag BLOB NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  arrived_at INTEGER,
  revoke_pending INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX pickup_birth ON pickup (birth_tag) WHERE birth_tag IS NOT NULL;
CREATE INDEX pickup_code ON pickup (code_tag);
CREATE INDEX pickup_state ON pickup (state, arrived_at, issued_at);
-- Only of pickups that are live here: a card finds nothing else, and a scan needs no second look-up.
CREATE TABLE card_tag (tag BLOB NOT NULL, pickup TEXT NOT NULL REFERENCES pickup (id) ON DELETE CASCADE, PRIMARY KEY (tag, pickup)) STRICT, WITHOUT ROWID;
CREATE INDEX card_tag_pickup ON card_tag (pickup);

CREATE TABLE verification (
  id TEXT PRIMARY KEY,
  pickup TEXT NOT NULL REFERENCES pickup (id),
  epoch_incarnation TEXT NOT NULL,
  epoch_n INTEGER NOT NULL,
  staff TEXT NOT NULL,
  session TEXT NOT NULL,
  proof TEXT NOT NULL,
  method TEXT NOT NULL,
  issuer_country TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at > created_at),
  spent INTEGER NOT NULL DEFAULT 0 CHECK (spent IN (0, 1)),
  void INTEGER NOT NULL DEFAULT 0 CHECK (void IN (0, 1)),
  UNIQUE (id, pickup, epoch_incarnation, epoch_n, staff)
) STRICT;
CREATE INDEX verification_open ON verification (pickup) WHERE spent = 0 AND void = 0;

CREATE TABLE slip (
  id TEXT PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  pickup TEXT NOT NULL REFERENCES pickup (id),
  epoch_incarnation TEXT NOT NULL,
  epoch_n INTEGER NOT NULL,
  verification TEXT NOT NULL UNIQUE,
  staff TEXT NOT NULL,
  language TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('intended','printed','failed','uncertain','handed-over','spoiled','missing','nothing-came-out')),
  code TEXT,
  intended_at INTEGER NOT NULL,
  settled_by TEXT,
  settled_at INTEGER,
  FOREIGN KEY (verification, pickup, epoch_incarnation, epoch_n, staff) REFERENCES verification (id, pickup, epoch_incarnation, epoch_n, staff)
) STRICT;
CREATE UNIQUE INDEX slip_one_unsettled ON slip (pickup) WHERE state IN ('intended','printed','uncertain');
CREATE UNIQUE INDEX slip_one_handover ON slip (pickup) WHERE state = 'handed-over';
CREATE INDEX slip_pickup ON slip (pickup);

CREATE TRIGGER slip_needs_verification BEFORE INSERT ON slip BEGIN
  SELECT RAISE(ABORT, 'slip must begin as intended') WHERE NEW.state <> 'intended';
  SELECT RAISE(ABORT, 'slip without an unspent, unexpired verification') WHERE NOT EXISTS (
    SELECT 1 FROM verification v WHERE v.id = NEW.verification AND v.pickup = NEW.pickup AND v.epoch_incarnation = NEW.epoch_incarnation
      AND v.epoch_n = NEW.epoch_n AND v.staff = NEW.staff AND v.spent = 0 AND v.void = 0 AND v.created_at <= NEW.intended_at AND v.expires_at > NEW.intended_at);
  SELECT RAISE(ABORT, 'slip for a pickup that is not verified') WHERE NOT EXISTS (
    SELECT 1 FROM pickup p WHERE p.id = NEW.pickup AND p.epoch_incarnation = NEW.epoch_incarnation AND p.epoch_n = NEW.epoch_n AND p.state = 'verified' AND p.revoke_pending = 0);
  SELECT RAISE(ABORT, 'no further slip for this pickup') WHERE (
    SELECT count(*) FROM slip s WHERE s.pickup = NEW.pickup AND s.epoch_incarnation = NEW.epoch_incarnation AND s.epoch_n = NEW.epoch_n
      AND s.state IN ('spoiled','nothing-came-out')) >= 2;
  SELECT RAISE(ABORT, 'this pickup has been handed over or burned') WHERE EXISTS (
    SELECT 1 FROM slip s WHERE s.pickup = NEW.pickup AND s.state = 'handed-over')
    OR EXISTS (SELECT 1 FROM slip s WHERE s.pickup = NEW.pickup AND s.epoch_incarnation = NEW.epoch_incarnation AND s.epoch_n = NEW.epoch_n AND s.state = 'missing');
END;
CREATE TRIGGER slip_spends_verification AFTER INSERT ON slip BEGIN
  UPDATE verification SET spent = 1 WHERE id = NEW.verification;
END;
CREATE TRIGGER slip_moves_forward BEFORE UPDATE ON slip BEGIN
  SELECT RAISE(ABORT, 'slip identity is fixed') WHERE NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.pickup <> OLD.pickup OR NEW.verification <> OLD.verification
    OR NEW.epoch_incarnation <> OLD.epoch_incarnation OR NEW.epoch_n <> OLD.epoch_n OR NEW.staff <> OLD.staff OR NEW.intended_at <> OLD.intended_at;
  SELECT RAISE(ABORT, 'slip cannot go back') WHERE NOT (
    (OLD.state = 'intended' AND NEW.state IN ('printed','failed','uncertain'))
    OR (OLD.state IN ('printed','uncertain') AND NEW.state IN ('handed-over','spoiled','missing','nothing-came-out') AND NEW.settled_by IS NOT NULL AND NEW.settled_at IS NOT NULL));
END;
CREATE TRIGGER slip_stays BEFORE DELETE ON slip BEGIN SELECT RAISE(ABORT, 'slips are kept'); END;
CREATE TRIGGER verification_is_fixed BEFORE UPDATE ON verification BEGIN
  SELECT RAISE(ABORT, 'verification is fixed') WHERE NEW.id <> OLD.id OR NEW.pickup <> OLD.pickup OR NEW.epoch_incarnation <> OLD.epoch_incarnation OR NEW.epoch_n <> OLD.epoch_n
    OR NEW.staff <> OLD.staff OR NEW.session <> OLD.session OR NEW.proof <> OLD.proof OR NEW.method <> OLD.method OR NEW.created_at <> OLD.created_at
    OR NEW.expires_at <> OLD.expires_at OR NEW.spent < OLD.spent OR NEW.void < OLD.void;
END;
CREATE TRIGGER verification_stays BEFORE DELETE ON verification BEGIN SELECT RAISE(ABORT, 'verifications are kept'); END;

CREATE TABLE ledger (
  seq INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  kind TEXT NOT NULL,
  pickup TEXT,
  slip TEXT REFERENCES slip (id),
  actor TEXT,
  bytes TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  signature TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX ledger_one_intent ON ledger (slip) WHERE kind = 'slip-intended';
CREATE TRIGGER ledger_is_gapless BEFORE INSERT ON ledger BEGIN
  SELECT RAISE(ABORT, 'ledger has a gap') WHERE NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger);
  SELECT RAISE(ABORT, 'ledger entry without its slip') WHERE NEW.kind IN ('slip-intended','slip-printed','slip-failed','slip-uncertain','handed-over','slip-spoiled','slip-missing','slip-nothing-came-out')
    AND NOT EXISTS (SELECT 1 FROM slip s WHERE s.id = NEW.slip AND s.pickup = NEW.pickup AND s.state = CASE NEW.kind
      WHEN 'slip-intended' THEN 'intended' WHEN 'slip-printed' THEN 'printed' WHEN 'slip-failed' THEN 'failed' WHEN 'slip-uncertain' THEN 'uncertain'
      WHEN 'handed-over' THEN 'handed-over' WHEN 'slip-spoiled' THEN 'spoiled' WHEN 'slip-missing' THEN 'missing' WHEN 'slip-nothing-came-out' THEN 'nothing-came-out' END);
END;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER ledger_stays BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
`

/**
 * Version 2. Every member of staff has a key of their own behind badge + PIN, and the opening keys are shared with
 * those keys: a new opening key needs nobody signed in. PINs of version 1 wrapped the opening key itself and are chosen
 * anew.
 */
const staffKeys = `
DROP TABLE staff_pin;
CREATE TABLE staff_pin (
  staff TEXT PRIMARY KEY REFERENCES staff (id),
  badge_tag BLOB NOT NULL,
  salt BLOB NOT NULL,
  memory_kib INTEGER NOT NULL,
  passes INTEGER NOT NULL,
  public_key BLOB NOT NULL,
  private_key BLOB NOT NULL,
  search_years REAL NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  locked_until INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE opening_key (n INTEGER PRIMARY KEY AUTOINCREMENT, public_key BLOB NOT NULL, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE opening_share (
  key INTEGER NOT NULL REFERENCES opening_key (n) ON DELETE CASCADE,
  staff TEXT NOT NULL REFERENCES staff_pin (staff) ON DELETE CASCADE,
  sealed BLOB NOT NULL,
  PRIMARY KEY (key, staff)
) STRICT, WITHOUT ROWID;
ALTER TABLE pickup ADD COLUMN sealed_to BLOB;
ALTER TABLE kiosk ADD COLUMN rotation_owed INTEGER NOT NULL DEFAULT 0;
`

/** Version 3. A member of staff's role is sealed in with the name; the hub tells the staff anew at the next contact. */
const sealedRoles = `
DELETE FROM opening_share;
DELETE FROM staff_pin;
DELETE FROM staff_badge;
DELETE FROM staff;
UPDATE kiosk SET synced = 0;
`

/**
 * Version 4. REPLACE deletes a row without its delete triggers and goes past a unique index: the rows of a slip and of
 * a verification are looked for before. Every slip entry stands in the ledger once. Proof and language are fixed in
 * full.
 */
const noReplacing = `
CREATE TRIGGER slip_is_new BEFORE INSERT ON slip BEGIN
  SELECT RAISE(ABORT, 'this slip is there already, or has used this verification') WHERE EXISTS (SELECT 1 FROM slip s WHERE s.id = NEW.id OR s.number = NEW.number OR s.verification = NEW.verification);
  SELECT RAISE(ABORT, 'a slip of this pickup is not settled yet') WHERE EXISTS (SELECT 1 FROM slip s WHERE s.pickup = NEW.pickup AND s.state IN ('intended','printed','uncertain'));
END;
CREATE TRIGGER slip_language_is_fixed BEFORE UPDATE OF language ON slip BEGIN
  SELECT RAISE(ABORT, 'slip identity is fixed') WHERE NEW.language <> OLD.language;
END;
CREATE TRIGGER verification_is_new BEFORE INSERT ON verification BEGIN
  SELECT RAISE(ABORT, 'this verification is there already') WHERE EXISTS (SELECT 1 FROM verification v WHERE v.id = NEW.id);
END;
CREATE TRIGGER verification_issuer_is_fixed BEFORE UPDATE OF issuer_country ON verification BEGIN
  SELECT RAISE(ABORT, 'verification is fixed') WHERE NEW.issuer_country <> OLD.issuer_country;
END;
CREATE UNIQUE INDEX ledger_once ON ledger (slip, kind) WHERE kind IN
  ('slip-intended','slip-printed','slip-failed','slip-uncertain','handed-over','slip-spoiled','slip-missing','slip-nothing-came-out');
DROP INDEX ledger_one_intent;
`

/** Version 5. What may be left inside the printer outlives the engine (promise P3). */
const printerMemory = `
CREATE TABLE printer_memory (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  left_inside TEXT NOT NULL CHECK (left_inside IN ('nothing','job','power-cycle'))
) STRICT;
`

/** Version 6. Where policy asks for four eyes, a slip needs a second member of staff, and the database says so too. */
const fourEyes = `
ALTER TABLE verification ADD COLUMN four_eyes INTEGER NOT NULL DEFAULT 0 CHECK (four_eyes IN (0, 1));
ALTER TABLE verification ADD COLUMN witness TEXT CHECK (witness IS NULL OR witness <> staff);
CREATE TRIGGER slip_needs_witness BEFORE INSERT ON slip BEGIN
  SELECT RAISE(ABORT, 'slip without a second member of staff') WHERE EXISTS (
    SELECT 1 FROM verification v WHERE v.id = NEW.verification AND v.four_eyes = 1 AND v.witness IS NULL);
END;
CREATE TRIGGER verification_witness_is_fixed BEFORE UPDATE ON verification BEGIN
  SELECT RAISE(ABORT, 'verification is fixed') WHERE NEW.four_eyes <> OLD.four_eyes OR (OLD.witness IS NOT NULL AND NEW.witness IS NOT OLD.witness)
    OR (NEW.witness IS NOT OLD.witness AND (OLD.spent = 1 OR OLD.void = 1));
END;
`

/**
 * Version 9. A walk-in is verified before there is a pickup. Its verification is written once more for the pickup that
 * was issued against it, word for word and once, and only while it is open; a verification by e-ID needs the e-ID's own
 * row.
 */
const walkIns = `
CREATE TABLE walk_in (
  id TEXT PRIMARY KEY,
  recipient TEXT NOT NULL,
  staff TEXT NOT NULL,
  session TEXT NOT NULL,
  proof TEXT NOT NULL CHECK (proof <> 'e-id'),
  method TEXT NOT NULL CHECK (method <> 'e-id'),
  issuer_country TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL CHECK (expires_at > created_at),
  four_eyes INTEGER NOT NULL CHECK (four_eyes IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('verified','issued','done','abandoned')),
  pickup TEXT REFERENCES pickup (id),
  CHECK (state = 'abandoned' OR (pickup IS NULL) = (state = 'verified'))
) STRICT;
CREATE UNIQUE INDEX walk_in_pickup ON walk_in (pickup) WHERE pickup IS NOT NULL;
CREATE INDEX walk_in_open ON walk_in (id) WHERE state IN ('verified','issued');
CREATE TRIGGER walk_in_is_new BEFORE INSERT ON walk_in BEGIN
  SELECT RAISE(ABORT, 'a walk-in begins with its verification') WHERE NEW.state <> 'verified';
  SELECT RAISE(ABORT, 'this walk-in is there already') WHERE EXISTS (SELECT 1 FROM walk_in w WHERE w.id = NEW.id);
END;
CREATE TRIGGER walk_in_goes_forward BEFORE UPDATE ON walk_in BEGIN
  SELECT RAISE(ABORT, 'a walk-in is fixed') WHERE NEW.id <> OLD.id OR NEW.recipient <> OLD.recipient OR NEW.staff <> OLD.staff OR NEW.session <> OLD.session OR NEW.proof <> OLD.proof
    OR NEW.method <> OLD.method OR NEW.issuer_country <> OLD.issuer_country OR NEW.created_at <> OLD.created_at OR NEW.expires_at <> OLD.expires_at
    OR NEW.four_eyes <> OLD.four_eyes OR (OLD.pickup IS NOT NULL AND NEW.pickup IS NOT OLD.pickup);
  SELECT RAISE(ABORT, 'a walk-in cannot go back') WHERE NOT (
    (OLD.state = 'verified' AND NEW.state IN ('issued','abandoned')) OR (OLD.state = 'issued' AND NEW.state IN ('done','abandoned')));
  SELECT RAISE(ABORT, 'a walk-in is not done before its pickup has ended') WHERE NEW.state = 'done' AND NOT EXISTS (
    SELECT 1 FROM pickup p WHERE p.id = NEW.pickup AND p.state IN ('handed-over','returned','revoked','burned','dispatched'));
  SELECT RAISE(ABORT, 'this pickup has its walk-in') WHERE NEW.pickup IS NOT NULL AND EXISTS (SELECT 1 FROM walk_in w WHERE w.pickup = NEW.pickup AND w.id <> NEW.id);
END;
CREATE TRIGGER walk_in_stays BEFORE DELETE ON walk_in BEGIN SELECT RAISE(ABORT, 'walk-ins are kept'); END;

CREATE TABLE e_id (
  attempt TEXT PRIMARY KEY,
  pickup TEXT NOT NULL REFERENCES pickup (id),
  staff TEXT NOT NULL,
  session TEXT NOT NULL,
  proved_at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER e_id_is_new BEFORE INSERT ON e_id BEGIN
  SELECT RAISE(ABORT, 'this e-ID is there already') WHERE EXISTS (SELECT 1 FROM e_id e WHERE e.attempt = NEW.attempt);
END;
CREATE TRIGGER e_id_is_fixed BEFORE UPDATE ON e_id BEGIN SELECT RAISE(ABORT, 'an e-ID is fixed'); END;
CREATE TRIGGER e_id_stays BEFORE DELETE ON e_id BEGIN SELECT RAISE(ABORT, 'e-IDs are kept'); END;

ALTER TABLE verification ADD COLUMN walk_in TEXT REFERENCES walk_in (id);
ALTER TABLE verification ADD COLUMN e_id TEXT REFERENCES e_id (attempt);
CREATE UNIQUE INDEX verification_walk_in ON verification (walk_in) WHERE walk_in IS NOT NULL;
CREATE UNIQUE INDEX verification_e_id ON verification (e_id) WHERE e_id IS NOT NULL;
CREATE TRIGGER verification_of_walk_in BEFORE INSERT ON verification WHEN NEW.walk_in IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'a verification that is not its walk-in’s') WHERE NOT EXISTS (
    SELECT 1 FROM walk_in w WHERE w.id = NEW.walk_in AND w.state = 'issued' AND w.pickup = NEW.pickup AND w.staff = NEW.staff AND w.session = NEW.session AND w.proof = NEW.proof
      AND w.method = NEW.method AND w.issuer_country = NEW.issuer_country AND w.created_at = NEW.created_at AND w.expires_at = NEW.expires_at AND w.four_eyes = NEW.four_eyes);
  SELECT RAISE(ABORT, 'this walk-in is bound already') WHERE EXISTS (SELECT 1 FROM verification v WHERE v.walk_in = NEW.walk_in);
END;
CREATE TRIGGER verification_by_e_id BEFORE INSERT ON verification WHEN NEW.method = 'e-id' OR NEW.proof = 'e-id' OR NEW.e_id IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'a verification by e-ID without its e-ID') WHERE NEW.method <> 'e-id' OR NEW.proof <> 'e-id' OR NOT EXISTS (
    SELECT 1 FROM e_id e WHERE e.attempt = NEW.e_id AND e.pickup = NEW.pickup AND e.staff = NEW.staff AND e.session = NEW.session AND e.proved_at = NEW.created_at);
  SELECT RAISE(ABORT, 'this e-ID has been used') WHERE EXISTS (SELECT 1 FROM verification v WHERE v.e_id = NEW.e_id);
END;
CREATE TRIGGER verification_source_is_fixed BEFORE UPDATE OF walk_in, e_id ON verification BEGIN
  SELECT RAISE(ABORT, 'verification is fixed') WHERE NEW.walk_in IS NOT OLD.walk_in OR NEW.e_id IS NOT OLD.e_id;
END;
CREATE TRIGGER slip_of_open_walk_in BEFORE INSERT ON slip BEGIN
  SELECT RAISE(ABORT, 'slip for a walk-in that is over') WHERE EXISTS (SELECT 1 FROM walk_in w WHERE w.pickup = NEW.pickup AND w.state <> 'issued');
END;
`

/** Version 10. The desk's day: a pause and a call for staff outlive the engine. */
const deskDay = `
CREATE TABLE desk_pause (one INTEGER PRIMARY KEY CHECK (one = 1), reason TEXT NOT NULL, until INTEGER NOT NULL, staff TEXT NOT NULL) STRICT;
CREATE TABLE staff_call (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('desk','check-in')),
  answered_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE desk_day (one INTEGER PRIMARY KEY CHECK (one = 1), opened_at INTEGER NOT NULL DEFAULT 0, printed_at INTEGER NOT NULL DEFAULT 0) STRICT;
`

/** Version 11. A check-in screen is a kiosk of its own kind. */
const kioskKind = `
ALTER TABLE kiosk ADD COLUMN kind TEXT NOT NULL DEFAULT 'desk' CHECK (kind IN ('desk','check-in'));
`

/**
 * Version 70. What was seen of a document's expiry is kept with the verification, and is fixed like the rest of it.
 * What the hub takes in its ledger is remembered for when it is away. Rows from before say nothing of it (null).
 */
const expirySeen = `
ALTER TABLE kiosk ADD COLUMN hub_facts INTEGER NOT NULL DEFAULT 1 CHECK (hub_facts > 0);
ALTER TABLE verification ADD COLUMN expiry TEXT CHECK (expiry IN ('valid','none','permanent','by-eye','no-document'));
ALTER TABLE walk_in ADD COLUMN expiry TEXT CHECK (expiry IN ('valid','none','permanent','by-eye'));
CREATE TRIGGER verification_expiry_of_its_method BEFORE INSERT ON verification BEGIN
  SELECT RAISE(ABORT, 'an expiry that this method cannot have seen') WHERE NEW.expiry IS NOT NULL AND (
    (NEW.method = 'by-eye') <> (NEW.expiry = 'by-eye') OR (NEW.method = 'e-id') <> (NEW.expiry = 'no-document'));
  SELECT RAISE(ABORT, 'a verification that is not its walk-in’s') WHERE NEW.walk_in IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM walk_in w WHERE w.id = NEW.walk_in AND w.expiry IS NEW.expiry);
END;
CREATE TRIGGER verification_expiry_is_fixed BEFORE UPDATE OF expiry ON verification BEGIN
  SELECT RAISE(ABORT, 'verification is fixed') WHERE NEW.expiry IS NOT OLD.expiry;
END;
CREATE TRIGGER walk_in_expiry_of_its_method BEFORE INSERT ON walk_in BEGIN
  SELECT RAISE(ABORT, 'an expiry that this method cannot have seen') WHERE NEW.expiry IS NOT NULL AND (NEW.method = 'by-eye') <> (NEW.expiry = 'by-eye');
END;
CREATE TRIGGER walk_in_expiry_is_fixed BEFORE UPDATE OF expiry ON walk_in BEGIN
  SELECT RAISE(ABORT, 'a walk-in is fixed') WHERE NEW.expiry IS NOT OLD.expiry;
END;
`

/**
 * Version 71. A new opening key is vouched for with the older ones that a session holds, and may have to wait for a
 * supervisor's word.
 */
const openingLinks = `
ALTER TABLE kiosk ADD COLUMN opening_answer TEXT CHECK (opening_answer IN ('waits','refused','another-waits'));
ALTER TABLE kiosk ADD COLUMN hub_countersign BLOB;
CREATE TABLE opening_link (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  from_public BLOB NOT NULL,
  to_public BLOB NOT NULL,
  countersignature BLOB NOT NULL
) STRICT;
`

/**
 * Version 72. Public keys are vouched for by what a badge and a PIN opened. Nothing from before is: the first to sign
 * in makes a new opening key, and colleagues choose their PINs anew with somebody signed in who holds it.
 */
const vouchedKeys = `
ALTER TABLE staff_pin ADD COLUMN root BLOB;
ALTER TABLE staff_pin ADD COLUMN vouch BLOB;
CREATE TABLE opening_succession (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  staff TEXT NOT NULL REFERENCES staff_pin (staff) ON DELETE CASCADE,
  from_public BLOB NOT NULL,
  to_public BLOB NOT NULL,
  proof BLOB NOT NULL
) STRICT;
CREATE INDEX opening_succession_of ON opening_succession (staff);
`

/**
 * Version 73. What a session says to the hub of who holds the newest opening key, with its two proofs; one row. `told`:
 * 1 the hub took it, 2 it did not.
 */
const openingStatement = `
CREATE TABLE opening_statement (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  to_public BLOB NOT NULL,
  n INTEGER NOT NULL,
  by_staff TEXT NOT NULL,
  holders TEXT NOT NULL,
  by_key BLOB NOT NULL,
  by_person BLOB NOT NULL,
  told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1, 2))
) STRICT;
`

export const migrations: readonly Migration[] = [
  { version: 1, sql: first },
  { version: 2, sql: staffKeys },
  { version: 3, sql: sealedRoles },
  { version: 4, sql: noReplacing },
  { version: 5, sql: printerMemory },
  { version: 6, sql: fourEyes },
  { version: 8, sql: lettersMigration },
  { version: 9, sql: walkIns },
  { version: 10, sql: deskDay },
  { version: 11, sql: kioskKind },
  { version: 70, sql: expirySeen },
  { version: 71, sql: openingLinks },
  { version: 72, sql: vouchedKeys },
  { version: 73, sql: openingStatement },
]
