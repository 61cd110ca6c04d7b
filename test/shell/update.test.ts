/**
 * Updates: only what the institution signed, only for this ring, only at an idle desk, and back again when it does not
 * come up.
 */
import { spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, describe, expect, it, test } from 'vitest'
import type { KioskState } from '../../src-shared/kiosk-api/index.ts'
import { appImageInstaller, nsisInstaller, installerOfThisStart } from '../../src-main/shell/update/installers.ts'
import { compareVersions, isForUs, openRelease, type Release } from '../../src-main/shell/update/manifest.ts'
import {
  emptyRecord,
  onProved,
  onStart,
  startsOnProbation,
  type UpdateRecord,
} from '../../src-main/shell/update/record.ts'
import { createUpdater } from '../../src-main/shell/index.ts'

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64url')
const folder = mkdtempSync(join(tmpdir(), 'lodge-update-'))
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
})

const program = Buffer.from('the new program')
const release = (changes: Partial<Release> = {}): Release => ({
  lodge: 'release/1',
  version: '1.1.0',
  ring: 'all',
  files: [
    {
      platform: 'linux',
      arch: 'x64',
      path: 'lodge-1.1.0.AppImage',
      sha512: createHash('sha512').update(program).digest('hex'),
      size: program.length,
    },
  ],
  ...changes,
})
const signed = (of: Release, by = privateKey) => {
  const text = JSON.stringify(of)
  return { release: text, signature: sign(null, Buffer.from(text), by).toString('base64url') }
}

describe('a release', () => {
  it('is taken as the institution’s key signed it, and not with any character changed, or by another key', () => {
    const served = signed(release())
    expect(openRelease(served, key)).toEqual({ ok: true, value: release() })
    fc.assert(
      fc.property(fc.nat(served.release.length - 1), fc.constantFrom('0', 'x', ' '), (at, letter) => {
        const changed = served.release.slice(0, at) + letter + served.release.slice(at + 1)
        fc.pre(changed !== served.release)
        expect(openRelease({ ...served, release: changed }, key)).toEqual({ ok: false, failure: { code: 'L-617' } })
      }),
    )
    expect(openRelease(signed(release(), generateKeyPairSync('ed25519').privateKey), key).ok).toBe(false)
    for (const rubbish of [null, 1, {}, { release: '{}', signature: 'x' }])
      expect(openRelease(rubbish, key).ok).toBe(false)
  })

  it('is for kiosks of its ring and the rings before it, newer ones alone, and never one that was rolled back', () => {
    const us = { version: '1.0.0', ring: 'early' as const, rejected: [] }
    expect(isForUs(release({ ring: 'first' }), us)).toBe(false)
    expect(isForUs(release({ ring: 'early' }), us)).toBe(true)
    expect(isForUs(release({ ring: 'all' }), us)).toBe(true)
    expect(isForUs(release({ version: '1.0.0' }), us)).toBe(false)
    expect(isForUs(release(), { ...us, rejected: ['1.1.0'] })).toBe(false)
    expect(compareVersions('1.10.0', '1.9.9')).toBeGreaterThan(0)
  })
})

test('a version that never proves itself gets three starts and no more, whatever happens between', () => {
  let record: UpdateRecord = { ...emptyRecord, probation: { from: '1.0.0', to: '1.1.0', starts: 0 } }
  const acts = Array.from({ length: startsOnProbation + 1 }, () => {
    const next = onStart(record, '1.1.0')
    record = next.record
    return next.act
  })
  expect(acts).toEqual(['prove', 'prove', 'prove', 'roll-back'])
  expect(record).toMatchObject({ probation: null, rejected: ['1.1.0'], tell: 'rolled-back' })
  expect(onStart(record, '1.0.0').act).toBe('none')
  const proved = onProved({ ...emptyRecord, probation: { from: '1.0.0', to: '1.1.0', starts: 1 } })
  expect(proved).toMatchObject({ probation: null, tell: 'installed' })
})

