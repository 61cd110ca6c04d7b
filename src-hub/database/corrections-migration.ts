/**
 * People who were changed, noted by the database itself in the statement that changes them, so that no way of changing
 * somebody can leave the desks with an old value. `corrections/` tells the desks and takes the notes away.
 */
export const correctionsMigration = {
  version: 170,
  sql: `
-- A birth date that was changed or removed by hand could leave its index behind: filled in anew at the next start.
UPDATE recipient SET birth_blind = NULL WHERE birth_blind IS NOT NULL
  AND (birth_date IS NULL OR id IN (SELECT detail->>'recipient' FROM audit WHERE act = 'birth-date-set'));
ALTER TABLE recipient ADD CONSTRAINT recipient_birth_index CHECK (birth_blind IS NULL OR birth_date IS NOT NULL);
-- namesakes: whoever shares a birth date with them may have got or lost a namesake; birth: a blind index that is no
-- longer theirs.
-- looked: every transaction that may have read the old value is older than this one.
CREATE TABLE correction (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, recipient text NOT NULL,
  namesakes boolean NOT NULL DEFAULT false, birth bytea, looked bigint);
CREATE FUNCTION lodge_people_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- A date that is sealed anew is the same date while its index is the same.
  INSERT INTO correction (recipient, namesakes, birth)
    SELECT n.id, (n.family, n.given, n.former_names, n.birth_blind) IS DISTINCT FROM (o.family, o.given, o.former_names, o.birth_blind),
      CASE WHEN o.birth_blind IS DISTINCT FROM n.birth_blind THEN o.birth_blind END
    FROM new_rows n JOIN old_rows o ON o.id = n.id
    WHERE (n.class, n.family, n.given, n.former_names, n.language, CASE WHEN n.birth_blind IS NULL THEN n.birth_date END, n.birth_blind, n.sponsor, n.address)
      IS DISTINCT FROM (o.class, o.family, o.given, o.former_names, o.language, CASE WHEN o.birth_blind IS NULL THEN o.birth_date END, o.birth_blind, o.sponsor, o.address);
  RETURN NULL;
END $$;
CREATE FUNCTION lodge_people_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO correction (recipient, namesakes) SELECT id, true FROM new_rows WHERE birth_blind IS NOT NULL;
  RETURN NULL;
END $$;
CREATE FUNCTION lodge_people_went() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO correction (recipient, namesakes, birth) SELECT id, true, birth_blind FROM old_rows WHERE birth_blind IS NOT NULL;
  RETURN NULL;
END $$;
CREATE FUNCTION lodge_cards_came() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO correction (recipient) SELECT DISTINCT recipient FROM new_rows;
  RETURN NULL;
END $$;
CREATE FUNCTION lodge_cards_went() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO correction (recipient) SELECT DISTINCT recipient FROM old_rows;
  RETURN NULL;
END $$;
CREATE FUNCTION lodge_accounts_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO correction (recipient) SELECT DISTINCT n.recipient FROM new_rows n JOIN old_rows o ON o.account = n.account
    WHERE n.valid_until IS DISTINCT FROM o.valid_until;
  RETURN NULL;
END $$;
CREATE TRIGGER people_changed AFTER UPDATE ON recipient REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION lodge_people_changed();
CREATE TRIGGER people_came AFTER INSERT ON recipient REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION lodge_people_came();
CREATE TRIGGER people_went AFTER DELETE ON recipient REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION lodge_people_went();
CREATE TRIGGER cards_came AFTER INSERT ON card REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION lodge_cards_came();
CREATE TRIGGER cards_went AFTER DELETE ON card REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION lodge_cards_went();
CREATE TRIGGER accounts_changed AFTER UPDATE ON account REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION lodge_accounts_changed();
-- Which changes of the feed this kiosk takes, as it said with its last poll.
ALTER TABLE kiosk ADD COLUMN feed_changes bigint NOT NULL DEFAULT 1;
-- What was changed before is told once.
INSERT INTO correction (recipient) SELECT DISTINCT recipient FROM pickup WHERE state = 'granted';
`,
} as const
