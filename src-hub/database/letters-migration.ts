/** Migration 4: postal addresses, what becomes of letters at the post, and the inbox of requests filed at kiosks. */
export const lettersMigration = `
-- Sealed under the master key, as birth dates are.
ALTER TABLE recipient ADD COLUMN address bytea;
ALTER TABLE pickup DROP CONSTRAINT pickup_state_check;
ALTER TABLE pickup ADD CONSTRAINT pickup_state_check CHECK (state IN
  ('unassigned','granted','revoking','handed-over','burned','returned','revoked','dispatched','delivered','returned-by-post'));
CREATE TABLE letter (
  pickup text PRIMARY KEY REFERENCES pickup, tracking text NOT NULL, at bigint NOT NULL,
  ended text CHECK (ended IN ('delivered','returned-by-post')), ended_at bigint);
CREATE INDEX letter_at ON letter (at DESC);
CREATE INDEX letter_tracking ON letter (tracking);
-- Filed at a kiosk by someone nobody has verified: it opens nothing until an agent approves it.
CREATE TABLE delivery_request (
  id text PRIMARY KEY, kiosk text NOT NULL, desk text NOT NULL REFERENCES desk, subject text NOT NULL, account text, recipient text, filed_at bigint NOT NULL,
  received_at bigint NOT NULL, by_staff text, state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting','approved','declined')),
  reason text, reference text UNIQUE, pickup text, decided_at bigint, decided_by text);
CREATE INDEX delivery_request_state ON delivery_request (state, received_at);
CREATE INDEX delivery_request_subject ON delivery_request (subject, received_at);
CREATE TABLE request_number (year int PRIMARY KEY, n bigint NOT NULL);
`
