/**
 * Numbered, append-only migrations of the hub; each in one transaction. Promises are held by constraints where they can
 * be.
 */
import { beginningMigration } from './beginning-migration.ts'
import { holdersMigration, holderWordsMigration } from './holders-migration.ts'
import { lettersMigration } from './letters-migration.ts'
import { consoleMigration } from './console-migration.ts'
import { correctionsMigration } from './corrections-migration.ts'
import { keyFilesMigration } from './key-files-migration.ts'
import { markMigration } from './mark-migration.ts'
import { peopleSourcesMigration } from './people-sources-migration.ts'
import { searchMigration } from './search-migration.ts'
import { secretEndsMigration } from './secret-ends-migration.ts'
import { spellingsMigration } from './spellings-migration.ts'
import { openingKeysMigration } from './opening-keys-migration.ts'
import { walkInMigration } from './walk-in-migration.ts'

export const migrations: readonly { readonly version: number; readonly sql: string }[] = [
  {
    version: 1,
    sql: `
CREATE TABLE hub (one int PRIMARY KEY DEFAULT 1 CHECK (one = 1), incarnation text NOT NULL);
CREATE TABLE organisation (one int PRIMARY KEY DEFAULT 1 CHECK (one = 1), name jsonb NOT NULL, change_address text NOT NULL, self_service_address text NOT NULL);
CREATE TABLE policy (one int PRIMARY KEY DEFAULT 1 CHECK (one = 1), record jsonb NOT NULL);
CREATE TABLE unit (id text PRIMARY KEY, name jsonb NOT NULL, address text NOT NULL);
CREATE TABLE desk (id text PRIMARY KEY, unit text NOT NULL REFERENCES unit, kind text NOT NULL, name jsonb NOT NULL, slip_prefix text NOT NULL, head bigint NOT NULL DEFAULT 0);
CREATE TABLE kiosk (
  id text PRIMARY KEY, desk text NOT NULL REFERENCES desk, state text NOT NULL CHECK (state IN ('active','replaced','written-off')),
  sign_key bytea NOT NULL, opening_key bytea, acked bigint NOT NULL DEFAULT 0, head_hash text NOT NULL, frozen boolean NOT NULL DEFAULT false,
  last_contact bigint, enrolled_at bigint NOT NULL);
CREATE UNIQUE INDEX kiosk_one_active ON kiosk (desk) WHERE state = 'active';
CREATE TABLE enrolment_code (token_hash bytea PRIMARY KEY, desk text NOT NULL REFERENCES desk, expires_at bigint NOT NULL, used_by text, nonce text, reply text);
CREATE TABLE nonce (kiosk text NOT NULL, nonce text NOT NULL, at bigint NOT NULL, PRIMARY KEY (kiosk, nonce));
CREATE TABLE staff (id text PRIMARY KEY, name text NOT NULL, role text NOT NULL);
CREATE TABLE staff_desk (staff text NOT NULL REFERENCES staff, desk text NOT NULL REFERENCES desk, PRIMARY KEY (staff, desk));
CREATE TABLE badge (staff text NOT NULL REFERENCES staff, sealed bytea NOT NULL, blind bytea PRIMARY KEY);
CREATE TABLE recipient (id text PRIMARY KEY, class text NOT NULL, family text NOT NULL, given text NOT NULL, former_names jsonb NOT NULL, language text NOT NULL, birth_date bytea, sponsor text);
CREATE TABLE account (account text PRIMARY KEY, recipient text NOT NULL REFERENCES recipient, valid_until text);
CREATE TABLE card (recipient text NOT NULL REFERENCES recipient, sealed bytea NOT NULL, blind bytea PRIMARY KEY);
CREATE INDEX card_recipient ON card (recipient);
CREATE TABLE pickup (
  id text PRIMARY KEY, account text NOT NULL REFERENCES account, recipient text NOT NULL REFERENCES recipient, desk text REFERENCES desk, channel text NOT NULL,
  request_reference text, secret_kind text NOT NULL,
  state text NOT NULL CHECK (state IN ('unassigned','granted','revoking','handed-over','burned','returned','revoked','dispatched')),
  epoch_n bigint NOT NULL DEFAULT 0, pickup_code bytea NOT NULL, issued_at bigint NOT NULL, expires_at bigint NOT NULL, moving_to text REFERENCES desk, held boolean NOT NULL DEFAULT false);
-- One live pickup per account; a superseded one that still waits for its kiosk is 'revoking' with nowhere to go.
CREATE UNIQUE INDEX pickup_one_live ON pickup (account) WHERE state IN ('unassigned','granted') OR (state = 'revoking' AND moving_to IS NOT NULL);
CREATE INDEX pickup_desk ON pickup (desk, state);
CREATE TABLE "grant" (
  pickup text NOT NULL REFERENCES pickup, incarnation text NOT NULL, n bigint NOT NULL, kiosk text NOT NULL REFERENCES kiosk,
  state text NOT NULL CHECK (state IN ('granted','revoking','acknowledged','ended')), at bigint NOT NULL, record text NOT NULL, PRIMARY KEY (pickup, incarnation, n));
CREATE INDEX grant_kiosk_open ON "grant" (kiosk, pickup) WHERE state IN ('granted','revoking');
-- The heart of P2: of one pickup, at most one grant is open at any time.
CREATE UNIQUE INDEX grant_one_open ON "grant" (pickup) WHERE state IN ('granted','revoking');
CREATE TABLE feed (desk text NOT NULL REFERENCES desk, seq bigint NOT NULL, body text NOT NULL, PRIMARY KEY (desk, seq));
CREATE TABLE ledger_entry (
  kiosk text NOT NULL REFERENCES kiosk, seq bigint NOT NULL, kind text NOT NULL, pickup text, time bigint NOT NULL, bytes text NOT NULL, hash text NOT NULL, signature text NOT NULL,
  received_at bigint NOT NULL, poison boolean NOT NULL, PRIMARY KEY (kiosk, seq));
CREATE INDEX ledger_pickup ON ledger_entry (pickup) WHERE pickup IS NOT NULL;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$;
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER ledger_no_truncate BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse();
CREATE TABLE handover (pickup text PRIMARY KEY, kiosk text NOT NULL, seq bigint NOT NULL, slip text NOT NULL, at bigint NOT NULL);
CREATE TABLE dispute (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pickup text NOT NULL, kiosk text NOT NULL, seq bigint NOT NULL, at bigint NOT NULL);
CREATE TABLE alarm (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, kiosk text, pickup text, detail text NOT NULL, at bigint NOT NULL);
CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at bigint NOT NULL, actor text NOT NULL, act text NOT NULL, pickup text, desk text, detail jsonb NOT NULL);
CREATE INDEX audit_pickup ON audit (pickup) WHERE pickup IS NOT NULL;
`,
  },
  {
    version: 2,
    sql: `
-- The signature of a batch's last entry covers all before it.
ALTER TABLE ledger_entry ALTER COLUMN signature DROP NOT NULL;
-- Both are written only in a transaction that has locked the row they would refer to; a look-up for every row is a third of the cost of the insert.
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_kiosk_fkey;
ALTER TABLE feed DROP CONSTRAINT feed_desk_fkey;
-- What an acknowledged revoke ends in, when it does not move on.
ALTER TABLE pickup ADD COLUMN ending text NOT NULL DEFAULT 'revoked' CHECK (ending IN ('revoked','returned','superseded'));
-- A write-off burns a pickup; this is the one issued in its place.
ALTER TABLE pickup ADD COLUMN replaced_by text REFERENCES pickup;
ALTER TABLE "grant" DROP CONSTRAINT grant_state_check;
ALTER TABLE "grant" ADD CONSTRAINT grant_state_check CHECK (state IN ('granted','revoking','acknowledged','ended','written-off'));
ALTER TABLE kiosk ADD COLUMN generation bigint NOT NULL DEFAULT 0;
ALTER TABLE kiosk ADD COLUMN reported text;
-- After a restore from backup no grants are made until every kiosk has reported.
ALTER TABLE hub ADD COLUMN holding boolean NOT NULL DEFAULT false;
ALTER TABLE alarm ADD COLUMN closed_at bigint;
ALTER TABLE alarm ADD COLUMN closed_by text;
ALTER TABLE dispute ADD COLUMN closed_at bigint;
ALTER TABLE dispute ADD COLUMN closed_by text;
-- A handover is never unmade, an act never unwritten.
CREATE TRIGGER handover_append_only BEFORE UPDATE OR DELETE ON handover FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER handover_no_truncate BEFORE TRUNCATE ON handover FOR EACH STATEMENT EXECUTE FUNCTION refuse();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse();
`,
  },
  {
    version: 3,
    sql: `
-- Which version each kiosk runs.
CREATE INDEX ledger_started ON ledger_entry (kiosk, seq DESC) WHERE kind = 'engine-started';
-- Opening hours: a desk's own, else its unit's, else the usual ones.
ALTER TABLE unit ADD COLUMN hours jsonb;
ALTER TABLE desk ADD COLUMN hours jsonb;
`,
  },
  { version: 4, sql: lettersMigration },
  {
    version: 5,
    sql: `
-- A desk has one active kiosk and any number of check-in screens, which hold no grants.
ALTER TABLE kiosk ADD COLUMN kind text NOT NULL DEFAULT 'desk' CHECK (kind IN ('desk','check-in'));
ALTER TABLE enrolment_code ADD COLUMN kind text NOT NULL DEFAULT 'desk' CHECK (kind IN ('desk','check-in'));
DROP INDEX kiosk_one_active;
CREATE UNIQUE INDEX kiosk_one_active ON kiosk (desk) WHERE state = 'active' AND kind = 'desk';
-- How each kiosk last said that it stands.
CREATE TABLE kiosk_status (
  kiosk text PRIMARY KEY REFERENCES kiosk, light text NOT NULL CHECK (light IN ('green','amber','red')), since bigint NOT NULL, at bigint NOT NULL, record jsonb NOT NULL);
`,
  },
  { version: 6, sql: walkInMigration },
  { version: 7, sql: consoleMigration },
  {
    version: 8,
    sql: `
-- What the hub owes the directory: written with the change that causes it, done by a worker that holds a lease. The clear secret is never here.
CREATE TABLE secret_job (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text NOT NULL, pickup text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('set','disable','enable')),
  -- Disabled even when the person has chosen a password of their own since: the secret may be in a stranger's hand.
  forced boolean NOT NULL DEFAULT false,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','running','done','failed','cancelled','moot')),
  attempts bigint NOT NULL DEFAULT 0, not_before bigint NOT NULL, lease text, lease_until bigint,
  -- Set before the directory is asked: from then on a secret may be in force there that nobody knows.
  asked boolean NOT NULL DEFAULT false,
  outcome text, created_at bigint NOT NULL, ended_at bigint);
CREATE INDEX secret_job_open ON secret_job (account, id) WHERE state IN ('pending','running');
CREATE INDEX secret_job_pickup ON secret_job (pickup);
CREATE UNIQUE INDEX secret_job_one_set ON secret_job (pickup) WHERE kind = 'set' AND state IN ('pending','running');
CREATE TABLE api_token (
  id text PRIMARY KEY, name text NOT NULL, role text NOT NULL, hash bytea NOT NULL, created_at bigint NOT NULL, created_by text NOT NULL, expires_at bigint NOT NULL,
  revoked_at bigint, revoked_by text, last_used_at bigint);
CREATE UNIQUE INDEX api_token_hash ON api_token (hash);
-- Who is told of what happens; the key that signs is sealed under the master key.
CREATE TABLE webhook_target (
  id text PRIMARY KEY, url text NOT NULL, sealed bytea NOT NULL, events jsonb NOT NULL, created_at bigint NOT NULL, created_by text NOT NULL, removed_at bigint, removed_by text);
CREATE TABLE webhook_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, pickup text, desk text, target text, at bigint NOT NULL, fanned boolean NOT NULL DEFAULT false);
CREATE INDEX webhook_event_new ON webhook_event (id) WHERE NOT fanned;
CREATE UNIQUE INDEX webhook_event_expiring ON webhook_event (pickup) WHERE kind = 'expiring';
CREATE TABLE webhook_delivery (
  event bigint NOT NULL, target text NOT NULL, state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','delivered','dead')),
  attempts bigint NOT NULL DEFAULT 0, not_before bigint NOT NULL, lease_until bigint, status bigint, error text, ended_at bigint, PRIMARY KEY (event, target));
CREATE INDEX webhook_delivery_open ON webhook_delivery (not_before) WHERE state = 'pending';
`,
  },
  {
    version: 9,
    sql: `
-- A file on its way in: its parts, sealed under the master key until they have been read; then its rows, what is personal in them sealed.
CREATE TABLE import (
  id text PRIMARY KEY, name text NOT NULL,
  state text NOT NULL CHECK (state IN ('uploading','checking','refused','checked','running','done','cancelled')),
  created_at bigint NOT NULL, created_by text NOT NULL, role text NOT NULL, supersede boolean NOT NULL, bytes bigint NOT NULL DEFAULT 0, parts bigint NOT NULL DEFAULT 0,
  rows bigint NOT NULL DEFAULT 0, ready bigint NOT NULL DEFAULT 0, refused bigint NOT NULL DEFAULT 0, done bigint NOT NULL DEFAULT 0,
  problem jsonb, lease text, lease_until bigint, ended_at bigint);
CREATE TABLE import_part (import text NOT NULL, part bigint NOT NULL, sealed bytea NOT NULL, PRIMARY KEY (import, part));
CREATE TABLE import_row (
  import text NOT NULL, line bigint NOT NULL, account text NOT NULL, pickup jsonb, person bytea,
  state text NOT NULL CHECK (state IN ('ready','refused','done')), problem text, params jsonb, issued text, PRIMARY KEY (import, line));
CREATE INDEX import_row_state ON import_row (import, state, line);
-- What retention looks for.
CREATE INDEX pickup_to_purge ON pickup (issued_at) WHERE state IN ('handed-over','burned','returned','revoked','dispatched') AND account <> 'erased';
`,
  },
  {
    version: 11,
    sql: `
-- A report that looks like an old disk's is asked for again before it freezes anyone.
ALTER TABLE kiosk ADD COLUMN challenge text;
`,
  },
  {
    version: 12,
    sql: `
-- Letters that came to their end are purged like any other pickup.
DROP INDEX pickup_to_purge;
CREATE INDEX pickup_to_purge ON pickup (issued_at)
  WHERE state IN ('handed-over','burned','returned','revoked','dispatched','delivered','returned-by-post') AND account <> 'erased';
`,
  },
  { version: 20, sql: openingKeysMigration },
  markMigration,
  {
    version: 40,
    sql: `
-- Work on many pickups of a desk: noted with the act that asks for it, done batch by batch under a lease.
CREATE TABLE desk_work (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('grant','replace')), subject text NOT NULL, desk text NOT NULL REFERENCES desk,
  actor text NOT NULL, wanted bigint NOT NULL DEFAULT 1, place_at bigint, place_id text, total bigint NOT NULL, done bigint NOT NULL DEFAULT 0,
  reissued bigint NOT NULL DEFAULT 0, held bigint NOT NULL DEFAULT 0, created_at bigint NOT NULL, turn bigint NOT NULL, ended_at bigint, lease text, lease_until bigint);
CREATE UNIQUE INDEX desk_work_open ON desk_work (kind, subject) WHERE ended_at IS NULL;
CREATE INDEX desk_work_subject ON desk_work (subject, id);
-- What waits for a desk, in the order in which it is granted.
CREATE INDEX pickup_waiting ON pickup (desk, issued_at, id) WHERE state = 'unassigned';
`,
  },
  {
    version: 41,
    sql: `
-- What a kiosk has validly signed and its ledger has no place for: evidence, kept as it came.
CREATE TABLE quarantine (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kiosk text NOT NULL REFERENCES kiosk, seq bigint NOT NULL, kind text NOT NULL, pickup text, time bigint NOT NULL,
  prev text NOT NULL, hash text NOT NULL, bytes bytea NOT NULL, signature text, vouched_by text NOT NULL, reason text NOT NULL CHECK (reason IN ('frozen','apart')),
  received_at bigint NOT NULL, UNIQUE (kiosk, hash));
CREATE INDEX quarantine_pickup ON quarantine (pickup) WHERE pickup IS NOT NULL;
CREATE INDEX quarantine_received ON quarantine (received_at, id);
CREATE TRIGGER quarantine_append_only BEFORE UPDATE OR DELETE ON quarantine FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER quarantine_no_truncate BEFORE TRUNCATE ON quarantine FOR EACH STATEMENT EXECUTE FUNCTION refuse();
ALTER TABLE handover ADD COLUMN quarantine bigint;
ALTER TABLE dispute ADD COLUMN quarantine bigint;
ALTER TABLE kiosk ADD COLUMN kept bigint NOT NULL DEFAULT 0;
ALTER TABLE kiosk ADD COLUMN kept_bytes bigint NOT NULL DEFAULT 0;
`,
  },
  {
    version: 50,
    sql: `
-- Each receiver has a queue of its own: one that is silent delays no other.
CREATE INDEX webhook_delivery_target ON webhook_delivery (target, not_before, event) WHERE state = 'pending';
`,
  },
  { version: 70, sql: searchMigration },
  {
    version: 135,
    sql: `
-- What goes back unclaimed, and what people are told of before.
CREATE INDEX pickup_unclaimed ON pickup (expires_at, id) WHERE state IN ('unassigned','granted');
-- What a purge looks for, pickup by pickup: in the feed, what names a person; a file's row; a request.
CREATE INDEX feed_granted ON feed ((body::json->'pickup'->>'id')) WHERE body LIKE '%"kind":"pickup-granted"%';
CREATE INDEX import_row_issued ON import_row (issued) WHERE issued IS NOT NULL;
CREATE INDEX delivery_request_pickup ON delivery_request (pickup) WHERE pickup IS NOT NULL;
`,
  },
  beginningMigration,
  { version: 155, sql: spellingsMigration },
  { version: 160, sql: holdersMigration },
  correctionsMigration,
  { version: 195, sql: holderWordsMigration },
  peopleSourcesMigration,
  secretEndsMigration,
  {
    version: 221,
    sql: `
-- What hours, slips and reports count by.
ALTER TABLE organisation ADD COLUMN time_zone text NOT NULL DEFAULT 'Europe/Helsinki';
`,
  },
  {
    version: 222,
    sql: `
-- Authorities that follow the data folder's own, and which of them each kiosk trusts.
CREATE TABLE hub_authority (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, certificate text NOT NULL, cross_certificate text NOT NULL, sealed bytea NOT NULL,
  fingerprint text NOT NULL, made_at bigint NOT NULL, in_force_at bigint);
ALTER TABLE kiosk ADD COLUMN trusts text;
`,
  },
  keyFilesMigration,
  {
    version: 260,
    sql: `
-- The transaction that changed the person: grants that it made itself are of what it changed.
ALTER TABLE correction ADD COLUMN made bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint;
`,
  },
]
