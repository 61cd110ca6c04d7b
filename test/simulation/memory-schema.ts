/**
 * The hub's tables for the store in memory: columns and constraints as in src-hub/database/migrations.ts, in SQLite's
 * words.
 */
export const memorySchema = `
CREATE TABLE hub (one int PRIMARY KEY DEFAULT 1 CHECK (one = 1), incarnation text NOT NULL, holding boolean NOT NULL DEFAULT 0);
CREATE TABLE incarnation (id text PRIMARY KEY, begun_at bigint NOT NULL);
CREATE TABLE hub_mark (hub text PRIMARY KEY, n bigint NOT NULL, at bigint NOT NULL, system text, timeline bigint, lsn text);
CREATE TABLE organisation (one int PRIMARY KEY DEFAULT 1 CHECK (one = 1), name jsonb NOT NULL, change_address text NOT NULL, self_service_address text NOT NULL, time_zone text NOT NULL DEFAULT 'Europe/Helsinki');
CREATE TABLE setting (key text PRIMARY KEY, value jsonb NOT NULL);
CREATE TABLE policy (one int PRIMARY KEY DEFAULT 1 CHECK (one = 1), record jsonb NOT NULL);
CREATE TABLE unit (id text PRIMARY KEY, name jsonb NOT NULL, address text NOT NULL, hours jsonb, key text UNIQUE);
CREATE TABLE desk (id text PRIMARY KEY, unit text NOT NULL REFERENCES unit, kind text NOT NULL, name jsonb NOT NULL, slip_prefix text NOT NULL, head bigint NOT NULL DEFAULT 0, hours jsonb, key text UNIQUE);
CREATE TABLE kiosk (
  id text PRIMARY KEY, desk text NOT NULL REFERENCES desk, state text NOT NULL CHECK (state IN ('active','replaced','written-off')),
  sign_key bytea NOT NULL, opening_key bytea, acked bigint NOT NULL DEFAULT 0, head_hash text NOT NULL, frozen boolean NOT NULL DEFAULT 0,
  last_contact bigint, enrolled_at bigint NOT NULL, generation bigint NOT NULL DEFAULT 0, reported text, challenge text, kept bigint NOT NULL DEFAULT 0, kept_bytes bigint NOT NULL DEFAULT 0,
  pending_key bytea, pending_since bigint, pending_tries int NOT NULL DEFAULT 0, pending_holders jsonb, holders_n bigint,
  kind text NOT NULL DEFAULT 'desk' CHECK (kind IN ('desk','check-in')), feed_changes bigint NOT NULL DEFAULT 1, trusts text);
CREATE TABLE refused_opening_key (kiosk text NOT NULL REFERENCES kiosk, key bytea NOT NULL, at bigint NOT NULL, by text NOT NULL, PRIMARY KEY (kiosk, key));
CREATE TABLE opening_holder (kiosk text NOT NULL REFERENCES kiosk, staff text NOT NULL, key bytea NOT NULL, since bigint NOT NULL, gone_at bigint, first boolean NOT NULL DEFAULT 0, PRIMARY KEY (kiosk, staff, key));
CREATE TABLE opening_holder_word (kiosk text NOT NULL REFERENCES kiosk, key bytea NOT NULL, by_staff text NOT NULL, by_key bytea NOT NULL, PRIMARY KEY (kiosk, key, by_staff, by_key));
CREATE TABLE given_up (kiosk text NOT NULL, seq bigint NOT NULL, pickup text NOT NULL, at bigint NOT NULL, PRIMARY KEY (kiosk, seq));
CREATE UNIQUE INDEX kiosk_one_active ON kiosk (desk) WHERE state = 'active' AND kind = 'desk';
CREATE TABLE enrolment_code (token_hash bytea PRIMARY KEY, desk text NOT NULL REFERENCES desk, expires_at bigint NOT NULL, used_by text, nonce text, reply text, kind text NOT NULL DEFAULT 'desk');
CREATE TABLE nonce (kiosk text NOT NULL, nonce text NOT NULL, at bigint NOT NULL, PRIMARY KEY (kiosk, nonce));
CREATE TABLE staff (id text PRIMARY KEY, name text NOT NULL, role text NOT NULL, key text UNIQUE);
CREATE TABLE staff_desk (staff text NOT NULL REFERENCES staff, desk text NOT NULL REFERENCES desk, PRIMARY KEY (staff, desk));
CREATE TABLE badge (staff text NOT NULL REFERENCES staff, sealed bytea NOT NULL, blind bytea PRIMARY KEY);
CREATE TABLE recipient (id text PRIMARY KEY, class text NOT NULL, family text NOT NULL, given text NOT NULL, former_names jsonb NOT NULL, language text NOT NULL, birth_date bytea, sponsor text, address bytea, birth_blind bytea, identity_blind bytea, search jsonb);
CREATE TABLE account (account text PRIMARY KEY, recipient text NOT NULL REFERENCES recipient, valid_until text);
CREATE TABLE card (recipient text NOT NULL REFERENCES recipient, sealed bytea NOT NULL, blind bytea PRIMARY KEY);
CREATE TABLE hub_authority (
  n integer PRIMARY KEY AUTOINCREMENT, certificate text NOT NULL, cross_certificate text NOT NULL, sealed bytea NOT NULL,
  fingerprint text NOT NULL, made_at bigint NOT NULL, in_force_at bigint);
CREATE TABLE pickup (
  id text PRIMARY KEY, account text NOT NULL REFERENCES account, recipient text NOT NULL REFERENCES recipient, desk text REFERENCES desk, channel text NOT NULL,
  request_reference text, secret_kind text NOT NULL,
  state text NOT NULL CHECK (state IN ('unassigned','granted','revoking','handed-over','burned','returned','revoked','dispatched','delivered','returned-by-post')),
  epoch_n bigint NOT NULL DEFAULT 0, pickup_code bytea NOT NULL, issued_at bigint NOT NULL, expires_at bigint NOT NULL,
  secret_days int NOT NULL DEFAULT 0, secret_ends int NOT NULL DEFAULT 0, moving_to text REFERENCES desk, held boolean NOT NULL DEFAULT 0,
  ending text NOT NULL DEFAULT 'revoked' CHECK (ending IN ('revoked','returned','superseded')), replaced_by text REFERENCES pickup, walk_in text);
CREATE UNIQUE INDEX pickup_one_live ON pickup (account) WHERE state IN ('unassigned','granted') OR (state = 'revoking' AND moving_to IS NOT NULL);
CREATE TABLE "grant" (
  pickup text NOT NULL REFERENCES pickup, incarnation text NOT NULL, n bigint NOT NULL, kiosk text NOT NULL REFERENCES kiosk,
  state text NOT NULL CHECK (state IN ('granted','revoking','acknowledged','ended','written-off')), at bigint NOT NULL, record text NOT NULL, PRIMARY KEY (pickup, incarnation, n));
CREATE UNIQUE INDEX grant_one_open ON "grant" (pickup) WHERE state IN ('granted','revoking');
CREATE TABLE letter (pickup text PRIMARY KEY REFERENCES pickup, tracking text NOT NULL, at bigint NOT NULL, ended text, ended_at bigint);
CREATE TABLE delivery_request (
  id text PRIMARY KEY, kiosk text NOT NULL, desk text NOT NULL REFERENCES desk, subject text NOT NULL, account text, recipient text, filed_at bigint NOT NULL,
  received_at bigint NOT NULL, by_staff text, state text NOT NULL DEFAULT 'waiting', reason text, reference text UNIQUE, pickup text, decided_at bigint, decided_by text);
CREATE TABLE request_number (year int PRIMARY KEY, n bigint NOT NULL);
CREATE TABLE feed (desk text NOT NULL, seq bigint NOT NULL, body text NOT NULL, PRIMARY KEY (desk, seq));
CREATE TABLE ledger_entry (
  kiosk text NOT NULL, seq bigint NOT NULL, kind text NOT NULL, pickup text, time bigint NOT NULL, bytes text NOT NULL, hash text NOT NULL, signature text,
  received_at bigint NOT NULL, poison boolean NOT NULL, PRIMARY KEY (kiosk, seq));
CREATE TABLE handover (pickup text PRIMARY KEY, kiosk text NOT NULL, seq bigint NOT NULL, slip text NOT NULL, at bigint NOT NULL, quarantine bigint);
CREATE TABLE quarantine (
  id integer PRIMARY KEY AUTOINCREMENT, kiosk text NOT NULL REFERENCES kiosk, seq bigint NOT NULL, kind text NOT NULL, pickup text, time bigint NOT NULL,
  prev text NOT NULL, hash text NOT NULL, bytes bytea NOT NULL, signature text, vouched_by text NOT NULL, reason text NOT NULL CHECK (reason IN ('frozen','apart')),
  received_at bigint NOT NULL, UNIQUE (kiosk, hash));
CREATE TABLE dispute (id integer PRIMARY KEY AUTOINCREMENT, pickup text NOT NULL, kiosk text NOT NULL, seq bigint NOT NULL, at bigint NOT NULL, closed_at bigint, closed_by text, quarantine bigint);
CREATE TABLE alarm (id integer PRIMARY KEY AUTOINCREMENT, kind text NOT NULL, kiosk text, pickup text, detail text NOT NULL, at bigint NOT NULL, closed_at bigint, closed_by text);
CREATE TABLE audit (id integer PRIMARY KEY AUTOINCREMENT, at bigint NOT NULL, actor text NOT NULL, act text NOT NULL, pickup text, desk text, detail jsonb NOT NULL);
CREATE TABLE desk_work (
  id integer PRIMARY KEY AUTOINCREMENT, kind text NOT NULL CHECK (kind IN ('grant','replace')), subject text NOT NULL, desk text NOT NULL REFERENCES desk,
  actor text NOT NULL, wanted bigint NOT NULL DEFAULT 1, place_at bigint, place_id text, total bigint NOT NULL, done bigint NOT NULL DEFAULT 0,
  reissued bigint NOT NULL DEFAULT 0, held bigint NOT NULL DEFAULT 0, created_at bigint NOT NULL, turn bigint NOT NULL, ended_at bigint, lease text, lease_until bigint);
CREATE UNIQUE INDEX desk_work_open ON desk_work (kind, subject) WHERE ended_at IS NULL;
CREATE TABLE secret_job (
  id integer PRIMARY KEY AUTOINCREMENT, account text NOT NULL, pickup text NOT NULL, kind text NOT NULL CHECK (kind IN ('set','disable','enable','prolong','warn','expire')),
  forced boolean NOT NULL DEFAULT 0, state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','running','done','failed','cancelled','moot')),
  attempts bigint NOT NULL DEFAULT 0, not_before bigint NOT NULL, lease text, lease_until bigint, asked boolean NOT NULL DEFAULT 0, outcome text,
  created_at bigint NOT NULL, ended_at bigint, stamp text);
CREATE UNIQUE INDEX secret_job_one_set ON secret_job (pickup) WHERE kind = 'set' AND state IN ('pending','running');
CREATE TABLE api_token (
  id text PRIMARY KEY, name text NOT NULL, role text NOT NULL, hash bytea NOT NULL, created_at bigint NOT NULL, created_by text NOT NULL, expires_at bigint NOT NULL,
  revoked_at bigint, revoked_by text, last_used_at bigint);
CREATE TABLE import (
  id text PRIMARY KEY, name text NOT NULL, state text NOT NULL, created_at bigint NOT NULL, created_by text NOT NULL, role text NOT NULL, supersede boolean NOT NULL,
  bytes bigint NOT NULL DEFAULT 0, parts bigint NOT NULL DEFAULT 0, rows bigint NOT NULL DEFAULT 0, ready bigint NOT NULL DEFAULT 0,
  refused bigint NOT NULL DEFAULT 0, done bigint NOT NULL DEFAULT 0, problem jsonb, lease text, lease_until bigint, ended_at bigint);
CREATE TABLE import_part (import text NOT NULL, part bigint NOT NULL, sealed bytea NOT NULL, PRIMARY KEY (import, part));
CREATE TABLE import_row (
  import text NOT NULL, line bigint NOT NULL, account text NOT NULL, pickup jsonb, person bytea, state text NOT NULL, problem text, params jsonb, issued text,
  PRIMARY KEY (import, line));
CREATE TABLE webhook_target (
  id text PRIMARY KEY, url text NOT NULL, sealed bytea NOT NULL, events jsonb NOT NULL, created_at bigint NOT NULL, created_by text NOT NULL, removed_at bigint, removed_by text);
CREATE TABLE webhook_event (
  id integer PRIMARY KEY AUTOINCREMENT, kind text NOT NULL, pickup text, desk text, target text, at bigint NOT NULL, fanned boolean NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX webhook_event_expiring ON webhook_event (pickup) WHERE kind = 'expiring';
CREATE UNIQUE INDEX webhook_event_secret_expiring ON webhook_event (pickup) WHERE kind = 'secret-expiring';
CREATE TABLE webhook_delivery (
  event bigint NOT NULL, target text NOT NULL, state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','delivered','dead')),
  attempts bigint NOT NULL DEFAULT 0, not_before bigint NOT NULL, lease_until bigint, status bigint, error text, ended_at bigint, PRIMARY KEY (event, target));
${['ledger_entry', 'quarantine', 'handover', 'audit']
  .flatMap((table) =>
    ['UPDATE', 'DELETE'].map(
      (verb) =>
        `CREATE TRIGGER ${table}_${verb} BEFORE ${verb} ON ${table} BEGIN SELECT RAISE(ABORT, 'append-only'); END;`,
    ),
  )
  .join('\n')}
`
