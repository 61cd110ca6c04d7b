/**
 * Who holds a kiosk's opening key, and with which key of their own. `gone_at`: that own key was given up, for good: its
 * person was removed, or chose another PIN.
 */
export const holdersMigration = `
ALTER TABLE kiosk ADD COLUMN holders_n bigint;
ALTER TABLE kiosk ADD COLUMN pending_holders jsonb;
CREATE TABLE opening_holder (
  kiosk text NOT NULL REFERENCES kiosk, staff text NOT NULL, key bytea NOT NULL, since bigint NOT NULL, gone_at bigint, PRIMARY KEY (kiosk, staff, key));
CREATE INDEX opening_holder_staff ON opening_holder (staff) WHERE gone_at IS NULL;
`

/**
 * Who has named whose own key, with which own key of theirs: the word of somebody who was removed since counts no more.
 * `first`: named by a supervisor's letters, or by the first statement of the kiosk; so is what was known before.
 */
export const holderWordsMigration = `
ALTER TABLE opening_holder ADD COLUMN first boolean NOT NULL DEFAULT false;
UPDATE opening_holder SET first = true;
CREATE TABLE opening_holder_word (
  kiosk text NOT NULL REFERENCES kiosk, key bytea NOT NULL, by_staff text NOT NULL, by_key bytea NOT NULL, PRIMARY KEY (kiosk, key, by_staff, by_key));
`
