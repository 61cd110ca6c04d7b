/**
 * Updates in the background: asks for a release, checks its signature and its file's hash, installs only at an idle
 * desk with nothing unsettled, proves the new version by its engine coming up, and goes back to the old one when it
 * does not.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { KioskState } from '../../../src-shared/kiosk-api/index.ts'
import type { Failure } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import type { EngineSupervisor } from '../supervisor.ts'
import type { Installer } from './installers.ts'
import { isForUs, openRelease, Ring, type ReleaseFile } from './manifest.ts'
import { onProved, onStart, readRecord, rolledBack, writeRecord, type UpdateRecord } from './record.ts'

export const UpdateSettings = z.strictObject({
  /** `https://…/release.json`; files are beside it. */
  address: z.url({ protocol: /^https$/ }).max(300),
  /** The institution's release key: raw Ed25519 public key, base64url. */
  key: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  ring: Ring.default('all'),
})
export type UpdateSettings = z.infer<typeof UpdateSettings>

/**
 * How often a release is asked for, how long a new version may take to come up, and how often an idle desk is looked
 * for, ms.
 */
const askMs = 4 * 3_600_000
const proveMs = 120_000
const idleMs = 60_000

export interface UpdaterParts {
  readonly settings: UpdateSettings
  readonly version: string
  readonly platform: NodeJS.Platform
  readonly arch: string
  /** Folder of the record and the downloads. */
  readonly folder: string
  readonly installer: Installer
  /** Bytes of an address, at most `limit`; throws when it cannot be had. */
  readonly fetch: (url: string, limit: number) => Promise<Buffer>
  readonly supervisor: Pick<EngineSupervisor, 'onFrame'>
  readonly timers: { set(run: () => void, ms: number): () => void }
  /** Starts the program again, once what is open has stopped. */
  readonly relaunch: () => void
  readonly log: (line: string) => void
}

export interface Updater {
  /** Before the engine starts. `rolled-back`: the old version was put back and the program is starting again. */
  start(): 'running' | 'rolled-back'
  /** Asks now. Resolves with what stood in the way, or null. */
  check(): Promise<Failure | null>
  /** What the engine is to tell the hub; told once. */
  takeNews(): UpdateRecord['tell']
  stop(): void
}

const Idle = KioskState.pick({ counter: true, staff: true, counts: true, setup: true })

export function createUpdater(parts: UpdaterParts): Updater {
  const { settings, version, folder, installer, supervisor, timers, log } = parts
  const recordFile = join(folder, 'update.json')
  const cancels = new Map<string, () => void>()
  let record = readRecord(recordFile)
  let idle = false

  function keep(next: UpdateRecord): void {
    record = next
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeRecord(recordFile, next)
  }

  function later(name: string, ms: number, run: () => void): void {
    cancels.get(name)?.()
    cancels.set(name, timers.set(run, ms))
  }

  function goBack(): void {
    log(`lodge: ${version} does not come up; the version before is put back`)
    keep(rolledBack(record))
    installer.restore()
    parts.relaunch()
  }

  function watch(proving: boolean): void {
    supervisor.onFrame((frame) => {
      if (frame.t === 'shell') {
        if (frame.engine !== 'up') idle = false
        if (record.probation !== null && frame.engine === 'given-up') goBack()
        return
      }
      if (frame.t !== 'event' || frame.name !== 'state') return
      const state = Idle.safeParse(frame.payload)
      if (!state.success) return
      const { counter, staff, counts } = state.data
      idle = counter.step === 'idle' && staff === null && counts.unsettled === 0
      if (proving && record.probation !== null) {
        cancels.get('prove')?.()
        const file = record.waiting?.file
        keep({ ...onProved(record), waiting: null })
        installer.settle(file ?? join(folder, 'none'))
        log(`lodge: ${version} is in use`)
      }
    })
  }

  function installWhenIdle(): void {
    later('idle', idleMs, installWhenIdle)
    const { waiting } = record
    if (waiting === null || !idle || record.probation !== null) return
    log(`lodge: ${waiting.version} is installed`)
    keep({ ...record, probation: { from: version, to: waiting.version, starts: 0 } })
    try {
      installer.install(waiting.file)
    } catch {
      log('lodge: L-803 the new version could not be installed')
      keep({ ...record, probation: null, waiting: null, rejected: [...record.rejected, waiting.version] })
      return
    }
    parts.relaunch()
  }

  async function download(file: ReleaseFile, of: string): Promise<Failure | null> {
    const bytes = await parts.fetch(new URL(file.path, settings.address).href, file.size)
    if (bytes.length !== file.size || createHash('sha512').update(bytes).digest('hex') !== file.sha512)
      return { code: failures.updateNotSigned }
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const target = join(folder, `release-${of}`)
    rmSync(target, { force: true })
    writeFileSync(target, bytes, { mode: 0o700, flush: true })
    keep({ ...record, waiting: { version: of, file: target } })
    log(`lodge: ${of} is here and waits for an idle desk`)
    return null
  }

  async function check(): Promise<Failure | null> {
    try {
      const served: unknown = JSON.parse((await parts.fetch(settings.address, 64 * 1024)).toString('utf8'))
      const release = openRelease(served, settings.key)
      if (!release.ok) {
        log(`lodge: ${release.failure.code} a release that is not signed by this institution was refused`)
        return release.failure
      }
      if (
        !isForUs(release.value, { version, ring: settings.ring, rejected: record.rejected }) ||
        record.waiting?.version === release.value.version
      )
        return null
      const file = release.value.files.find(({ platform, arch }) => platform === parts.platform && arch === parts.arch)
      return file === undefined ? null : await download(file, release.value.version)
    } catch {
      // No network, or a server without releases: asked again later.
      return { code: failures.hubUnreachable }
    }
  }

  function ask(): void {
    later('ask', askMs, ask)
    void check()
  }

  return {
    start() {
      const { record: next, act } = onStart(record, version)
      if (next !== record) keep(next)
      if (act === 'roll-back') {
        installer.restore()
        log(`lodge: ${version} did not come up; the version before is put back`)
        parts.relaunch()
        return 'rolled-back'
      }
      watch(act === 'prove')
      if (act === 'prove') later('prove', proveMs, goBack)
      later('ask', 30_000, ask)
      later('idle', idleMs, installWhenIdle)
      return 'running'
    },
    check,
    takeNews() {
      const news = record.tell
      if (news !== null) keep({ ...record, tell: null })
      return news
    },
    stop() {
      for (const cancel of cancels.values()) cancel()
      cancels.clear()
    },
  }
}
