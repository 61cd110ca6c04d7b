/**
 * Version 70: names, accounts and references are folded for search as src-shared/protocol/search-text.ts folds them,
 * everywhere.
 */
import { searchFunctions } from '../../src-shared/protocol/search-text.ts'

export const searchMigration = `
${searchFunctions()}
-- What is asked for comes as a tsquery, made by searchTsquery.
CREATE OR REPLACE FUNCTION lodge_found(text, bigint) RETURNS TABLE (pickup text, issued_at bigint, class text, channel text) LANGUAGE sql STABLE
  SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off AS $$
  SELECT s.pickup, s.issued_at, s.class, s.channel FROM pickup_search s WHERE s.search @@ $1::tsquery LIMIT $2
$$;
DROP FUNCTION lodge_query(text);
DROP INDEX recipient_family;
DROP INDEX recipient_given;
DROP INDEX account_prefix;
DROP FUNCTION lodge_fold(text);
-- A person is found by their names, former ones too, and by every account of theirs.
CREATE FUNCTION lodge_recipient_search(id text, family text, given text, former jsonb) RETURNS tsvector LANGUAGE sql STABLE AS $$
  SELECT array_to_tsvector(lodge_words(concat_ws(' ', lodge_person($2, $3, $4), (SELECT string_agg(a.account, ' ') FROM account a WHERE a.recipient = $1))))
$$;
CREATE OR REPLACE FUNCTION lodge_recipient_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.search := lodge_recipient_search(NEW.id, NEW.family, NEW.given, NEW.former_names);
  RETURN NEW;
END $$;
CREATE FUNCTION lodge_accounts_made() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE recipient r SET search = coalesce(r.search, '') || array_to_tsvector(lodge_words(n.accounts))
    FROM (SELECT recipient, string_agg(account, ' ') AS accounts FROM new_rows GROUP BY recipient) n WHERE r.id = n.recipient;
  RETURN NULL;
END $$;
CREATE TRIGGER accounts_made AFTER INSERT ON account REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION lodge_accounts_made();
CREATE FUNCTION lodge_account_told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  UPDATE recipient r SET search = lodge_recipient_search(r.id, r.family, r.given, r.former_names)
    WHERE r.id = OLD.recipient OR (TG_OP = 'UPDATE' AND r.id = NEW.recipient);
  RETURN NULL;
END $$;
CREATE TRIGGER account_told AFTER UPDATE OF account, recipient ON account FOR EACH ROW EXECUTE FUNCTION lodge_account_told();
CREATE TRIGGER account_gone AFTER DELETE ON account FOR EACH ROW EXECUTE FUNCTION lodge_account_told();
UPDATE recipient SET search = lodge_recipient_search(id, family, given, former_names);
UPDATE pickup_search s SET search = array_to_tsvector(lodge_words(concat_ws(' ', lodge_person(r.family, r.given, r.former_names), p.account, p.request_reference)))
  FROM pickup p JOIN recipient r ON r.id = p.recipient WHERE p.id = s.pickup;
`
