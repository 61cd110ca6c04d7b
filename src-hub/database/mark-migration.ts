/**
 * Version 30: incarnations that there have been, and what each hub remembers of this database outside of it
 * (src-hub/marks).
 */
export const markMigration = {
  version: 30,
  sql: `
CREATE TABLE incarnation (id text PRIMARY KEY, begun_at bigint NOT NULL);
INSERT INTO incarnation (id, begun_at) SELECT incarnation, 0 FROM hub;
CREATE TABLE hub_mark (
  hub text PRIMARY KEY, n bigint NOT NULL, at bigint NOT NULL, system text, timeline bigint, lsn text) WITH (fillfactor = 50);
`,
} as const
