/**
 * An opening key that the kiosk's signing key alone asked for waits for a supervisor; one that was refused, or
 * superseded, never comes back.
 */
export const openingKeysMigration = `
ALTER TABLE kiosk ADD COLUMN pending_key bytea;
ALTER TABLE kiosk ADD COLUMN pending_since bigint;
ALTER TABLE kiosk ADD COLUMN pending_tries int NOT NULL DEFAULT 0;
CREATE TABLE refused_opening_key (kiosk text NOT NULL REFERENCES kiosk, key bytea NOT NULL, at bigint NOT NULL, by text NOT NULL, PRIMARY KEY (kiosk, key));
-- What kiosks gave up unasked, for a month: many at once look like a theft.
CREATE TABLE given_up (kiosk text NOT NULL, seq bigint NOT NULL, pickup text NOT NULL, at bigint NOT NULL, PRIMARY KEY (kiosk, seq));
CREATE INDEX given_up_at ON given_up (kiosk, at);
-- A watching console hears of it.
CREATE TRIGGER tell_opening_key AFTER UPDATE ON kiosk FOR EACH ROW
  WHEN (OLD.pending_key IS DISTINCT FROM NEW.pending_key) EXECUTE FUNCTION lodge_tell();
`
