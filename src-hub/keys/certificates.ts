/**
 * Certificates end while a hub runs. The one that kiosks see is issued anew by the hub's own authority, and the
 * institution's for the console is read again when its files change: both are put in force for new connections, without
 * a restart. What nobody has renewed in time is told (RFC 5280 section 4.1.2.5: validity).
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fail, ok, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { createWorkerLoop } from '../worker-loop.ts'
import { issueUnder, type Authority, type ServerIdentity } from './authority.ts'

const day = 86_400_000
/** A certificate with less left than this is renewed, or told. */
export const renewBeforeMs = 30 * day
const lookEveryMs = 10 * 60_000

/** PEM of a chain, the server's own certificate first, and of its private key. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

/** The institution's own certificate for the console, as files that whatever renews it writes. */
export interface ConsoleCertificate {
  readonly certificateFile: string
  readonly keyFile: string
}

/** The settings that name those files. */
export const consoleCertificateSettings = {
  certificateFile: 'LODGE_HUB_CONSOLE_CERTIFICATE_FILE',
  keyFile: 'LODGE_HUB_CONSOLE_KEY_FILE',
} as const

/** When the first of a PEM text's certificates ends, ms; null: it holds none that can be read. */
export function endOf(pem: string): number | null {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  try {
    return blocks.length === 0
      ? null
      : Math.min(...blocks.map((block) => new X509Certificate(block).validToDate.getTime()))
  } catch {
    return null
  }
}

/** Fails with L-724, naming the setting: a file that cannot be read, no certificate, or a key that is another's. */
export function readConsoleCertificate(files: ConsoleCertificate): Result<KeyPair> {
  const wrong = (setting: keyof ConsoleCertificate, why: string) =>
    fail(failures.settingFileUnusable, { where: consoleCertificateSettings[setting], why })
  const texts = { certificateFile: '', keyFile: '' }
  for (const setting of ['certificateFile', 'keyFile'] as const) {
    try {
      texts[setting] = readFileSync(files[setting], 'utf8')
    } catch (error) {
      return wrong(setting, (error as NodeJS.ErrnoException).code ?? 'cannot be read')
    }
  }
  if (endOf(texts.certificateFile) === null) return wrong('certificateFile', 'no certificate')
  try {
    const own = new X509Certificate(texts.certificateFile)
    if (!own.checkPrivateKey(createPrivateKey(texts.keyFile))) return wrong('keyFile', 'the key of another certificate')
  } catch {
    return wrong('keyFile', 'no private key')
  }
  return ok({ certificate: texts.certificateFile, key: texts.keyFile })
}

export interface CertificateParts {
  /** The authority that issues now, after whatever its own change-over needs. */
  authority(): Promise<Authority>
  /** Names in the hub's own certificate. */
  readonly names: readonly string[]
  readonly now: () => number
  /** In force at the moment; null: a proxy in front speaks TLS. */
  readonly own: ServerIdentity | null
  readonly console: ConsoleCertificate | null
  /** Other authorities that somebody has to renew, by the setting that names them. */
  readonly others: Readonly<Record<string, string>>
  /** For new connections from kiosks, or to the console's own port. */
  use(what: 'own' | 'console', pair: KeyPair): Promise<void>
  tell(failure: Failure): Promise<void>
}

export interface CertificateWorker {
  start(): void
  /** Looks now; how many were put in force. */
  run(): Promise<number>
  stop(): Promise<void>
}

export function createCertificateWorker(parts: CertificateParts, onBug: (error: unknown) => void): CertificateWorker {
  let own = parts.own
  let shown: KeyPair | null = null

  async function tellEnd(where: string, pem: string): Promise<void> {
    const end = endOf(pem)
    if (end !== null && end - parts.now() < renewBeforeMs)
      await parts.tell({ code: failures.certificateEnds, params: { where, endsAt: end } })
  }

  async function renewOwn(): Promise<number> {
    if (own === null) return 0
    const authority = await parts.authority()
    const same = own.authority === authority.certificate.toString('pem')
    // The first of a chain is the server's own.
    const end = new X509Certificate(own.certificate).validToDate.getTime()
    if (same && end - parts.now() >= renewBeforeMs) return 0
    own = await issueUnder(authority, parts.names, parts.now())
    await parts.use('own', own)
    return 1
  }

  async function readConsole(): Promise<number> {
    if (parts.console === null) return 0
    const read = readConsoleCertificate(parts.console)
    if (!read.ok) {
      // What is in force stays so: files are written one after the other.
      await parts.tell(read.failure)
      return 0
    }
    await tellEnd(consoleCertificateSettings.certificateFile, read.value.certificate)
    if (read.value.certificate === shown?.certificate && read.value.key === shown.key) return 0
    try {
      await parts.use('console', read.value)
    } catch (error) {
      // A port that is taken keeps the console to the other one, and no kiosk from the hub.
      const why = (error as NodeJS.ErrnoException).code ?? 'cannot be opened'
      await parts.tell({ code: failures.settingFileUnusable, params: { where: 'LODGE_HUB_CONSOLE_PORT', why } })
      return 0
    }
    shown = read.value
    return 1
  }

  async function run(): Promise<number> {
    const renewed = (await renewOwn()) + (await readConsole())
    if (own !== null) await tellEnd('authority.pem', own.authority)
    for (const [where, pem] of Object.entries(parts.others)) await tellEnd(where, pem)
    return renewed
  }
  const loop = createWorkerLoop(lookEveryMs, run, onBug)
  return { start: () => loop.start(), run, stop: () => loop.stop() }
}
