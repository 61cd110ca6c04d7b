/**
 * Which key files a hub's database belongs to: where each lay when a hub last started, and a check value by which the
 * master key is recognised. Nothing can be computed back from that value.
 */
export const keyFilesMigration = {
  version: 250,
  sql: `
CREATE TABLE key_file (name text PRIMARY KEY, path text NOT NULL, host text NOT NULL, check_value bytea, noted_at bigint NOT NULL);
`,
} as const
