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
import { fail, ok, type Failure, type Result } from '../../../src-shared/failures/result.ts'
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

/** Whether the desk serves nobody and owes nothing, by its pushed state; null where the payload is none. */
function isIdle(payload: unknown): boolean | null {
  const state = Idle.safeParse(payload)
  if (!state.success) return null
  const { counter, staff, counts } = state.data
  return counter.step === 'idle' && staff === null && counts.unsettled === 0
}

export function createUpdater(parts: UpdaterParts): Updater {
  const { version, folder, installer, supervisor, log } = parts
  const recordFile = join(folder, 'update.json')
  const timers = createNamedTimers(parts.timers)
  let record = readRecord(recordFile)
  let idle = false

  function keep(next: UpdateRecord): void {
    record = next
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeRecord(recordFile, next)
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
      }
      const now = frame.t === 'event' && frame.name === 'state' ? isIdle(frame.payload) : null
      if (now === null) return
      idle = now
      if (proving && record.probation !== null) proved()
    })
  }

  /** The new version's engine has come up: it stays. */
  function proved(): void {
    timers.cancel('prove')
    const file = record.waiting?.file ?? join(folder, 'none')
    keep({ ...onProved(record), waiting: null })
    installer.settle(file)
    log(`lodge: ${version} is in use`)
  }

  function installWhenIdle(): void {
    timers.set('idle', idleMs, installWhenIdle)
    const { waiting } = record
    if (waiting === null || !idle || record.probation !== null) return
    log(`lodge: ${waiting.version} is installed`)
    keep({ ...record, probation: { from: version, to: waiting.version, starts: 0 } })
    if (installs(parts, waiting.file)) parts.relaunch()
    else keep({ ...record, probation: null, waiting: null, rejected: [...record.rejected, waiting.version] })
  }

  async function check(): Promise<Failure | null> {
    try {
      const waiting = await fetchRelease(parts, () => record)
      if (!waiting.ok) return waiting.failure
      if (waiting.value === null) return null
      keep({ ...record, waiting: waiting.value })
      log(`lodge: ${waiting.value.version} is here and waits for an idle desk`)
      return null
    } catch {
      // No network, or a server without releases: asked again later.
      return { code: failures.hubUnreachable }
    }
  }

  function ask(): void {
    timers.set('ask', askMs, ask)
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
      if (act === 'prove') timers.set('prove', proveMs, goBack)
      timers.set('ask', 30_000, ask)
      timers.set('idle', idleMs, installWhenIdle)
      return 'running'
    },
    check,
    takeNews() {
      const { tell } = record
      if (tell !== null) keep({ ...record, tell: null })
      return tell
    },
    stop: () => timers.stop(),
  }
}

function installs({ installer, log }: UpdaterParts, file: string): boolean {
  try {
    installer.install(file)
    return true
  } catch {
    log('lodge: L-803 the new version could not be installed')
    return false
  }
}

/** The file of a newer release, in the folder; null when there is none. */
async function fetchRelease(
  parts: UpdaterParts,
  recordNow: () => UpdateRecord,
): Promise<Result<UpdateRecord['waiting']>> {
  const found = await findRelease(parts, recordNow)
  if (!found.ok) {
    parts.log(`lodge: ${found.failure.code} a release that is not signed by this institution was refused`)
    return found
  }
  if (found.value === null) return ok(null)
  const here = await download(parts, found.value.file, found.value.of)
  return here.ok ? ok({ version: found.value.of, file: here.value }) : here
}

/** Puts a release's file into the folder. Returns its path, or that it is not what the release names. */
async function download(
  { settings, folder, fetch }: UpdaterParts,
  file: ReleaseFile,
  of: string,
): Promise<Result<string>> {
  const bytes = await fetch(new URL(file.path, settings.address).href, file.size)
  if (bytes.length !== file.size || createHash('sha512').update(bytes).digest('hex') !== file.sha512)
    return fail(failures.updateNotSigned)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const target = join(folder, `release-${of}`)
  rmSync(target, { force: true })
  writeFileSync(target, bytes, { mode: 0o700, flush: true })
  return ok(target)
}

/**
 * The release that is served now: null when it is not for this computer, or is here already. `recordNow`: asked once
 * the release has come, because another may have been downloaded or rejected meanwhile.
 */
async function findRelease(
  { settings, version, platform, arch, fetch }: UpdaterParts,
  recordNow: () => UpdateRecord,
): Promise<Result<{ file: ReleaseFile; of: string } | null>> {
  const served: unknown = JSON.parse((await fetch(settings.address, 64 * 1024)).toString('utf8'))
  const release = openRelease(served, settings.key)
  if (!release.ok) return release
  const of = release.value.version
  const { rejected, waiting } = recordNow()
  if (!isForUs(release.value, { version, ring: settings.ring, rejected }) || waiting?.version === of) return ok(null)
  const file = release.value.files.find((each) => each.platform === platform && each.arch === arch)
  return ok(file === undefined ? null : { file, of })
}

/** Timers by name: one that is set again replaces the one before. */
function createNamedTimers(timers: UpdaterParts['timers']) {
  const cancels = new Map<string, () => void>()
  const cancel = (name: string) => cancels.get(name)?.()
  return {
    set(name: string, ms: number, run: () => void): void {
      cancel(name)
      cancels.set(name, timers.set(run, ms))
    },
    cancel,
    stop(): void {
      for (const each of cancels.values()) each()
      cancels.clear()
    },
  }
}