test('what the signing command writes is what kiosks take, under the key it names', () => {
  const pem = join(folder, 'key.pem')
  writeFileSync(pem, privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const image = join(folder, 'lodge-1.1.0.AppImage')
  writeFileSync(image, program)
  const command = fileURLToPath(new URL('../../resources/packaging/sign-release.ts', import.meta.url))
  const run = spawnSync(
    process.execPath,
    ['--no-warnings', command, '--key', pem, '--version', '1.1.0', '--ring', 'all', image],
    { encoding: 'utf8' },
  )
  expect(run.stdout).toContain(key)
  expect(openRelease(JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8')), key)).toEqual({
    ok: true,
    value: release(),
  })
})

describe('an AppImage', () => {
  const running = join(folder, 'Lodge.AppImage')
  it('is swapped, can be put back, and the one before goes once the new one is settled', () => {
    writeFileSync(running, 'old')
    const file = join(folder, 'release')
    writeFileSync(file, 'new')
    const installer = appImageInstaller(running)
    installer.install(file)
    expect(readFileSync(running, 'utf8')).toBe('new')
    expect(statSync(running).mode & 0o111).not.toBe(0)
    installer.restore()
    expect(readFileSync(running, 'utf8')).toBe('old')
    installer.install(file)
    installer.settle(file)
    expect(existsSync(`${running}.before`)).toBe(false)
    expect(existsSync(file)).toBe(false)
  })
})

test('an NSIS installer runs silently, and the one before runs again to go back', () => {
  const runs: string[] = []
  const installer = nsisInstaller(folder, (file, args) => runs.push(`${readFileSync(file, 'utf8')} ${args.join(' ')}`))
  for (const content of ['one', 'two']) {
    writeFileSync(join(folder, 'release'), content)
    installer.install(join(folder, 'release'))
  }
  installer.restore()
  expect(runs).toEqual(['one /S --force-run', 'two /S --force-run', 'one /S --force-run'])
  expect(installerOfThisStart('linux', {}, true, folder)).toBeNull()
  expect(installerOfThisStart('linux', { APPIMAGE: '/x' }, false, folder)).toBeNull()
})

/** The updater over a served release, with a desk whose state the test sets. `arrives`: when an answer comes. */
function kiosk(served: unknown, version = '1.0.0', bytes = program, arrives = () => Promise.resolve()) {
  const running = join(folder, 'Lodge.AppImage')
  if (!existsSync(running)) writeFileSync(running, `program ${version}`)
  const timers = new Map<number, { run: () => void; ms: number }>()
  let id = 0
  let relaunches = 0
  const listeners: ((frame: never) => void)[] = []
  const lines: string[] = []
  const updater = createUpdater({
    settings: { address: 'https://updates.example/release.json', key, ring: 'all' },
    version,
    platform: 'linux',
    arch: 'x64',
    folder: join(folder, 'updates'),
    installer: appImageInstaller(running),
    async fetch(url) {
      await arrives()
      return url.endsWith('release.json') ? Buffer.from(JSON.stringify(served)) : bytes
    },
    supervisor: { onFrame: (listener) => (listeners.push(listener), () => undefined) },
    timers: {
      set(run, ms) {
        const mine = id++
        timers.set(mine, { run, ms })
        return () => void timers.delete(mine)
      },
    },
    relaunch: () => (relaunches += 1),
    log: (line) => lines.push(line),
  })
  return {
    updater,
    lines,
    running: () => readFileSync(running, 'utf8'),
    relaunches: () => relaunches,
    /** Lets the timers of this length ring. */
    ring(ms: number) {
      for (const [mine, timer] of [...timers])
        if (timer.ms === ms) {
          timers.delete(mine)
          timer.run()
        }
    },
    tell: (frame: unknown) => listeners.forEach((listener) => listener(frame as never)),
    state(changes: Partial<Pick<KioskState, 'staff'>> & { unsettled?: number; step?: string }) {
      const payload = {
        counter: { step: changes.step ?? 'idle' },
        staff: changes.staff ?? null,
        setup: null,
        counts: { waiting: 0, arrived: 0, unsettled: changes.unsettled ?? 0 },
      }
      listeners.forEach((listener) => listener({ t: 'event', name: 'state', payload } as never))
    },
  }
}
const staff = { id: 'AAAAAAAAAAAAAAAAAAAAAA', name: 'x', role: 'porter', signedInAt: 1 } as never

describe('a kiosk', () => {
  it('installs only once nobody is served or signed in and no slip is unsettled', async () => {
    const desk = kiosk(signed(release()))
    expect(desk.updater.start()).toBe('running')
    expect(await desk.updater.check()).toBeNull()
    for (const busy of [{ staff }, { unsettled: 1 }]) {
      desk.state(busy)
      desk.ring(60_000)
      expect(desk.running()).toBe('program 1.0.0')
    }
    desk.state({})
    desk.ring(60_000)
    expect(desk.running()).toBe('the new program')
    expect(desk.relaunches()).toBe(1)
  })

  it('keeps a version whose engine comes up, and says so once', async () => {
    const old = kiosk(signed(release()))
    old.updater.start()
    await old.updater.check()
    old.state({})
    old.ring(60_000)
    const fresh = kiosk(signed(release()), '1.1.0')
    expect(fresh.updater.start()).toBe('running')
    fresh.state({})
    fresh.ring(120_000)
    expect(fresh.running()).toBe('the new program')
    expect(fresh.updater.takeNews()).toBe('installed')
    expect(fresh.updater.takeNews()).toBeNull()
    expect(kiosk(signed(release()), '1.1.0').updater.start()).toBe('running')
  })

  it.each([
    [
      'gives up',
      (desk: ReturnType<typeof kiosk>) => desk.tell({ t: 'shell', engine: 'given-up', failure: { code: 'L-907' } }),
    ],
    ['never answers', (desk: ReturnType<typeof kiosk>) => desk.ring(120_000)],
  ])('goes back when the new engine %s, and never takes that version again', async (_name, fails) => {
    const old = kiosk(signed(release()))
    old.updater.start()
    await old.updater.check()
    old.state({})
    old.ring(60_000)
    const fresh = kiosk(signed(release()), '1.1.0')
    fresh.updater.start()
    fails(fresh)
    expect(fresh.running()).toBe('program 1.0.0')
    expect(fresh.relaunches()).toBe(1)
    const back = kiosk(signed(release()))
    back.updater.start()
    expect(back.updater.takeNews()).toBe('rolled-back')
    await back.updater.check()
    back.state({})
    back.ring(60_000)
    expect(back.running()).toBe('program 1.0.0')
  })

  it('never takes a version again whose installation failed while its release was asked for', async () => {
    let answer = (): void => undefined
    const slowly = new Promise<void>((resolve) => (answer = resolve))
    const answers = [slowly]
    const desk = kiosk(signed(release()), '1.0.0', program, () => answers.shift() ?? Promise.resolve())
    desk.updater.start()
    desk.state({})
    const slow = desk.updater.check()
    expect(await desk.updater.check()).toBeNull()
    rmSync(join(folder, 'updates', 'release-1.1.0'))
    desk.ring(60_000)
    expect(desk.lines.at(-1)).toContain('L-803')
    answer()
    expect(await slow).toBeNull()
    desk.ring(60_000)
    expect(desk.running()).toBe('program 1.0.0')
    expect(desk.relaunches()).toBe(0)
  })

  it('says that the version before is put back only once it is', async () => {
    const old = kiosk(signed(release()))
    old.updater.start()
    await old.updater.check()
    old.state({})
    old.ring(60_000)
    for (let starts = 0; starts < startsOnProbation; starts++) kiosk(signed(release()), '1.1.0').updater.start()
    // A folder stands where the program was: nothing can be put in its place.
    rmSync(join(folder, 'Lodge.AppImage'))
    mkdirSync(join(folder, 'Lodge.AppImage'))
    const last = kiosk(signed(release()), '1.1.0')
    expect(() => last.updater.start()).toThrow()
    expect(last.lines.join()).not.toContain('put back')
    rmSync(join(folder, 'Lodge.AppImage'), { recursive: true })
  })

  it('refuses a file that is not the one signed for, and a release of somebody else', async () => {
    const torn = kiosk(signed(release()), '1.0.0', Buffer.from('the new progrAm'))
    expect(await torn.updater.check()).toEqual({ code: 'L-617' })
    const foreign = kiosk(signed(release(), generateKeyPairSync('ed25519').privateKey))
    expect(await foreign.updater.check()).toEqual({ code: 'L-617' })
    for (const desk of [torn, foreign]) {
      desk.updater.start()
      desk.state({})
      desk.ring(60_000)
      expect(desk.running()).toBe('program 1.0.0')
    }
  })
})
