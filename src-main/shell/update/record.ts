/** Where an update stands, kept in a file so that a start knows what the last one did. The rules are pure. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { z } from 'zod'

export const UpdateRecord = z.strictObject({
  /** Versions that did not come up here: never tried again. */
  rejected: z.array(z.string()).max(50).default([]),
  /** A verified file waits for an idle desk. */
  waiting: z.strictObject({ version: z.string(), file: z.string() }).nullable().default(null),
  /** Installed and on probation: `starts` counts starts that have not yet proved it. */
  probation: z.strictObject({ from: z.string(), to: z.string(), starts: z.number().int() }).nullable().default(null),
  /** What the engine is to tell the hub at its next start. */
  tell: z.enum(['installed', 'rolled-back']).nullable().default(null),
})
export type UpdateRecord = z.infer<typeof UpdateRecord>

export const emptyRecord: UpdateRecord = { rejected: [], waiting: null, probation: null, tell: null }

/** A new version may fail to come up this often before the old one is put back. */
export const startsOnProbation = 3

/** What a start means for the record: a version on probation is counted; one that has had its starts goes back. */
export function onStart(
  record: UpdateRecord,
  version: string,
): { record: UpdateRecord; act: 'none' | 'prove' | 'roll-back' } {
  const { probation } = record
  if (probation === null) return { record, act: 'none' }
  // The old version runs: the installation did not take, or was undone from outside.
  if (version !== probation.to) return { record: rolledBack(record), act: 'none' }
  if (probation.starts >= startsOnProbation) return { record: rolledBack(record), act: 'roll-back' }
  return { record: { ...record, probation: { ...probation, starts: probation.starts + 1 } }, act: 'prove' }
}

/** The engine came up and the desk can serve: the version stays. */
export function onProved(record: UpdateRecord): UpdateRecord {
  return record.probation === null ? record : { ...record, probation: null, tell: 'installed' }
}

export function rolledBack(record: UpdateRecord): UpdateRecord {
  const { probation } = record
  // The file that waits is the version that failed.
  return probation === null
    ? record
    : { ...record, waiting: null, probation: null, rejected: [...record.rejected, probation.to], tell: 'rolled-back' }
}

/** A file that is not there or not whole is an empty record: the worst that follows is one more download. */
export function readRecord(file: string): UpdateRecord {
  try {
    return UpdateRecord.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return emptyRecord
  }
}

export function writeRecord(file: string, record: UpdateRecord): void {
  const made = openSync(`${file}.new`, 'w', 0o600)
  writeSync(made, JSON.stringify(record))
  fsyncSync(made)
  closeSync(made)
  renameSync(`${file}.new`, file)
}
