/**
 * Where people come from: sources, what each has brought (`people_link`), and a report of every time one was read.
 * `sealed` holds what is personal, or secret, under the hub's master key, and of a row only until it is carried out.
 */
export const peopleSourcesMigration = {
  version: 200,
  sql: `
CREATE TABLE people_source (
  id text PRIMARY KEY, name text NOT NULL, enabled boolean NOT NULL, every_minutes bigint, brake_percent bigint NOT NULL,
  settings jsonb NOT NULL, sealed bytea, created_at bigint NOT NULL, created_by text NOT NULL,
  removed_at bigint, removed_by text,
  -- Where the next reading of changes begins, and when everybody was read last.
  mark text, full_at bigint, next_at bigint);
CREATE TABLE people_run (
  id text PRIMARY KEY, source text NOT NULL REFERENCES people_source, kind text NOT NULL, reading text NOT NULL,
  state text NOT NULL, started_at bigint NOT NULL, ended_at bigint, by text NOT NULL, confirmed_by text,
  read bigint NOT NULL DEFAULT 0, unchanged bigint NOT NULL DEFAULT 0, adds bigint NOT NULL DEFAULT 0,
  changes bigint NOT NULL DEFAULT 0, ends bigint NOT NULL DEFAULT 0, refused bigint NOT NULL DEFAULT 0,
  applied bigint NOT NULL DEFAULT 0, problem jsonb, mark text, lease text, lease_until bigint);
-- One at a time of each source; previews and reports that are over are no longer in the way.
CREATE UNIQUE INDEX people_run_open ON people_run (source) WHERE state IN ('waiting','reading','applying');
CREATE INDEX people_run_source ON people_run (source, started_at);
CREATE TABLE people_run_row (
  run text NOT NULL REFERENCES people_run ON DELETE CASCADE, n bigint NOT NULL, what text NOT NULL, place text NOT NULL,
  key text NOT NULL, account text NOT NULL, recipient text, fields jsonb NOT NULL, sealed bytea, state text NOT NULL,
  problem text, params jsonb, PRIMARY KEY (run, n));
CREATE INDEX people_run_row_account ON people_run_row (account);
-- What is still to be carried out, in its order: piece by piece, whatever is done already.
CREATE INDEX people_run_row_planned ON people_run_row (run, n) WHERE state = 'planned';
-- key: what the source calls the person, for good. gone_at: the source no longer has them; before: the end of the
-- account as it was until then.
CREATE TABLE people_link (
  source text NOT NULL REFERENCES people_source, key text NOT NULL, account text NOT NULL, recipient text NOT NULL,
  made_at bigint NOT NULL, changed_at bigint NOT NULL, external_id text, gone_at bigint, before text,
  PRIMARY KEY (source, key));
CREATE INDEX people_link_account ON people_link (lower(account));
CREATE INDEX people_link_recipient ON people_link (recipient);
`,
} as const
