/**
 * Version 6: people are found at a desk, walk-ins are issued for against their proof, recipients are identified on
 * their own phones.
 */
export const walkInMigration = `
-- A person is found by a document's birth date and by the beginning of a name; identity codes are compared, never kept.
ALTER TABLE recipient ADD COLUMN birth_blind bytea;
ALTER TABLE recipient ADD COLUMN identity_blind bytea;
CREATE INDEX recipient_birth ON recipient (birth_blind) WHERE birth_blind IS NOT NULL;
CREATE INDEX recipient_birth_owed ON recipient (id) WHERE birth_blind IS NULL AND birth_date IS NOT NULL;
CREATE FUNCTION lodge_fold(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT translate(lower(name), 'åäáàâãāăąæéèêëēėęěíìîïīįóòôõöøōőúùûüūůűųýÿñńňçćčšśžźżðđďłťřßğ-''’.', 'aaaaaaaaaaeeeeeeeeiiiiiioooooooouuuuuuuuyynnncccsszzzdddltrsg ') $$;
CREATE INDEX recipient_family ON recipient (lodge_fold(family) text_pattern_ops);
CREATE INDEX recipient_given ON recipient (lodge_fold(given) text_pattern_ops);
CREATE INDEX account_prefix ON account (account text_pattern_ops);
-- A secret issued to a person who stands at a desk: only against the signed entry that says they were verified there, and once.
CREATE INDEX ledger_walk_in ON ledger_entry (kiosk, seq DESC) WHERE kind = 'walk-in-verified';
CREATE TABLE walk_in (
  id text PRIMARY KEY, kiosk text NOT NULL REFERENCES kiosk, seq bigint, staff text, proof text, method text,
  pickup text UNIQUE REFERENCES pickup, state text NOT NULL CHECK (state IN ('issued','abandoned')), at bigint NOT NULL,
  CHECK (state <> 'issued' OR (seq IS NOT NULL AND staff IS NOT NULL AND proof IS NOT NULL AND method IS NOT NULL AND pickup IS NOT NULL)));
-- Told to the kiosk with the first grant, which is bound to the proof there.
ALTER TABLE pickup ADD COLUMN walk_in text UNIQUE;
CREATE FUNCTION walk_in_rules() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'walk-ins are kept'; END IF;
  IF TG_OP = 'UPDATE' AND (NEW.id <> OLD.id OR NEW.kiosk <> OLD.kiosk OR NEW.seq IS DISTINCT FROM OLD.seq OR NEW.staff IS DISTINCT FROM OLD.staff
    OR NEW.proof IS DISTINCT FROM OLD.proof OR NEW.method IS DISTINCT FROM OLD.method
    OR NEW.pickup IS DISTINCT FROM OLD.pickup OR OLD.state = 'abandoned') THEN RAISE EXCEPTION 'a walk-in is fixed'; END IF;
  IF TG_OP = 'INSERT' AND NEW.state = 'issued' AND NOT EXISTS (SELECT 1 FROM ledger_entry e WHERE e.kiosk = NEW.kiosk AND e.seq = NEW.seq
    AND e.kind = 'walk-in-verified' AND NOT e.poison AND e.bytes::jsonb #>> '{facts,walkIn}' = NEW.id AND e.bytes::jsonb ->> 'actor' = NEW.staff)
    THEN RAISE EXCEPTION 'a walk-in without its verification'; END IF;
  RETURN NEW; END $$;
CREATE TRIGGER walk_in_rules BEFORE INSERT OR UPDATE OR DELETE ON walk_in FOR EACH ROW EXECUTE FUNCTION walk_in_rules();
-- One try to identify a recipient on their own phone. A try that has ended is removed after a day; what came of it stays in the audit.
CREATE TABLE e_id (
  id text PRIMARY KEY, pickup text NOT NULL REFERENCES pickup, kiosk text NOT NULL REFERENCES kiosk, staff text NOT NULL,
  state text NOT NULL CHECK (state IN ('waiting','opened','exchanging','proved','failed','spent')), code text, word_hash bytea NOT NULL UNIQUE,
  state_hash bytea UNIQUE, browser_hash bytea, nonce text, verifier bytea, created_at bigint NOT NULL, expires_at bigint NOT NULL, opened_at bigint, ended_at bigint, acr text);
CREATE UNIQUE INDEX e_id_one_live ON e_id (pickup) WHERE state IN ('waiting','opened','exchanging');
CREATE INDEX e_id_ended ON e_id (created_at);
CREATE FUNCTION e_id_rules() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'INSERT' AND NEW.state <> 'waiting' THEN RAISE EXCEPTION 'an e-ID begins waiting'; END IF;
  IF TG_OP = 'UPDATE' AND (NEW.id <> OLD.id OR NEW.pickup <> OLD.pickup OR NEW.kiosk <> OLD.kiosk OR NEW.staff <> OLD.staff
    OR (NEW.state <> OLD.state AND NOT (
      (OLD.state = 'waiting' AND NEW.state IN ('opened','failed')) OR (OLD.state = 'opened' AND NEW.state IN ('exchanging','failed'))
      OR (OLD.state = 'exchanging' AND NEW.state IN ('proved','failed')) OR (OLD.state = 'proved' AND NEW.state IN ('spent','failed'))))) THEN
    RAISE EXCEPTION 'an e-ID goes forward only'; END IF;
  RETURN NEW; END $$;
CREATE TRIGGER e_id_rules BEFORE INSERT OR UPDATE ON e_id FOR EACH ROW EXECUTE FUNCTION e_id_rules();
`
