/** Migration 7, the console's: accounts and sessions, settings, search, and what tells hub processes of changes. */
const words = `
-- Words of a text as they are searched: without accents and case, ø as o, ß as ss. The same function folds what is looked for.
CREATE FUNCTION lodge_words(text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT left(w, 60)), '{}') FROM regexp_split_to_table(
    lower(regexp_replace(normalize(replace(replace(replace(translate($1, 'øØłŁđĐı', 'oOlLdDi'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss'), NFKD), '[\\u0300-\\u036f]', '', 'g')),
    '[[:space:][:punct:]]+') AS w WHERE w <> ''
$$;
-- Each word looked for as the beginning of one. Words hold no punctuation, so quoting cannot be talked round.
CREATE FUNCTION lodge_query(text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT string_agg(quote_literal(w) || ':*', ' & ')::tsquery FROM unnest(lodge_words($1)) w
$$;
CREATE FUNCTION lodge_person(family text, given text, former jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT concat_ws(' ', given, family, (SELECT string_agg(concat_ws(' ', f->>'given', f->>'family'), ' ') FROM jsonb_array_elements(former) f))
$$;
`

const accounts = `
CREATE TABLE console_account (
  username text PRIMARY KEY, name text NOT NULL, role text NOT NULL CHECK (role IN ('agent','hr','supervisor','auditor','administrator')),
  by text NOT NULL CHECK (by IN ('local','oidc')), password text, subject text UNIQUE, disabled boolean NOT NULL DEFAULT false, created_at bigint NOT NULL, last_sign_in bigint,
  CHECK ((by = 'oidc') = (subject IS NOT NULL)), CHECK (by = 'local' OR password IS NULL));
CREATE TABLE console_session (
  id_hash bytea PRIMARY KEY, id text NOT NULL UNIQUE, username text NOT NULL REFERENCES console_account ON DELETE CASCADE, started_at bigint NOT NULL, seen_at bigint NOT NULL,
  ends_at bigint NOT NULL, browser text NOT NULL);
CREATE INDEX console_session_username ON console_session (username);
CREATE TABLE one_time_link (token_hash bytea PRIMARY KEY, username text REFERENCES console_account ON DELETE CASCADE, expires_at bigint NOT NULL);
CREATE TABLE sign_in_try (username text PRIMARY KEY, tries bigint NOT NULL, locked_until bigint NOT NULL, at bigint NOT NULL);
CREATE TABLE oidc_attempt (state_hash bytea PRIMARY KEY, verifier text NOT NULL, nonce text NOT NULL, expires_at bigint NOT NULL);
CREATE TABLE IF NOT EXISTS setting (key text PRIMARY KEY, value jsonb NOT NULL);
CREATE TABLE policy_version (version bigint PRIMARY KEY, record jsonb NOT NULL, at bigint NOT NULL, by text NOT NULL, note text NOT NULL);
CREATE TABLE desk_light (desk text PRIMARY KEY REFERENCES desk, amber_since bigint, alarmed boolean NOT NULL DEFAULT false);
CREATE INDEX audit_actor ON audit (actor, id);
`

