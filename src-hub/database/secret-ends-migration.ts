/** When secrets that were handed over end, and what the hub owes the source for it. */
export const secretEndsMigration = {
  version: 220,
  sql: `
ALTER TABLE pickup ADD COLUMN secret_days int NOT NULL DEFAULT 0;
ALTER TABLE pickup ADD COLUMN secret_ends int NOT NULL DEFAULT 0;
-- What ended before the hub knew of ends is left as it is.
UPDATE pickup SET secret_ends = 2 WHERE state IN ('handed-over','dispatched','delivered') AND expires_at < extract(epoch FROM now()) * 1000;
CREATE INDEX pickup_secret_ends ON pickup ((expires_at + secret_days * 86400000::bigint), id)
  WHERE state IN ('handed-over','dispatched','delivered') AND secret_ends < 2;
ALTER TABLE secret_job ADD COLUMN stamp text;
ALTER TABLE secret_job DROP CONSTRAINT secret_job_kind_check;
ALTER TABLE secret_job ADD CONSTRAINT secret_job_kind_check CHECK (kind IN ('set','disable','enable','prolong','warn','expire'));
CREATE UNIQUE INDEX webhook_event_secret_expiring ON webhook_event (pickup) WHERE kind = 'secret-expiring';
`,
} as const
