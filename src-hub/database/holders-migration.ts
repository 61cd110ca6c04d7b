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