const search = `
-- Apart from the pickups: what is searched does not change when a pickup's state does.
CREATE TABLE pickup_search (pickup text PRIMARY KEY REFERENCES pickup ON DELETE CASCADE, issued_at bigint NOT NULL, class text NOT NULL, channel text NOT NULL, search tsvector NOT NULL);
ALTER TABLE recipient ADD COLUMN search tsvector;
CREATE FUNCTION lodge_recipient_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  NEW.search := array_to_tsvector(lodge_words(lodge_person(NEW.family, NEW.given, NEW.former_names)));
  RETURN NEW;
END $$;
CREATE TRIGGER recipient_words BEFORE INSERT OR UPDATE OF family, given, former_names ON recipient FOR EACH ROW EXECUTE FUNCTION lodge_recipient_words();
CREATE FUNCTION lodge_pickups_issued() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO pickup_search (pickup, issued_at, class, channel, search)
    SELECT n.id, n.issued_at, r.class, n.channel, array_to_tsvector(lodge_words(concat_ws(' ', lodge_person(r.family, r.given, r.former_names), n.account, n.request_reference)))
    FROM new_rows n JOIN recipient r ON r.id = n.recipient;
  RETURN NULL;
END $$;
CREATE TRIGGER pickups_issued AFTER INSERT ON pickup REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION lodge_pickups_issued();
CREATE FUNCTION lodge_search_again(about text) RETURNS void LANGUAGE sql AS $$
  UPDATE pickup_search s SET class = r.class, channel = p.channel,
    search = array_to_tsvector(lodge_words(concat_ws(' ', lodge_person(r.family, r.given, r.former_names), p.account, p.request_reference)))
    FROM pickup p JOIN recipient r ON r.id = p.recipient WHERE p.id = s.pickup AND p.id = about
$$;
CREATE FUNCTION lodge_pickup_told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM lodge_search_again(NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER pickup_told AFTER UPDATE OF account, recipient, request_reference ON pickup FOR EACH ROW EXECUTE FUNCTION lodge_pickup_told();
CREATE FUNCTION lodge_recipient_told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  PERFORM lodge_search_again(p.id) FROM pickup p WHERE p.recipient = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER recipient_told AFTER UPDATE OF family, given, former_names, class ON recipient FOR EACH ROW EXECUTE FUNCTION lodge_recipient_told();
UPDATE recipient SET family = family;
INSERT INTO pickup_search (pickup, issued_at, class, channel, search)
  SELECT p.id, p.issued_at, r.class, p.channel, array_to_tsvector(lodge_words(concat_ws(' ', lodge_person(r.family, r.given, r.former_names), p.account, p.request_reference)))
  FROM pickup p JOIN recipient r ON r.id = p.recipient;
CREATE INDEX pickup_search_words ON pickup_search USING gin (search);
-- PostgreSQL takes the beginning of any word to be in one row of fifty, and would rather walk the whole table for a rare one: here the index of words is asked first.
CREATE FUNCTION lodge_found(text, bigint) RETURNS TABLE (pickup text, issued_at bigint, class text, channel text) LANGUAGE sql STABLE
  SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off AS $$
  SELECT s.pickup, s.issued_at, s.class, s.channel FROM pickup_search s WHERE s.search @@ lodge_query($1) LIMIT $2
$$;
CREATE INDEX pickup_search_class ON pickup_search (class, issued_at DESC, pickup DESC);
CREATE INDEX pickup_search_channel ON pickup_search (channel, issued_at DESC, pickup DESC);
CREATE INDEX pickup_search_newest ON pickup_search (issued_at DESC, pickup DESC);
CREATE INDEX pickup_newest ON pickup (issued_at DESC, id DESC);
CREATE INDEX pickup_desk_newest ON pickup (desk, issued_at DESC, id DESC);
CREATE INDEX pickup_open_newest ON pickup (state, issued_at DESC, id DESC) WHERE state <> 'handed-over';
CREATE INDEX pickup_recipient ON pickup (recipient);
CREATE INDEX pickup_replaced ON pickup (replaced_by) WHERE replaced_by IS NOT NULL;
CREATE INDEX recipient_words ON recipient USING gin (search);
CREATE INDEX account_recipient ON account (recipient);
CREATE INDEX account_beginning ON account (lower(account) text_pattern_ops);
CREATE INDEX badge_staff ON badge (staff);
CREATE INDEX handover_at ON handover (at);
-- Appended at its right end. Kinds that are seen seldom have an index of their own: of the others the newest are never far.
CREATE INDEX ledger_received ON ledger_entry (received_at, kiosk, seq);
CREATE INDEX ledger_seldom ON ledger_entry (kind, received_at, kiosk, seq) WHERE kind NOT IN
  ('arrival','verification','slip-intended','slip-printed','handed-over','staff-signed-in','staff-signed-out');
`

const telling = `
-- What changed, for consoles: a hint over LISTEN/NOTIFY to every hub process; the lists are the truth.
CREATE FUNCTION lodge_tell_pickups() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE many bigint; BEGIN
  IF TG_OP = 'INSERT' THEN
    SELECT count(*) INTO many FROM new_rows;
    IF many > 20 THEN PERFORM pg_notify('lodge_console', '{"about":"pickups"}');
    ELSE PERFORM pg_notify('lodge_console', json_build_object('about', 'pickup', 'pickup', id, 'state', state, 'desk', desk)::text) FROM new_rows; END IF;
  ELSE
    SELECT count(*) INTO many FROM new_rows n JOIN old_rows o USING (id) WHERE n.state <> o.state OR n.desk IS DISTINCT FROM o.desk OR n.expires_at <> o.expires_at;
    IF many > 20 THEN PERFORM pg_notify('lodge_console', '{"about":"pickups"}');
    ELSIF many > 0 THEN PERFORM pg_notify('lodge_console', json_build_object('about', 'pickup', 'pickup', n.id, 'state', n.state, 'desk', n.desk)::text)
      FROM new_rows n JOIN old_rows o USING (id) WHERE n.state <> o.state OR n.desk IS DISTINCT FROM o.desk OR n.expires_at <> o.expires_at; END IF;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tell_issued AFTER INSERT ON pickup REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION lodge_tell_pickups();
CREATE TRIGGER tell_changed AFTER UPDATE ON pickup REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION lodge_tell_pickups();
CREATE FUNCTION lodge_tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  CASE TG_TABLE_NAME
    WHEN 'alarm' THEN PERFORM pg_notify('lodge_console', json_build_object('about', 'alarm', 'id', NEW.id, 'kind', to_jsonb(NEW)->>'kind')::text);
    WHEN 'dispute' THEN PERFORM pg_notify('lodge_console', json_build_object('about', 'dispute', 'id', NEW.id)::text);
    ELSE PERFORM pg_notify('lodge_console', json_build_object('about', 'desk', 'desk', coalesce(to_jsonb(NEW)->>'desk', to_jsonb(NEW)->>'id'))::text);
  END CASE;
  RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON alarm FOR EACH ROW EXECUTE FUNCTION lodge_tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON dispute FOR EACH ROW EXECUTE FUNCTION lodge_tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON desk_light FOR EACH ROW EXECUTE FUNCTION lodge_tell();
CREATE TRIGGER tell_enrolled AFTER INSERT ON kiosk FOR EACH ROW EXECUTE FUNCTION lodge_tell();
CREATE TRIGGER tell_changed AFTER UPDATE ON kiosk FOR EACH ROW
  WHEN (OLD.state <> NEW.state OR OLD.frozen <> NEW.frozen OR OLD.opening_key IS DISTINCT FROM NEW.opening_key OR coalesce(OLD.last_contact, 0) < coalesce(NEW.last_contact, 0) - 120000)
  EXECUTE FUNCTION lodge_tell();
`

export const consoleMigration = words + accounts + search + telling
