/** The desk's settings file, validated: every option of a kiosk (docs/configuration.md). */
import { z } from 'zod'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { PrinterConfig } from '../printers/index.ts'
import { ReadersConfig } from '../readers/index.ts'

export const EngineConfig = z.strictObject({
  /** Folder of the database and the keystore file; created if missing. */
  dataDir: z.string().min(1),
  /** How the window behaves: locked down, or an ordinary window on a shared PC. Read by the shell. */
  mode: z.enum(['kiosk', 'shared-counter']).default('kiosk'),
  /** Loopback port of the browser shell; 0 takes a free one. Read by the shell. */
  port: z.number().int().min(0).max(65_535).default(0),
  /** Whom to call, as the shell's own screens say it. Read by the shell. */
  support: z.string().max(120).nullable().default(null),
  /** false draws in software. Read by the Electron shell. */
  gpu: z.boolean().default(true),
  /** Enrols by itself at first start; without it the set-up screen asks. */
  enrolment: z.strictObject({ hub: z.url(), code: z.string(), authority: z.string().optional() }).optional(),
  /** HTTP proxy on the way to the hub; the hub's certificate is still checked behind it. */
  proxy: z.url().optional(),
  /** Seconds between polls of the hub. */
  pollSeconds: z.number().min(0.2).max(3600).default(15),
  readers: ReadersConfig,
  /** A reader bench on loopback instead of the USB bus; for trying and for tests. */
  simulatedReaders: z.strictObject({ host: z.string().default('127.0.0.1'), port: z.number().int() }).optional(),
  printer: PrinterConfig,
  screen: z
    .strictObject({
      arrivalSeconds: z.number().int().min(3).max(120).default(15),
      refusedSeconds: z.number().int().min(3).max(120).default(25),
      doneSeconds: z.number().int().min(1).max(60).default(4),
      pinSeconds: z.number().int().min(10).max(300).default(60),
      idleLockMinutes: z.number().min(1).max(120).default(10),
    })
    .prefault({}),
  /** The administrator's word that the whole disk is encrypted: a stolen disk then holds nothing to search. */
  diskEncrypted: z.boolean().default(false),
  /**
   * Least core-years that a full search for a PIN must cost someone with disk and keystore, where neither a
   * hardware-backed keystore nor an encrypted disk protects it. 0 takes any PIN. Demo data needs none.
   */
  searchFloorCoreYears: z.number().min(0).max(1e9).default(10),
  /**
   * Nobody signs in at a kiosk that has not heard from the hub for so many days: a removed colleague would still be let
   * in.
   */
  staffOfflineDays: z.number().int().min(1).max(365).default(30),
  /** Shown in the window: data is invented. */
  demo: z.boolean().default(false),
  /** Updates of the program: asked for and installed by the shell (src-main/shell/update). */
  updates: z.unknown().optional(),
  /** What the shell's updater has done since the last start, for the ledger. */
  updateNews: z.enum(['installed', 'rolled-back']).optional(),
  /** Argon2id cost of a new PIN. */
  pinCost: z
    .strictObject({ memoryKib: z.number().int().min(8192).max(1_048_576), passes: z.number().int().min(1).max(20) })
    .optional(),
})
export type EngineConfig = z.infer<typeof EngineConfig>

/** Fails with L-101 and the path of the first thing that is wrong; values are never repeated. */
export function parseEngineConfig(raw: unknown): Result<EngineConfig> {
  const parsed = EngineConfig.safeParse(raw)
  if (parsed.success) return ok(parsed.data)
  const issue = parsed.error.issues[0]
  const where =
    issue === undefined
      ? ''
      : `${issue.path.join('.') || '(top)'} – ${issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue.code}`
  return fail(failures.settingsUnreadable, { where })
}
