/**
 * One file makes a kiosk: put beside the settings (or named at start), it becomes the settings of an empty machine; the
 * kiosk enrols by itself, and then the code is wiped from the disk. A machine that has settings already is not touched.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'

/** What an administrator puts on a new kiosk. The hub writes it, or one line of its CSV and this form make it. */
export const ProvisioningFile = z.strictObject({
  lodge: z.literal('provisioning/1'),
  /** `https://host:port` of the hub. */
  hub: z.url({ protocol: /^https$/ }).max(300),
  /** One-time enrolment code; it also names the hub's certificate authority. */
  code: z.string().min(1).max(200),
  /** PEM of that authority, for networks where it cannot be asked for first. */
  authority: z.string().max(20_000).optional(),
  proxy: z.url().max(300).optional(),
  mode: z.enum(['kiosk', 'shared-counter']).default('kiosk'),
  /** Whom to call, as it is to stand on a screen. */
  support: z.string().max(120).optional(),
  /** As in the settings file; the engine validates them. */
  printer: z.record(z.string(), z.unknown()).default({ kind: 'none' }),
  readers: z.record(z.string(), z.unknown()).optional(),
  dataDir: z.string().min(1).optional(),
})

export interface ProvisioningPlaces {
  readonly settingsFile: string
  readonly provisioningFile: string
  /** Folder for the desk's data where the file names none. */
  readonly defaultDataDir: string
}

/** Where a kiosk looks for its provisioning file: beside its settings. */
export function provisioningFileBeside(settingsFile: string): string {
  return join(dirname(settingsFile), 'provision.json')
}

function writeDurably(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const beside = `${file}.new`
  const made = openSync(beside, 'w', 0o600)
  writeSync(made, text)
  fsyncSync(made)
  closeSync(made)
  renameSync(beside, file)
}

/**
 * Makes the settings from the provisioning file, once. `false` when there is nothing to do; fails with L-101 (what is
 * wrong and where, never its value) or L-803.
 */
export function provision({ settingsFile, provisioningFile, defaultDataDir }: ProvisioningPlaces): Result<boolean> {
  if (existsSync(settingsFile) || !existsSync(provisioningFile)) return ok(false)
  let raw: unknown
  try {
    raw = JSON.parse(readFileSync(provisioningFile, 'utf8').replace(/^\uFEFF/, ''))
  } catch {
    return fail(failures.settingsUnreadable, { where: `${provisioningFile} – JSON` })
  }
  const parsed = ProvisioningFile.safeParse(raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const what = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : (issue?.path.join('.') ?? '')
    return fail(failures.settingsUnreadable, { where: `${provisioningFile} – ${what || '(top)'}` })
  }
  const { hub, code, authority, proxy, mode, support, printer, readers, dataDir } = parsed.data
  const settings = {
    dataDir: dataDir ?? defaultDataDir,
    mode,
    ...(support === undefined ? {} : { support }),
    ...(proxy === undefined ? {} : { proxy }),
    printer,
    ...(readers === undefined ? {} : { readers }),
    enrolment: { hub, code, ...(authority === undefined ? {} : { authority }) },
  }
  try {
    writeDurably(settingsFile, `${JSON.stringify(settings, null, 2)}\n`)
  } catch {
    return fail(failures.diskNotWritable)
  }
  return ok(true)
}

/** After enrolment: the code leaves the settings, and the provisioning file goes. Safe to call at every start. */
export function wipeInvitation({
  settingsFile,
  provisioningFile,
}: Pick<ProvisioningPlaces, 'settingsFile' | 'provisioningFile'>): void {
  const settings = JSON.parse(readFileSync(settingsFile, 'utf8')) as Record<string, unknown>
  if ('enrolment' in settings) {
    const { enrolment: _spent, ...rest } = settings
    writeDurably(settingsFile, `${JSON.stringify(rest, null, 2)}\n`)
  }
  // Best effort beyond unlinking: a journal or a flash disk may keep old blocks, and a used code opens nothing.
  rmSync(provisioningFile, { force: true })
}
