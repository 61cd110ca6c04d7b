/** P9: rubbish from every side gives a clear code, and nothing is lost. Real engine process, real sockets. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { done, prepareStaff, signIn, untilSent, untilStep } from '../../src-main/demo/acts.ts'
import { dataFolder, untilServing, untilUp, type DemoDesk } from '../../src-main/demo/desk.ts'
import type { HubProcess } from '../../src-main/demo/hub-process.ts'
import { demoPins, passportOf, readInstitution } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import { deskIds } from '../../src-main/demo/world.ts'
import { encodeHidPos, simulatedScanner } from '../../src-main/readers/index.ts'
import { createEngineClient, createEngineSupervisor, forkEngine } from '../../src-main/shell/index.ts'
import { systemClock, systemTimers } from '../../src-main/engine/index.ts'
import { issueServerIdentity } from '../../src-hub/keys/index.ts'
import type { ShellNotice } from '../../src-shared/kiosk-api/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { startTestEngine, startTestHub } from '../support/world.ts'

const institution = readInstitution()
const key = 'porter-lakeside'
const chief = { badge: 'E0010000A1', pin: demoPins.supervisor }
const [visitor] = institution.recipients

let base: string
let hub: HubProcess
let desk: DemoDesk

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'lodge-bad-'))
  chmodSync(base, 0o711)
  hub = await startTestHub(join(base, 'hub'))
  const id = (await deskIds(hub, institution)).get(key)
  const code = done(await hub.agent.call('enrolmentCode', { body: { desk: id as never } })).code
  desk = await startTestEngine({ key, dataDir: dataFolder(base, key), hub: { port: hub.port }, code })
  await untilServing(desk)
  await prepareStaff(desk, { agent: hub.agent, desk: id ?? '' }, chief, [])
})

afterAll(async () => {
  await desk.stop()
  await hub.stop()
  rmSync(base, { recursive: true, force: true })
})

/** An engine of its own with this configuration, until it is up or has given up. */
async function engineWith(
  config: unknown,
): Promise<{ notice: ShellNotice; enrol: (hub: string, code: string) => Promise<unknown>; stop: () => Promise<void> }> {
  const supervisor = createEngineSupervisor({
    spawn: () => forkEngine(),
    keystore: {
      name: 'test',
      hardwareBacked: false,
      loadKey: () => Promise.resolve({ ok: true, value: Buffer.alloc(32, 3) }),
    },
    config,
    timers: systemTimers,
    monotonic: systemClock.monotonic,
    log: () => undefined,
  })
  const { client, close } = createEngineClient(supervisor)
  const settled = new Promise<ShellNotice>((resolve) => {
    supervisor.onFrame((frame) => {
      if (frame.t === 'shell' && (frame.engine === 'up' || frame.engine === 'given-up')) resolve(frame)
    })
  })
  await supervisor.start()
  const notice = await settled
  return {
    notice,
    enrol: (address, code) => client.enrol({ hub: address, code }),
    async stop() {
      close()
      await supervisor.stop()
    },
  }
}

function nextNotice(): Promise<Failure> {
  return new Promise((resolve) => {
    const off = desk.client.on('scanNotice', ({ failure }) => {
      off()
      resolve(failure as Failure)
    })
  })
}

describe('a settings file', () => {
  it('that is wrong is named by its path, and its values are not repeated (L-101)', async () => {
    const engine = await engineWith({
      dataDir: join(base, 'x'),
      printer: { kind: 'tcp', host: 'printer-secret', dedicatedLink: false },
    })
    expect(engine.notice).toMatchObject({ engine: 'given-up', failure: { code: 'L-101' } })
    expect(JSON.stringify(engine.notice)).toContain('printer')
    expect(JSON.stringify(engine.notice)).not.toContain('printer-secret')
    await engine.stop()
  })
  it('with an unknown option is refused, not ignored (L-101)', async () => {
    const engine = await engineWith({ dataDir: join(base, 'x'), printer: { kind: 'none' }, idleLock: 5 })
    expect(engine.notice.failure).toMatchObject({
      code: 'L-101',
      params: { where: expect.stringContaining('idleLock') as string },
    })
    await engine.stop()
  })
})

describe('enrolment', () => {
  it('refuses an unknown code, a code of another hub and a text that is no code; nothing is stored', async () => {
    const dataDir = join(base, 'enrol')
    const engine = await engineWith({ dataDir, printer: { kind: 'none' }, simulatedReaders: { port: 9 } })
    const id = (await deskIds(hub, institution)).get('porter-millhill')
    const good = done(await hub.agent.call('enrolmentCode', { body: { desk: id as never } })).code
    const [token = '', fingerprint = ''] = good.split('.')
    const refusals = [
      [`0000-0000-0000-0000.${fingerprint}`, 'L-102'],
      [`${token}.0000-0000-0000-0000-0000-0000-00`, 'L-104'],
      ['not a code', 'L-105'],
    ] as const
    for (const [code, expected] of refusals)
      expect(await engine.enrol(hub.url, code)).toEqual({ ok: false, failure: { code: expected } })
    expect(await engine.enrol('https://127.0.0.1:1', good)).toEqual({ ok: false, failure: { code: 'L-601' } })
    expect(await engine.enrol(hub.url, good)).toEqual({ ok: true, value: null })
    expect(await engine.enrol(hub.url, good)).toEqual({ ok: false, failure: { code: 'L-106' } })
    await engine.stop()
  })
})

describe('a database', () => {
  it('from the future is refused on the screen, not in a restart loop, and left as it was (L-801)', async () => {
    const dataDir = join(base, 'future')
    mkdirSync(dataDir)
    const db = new Database(join(dataDir, 'kiosk.db'))
    db.pragma('user_version = 999')
    db.close()
    const engine = await engineWith({ dataDir, printer: { kind: 'none' }, simulatedReaders: { port: 9 } })
    expect(engine.notice).toEqual({ t: 'shell', engine: 'given-up', failure: { code: 'L-801' } })
    await engine.stop()
  })
  it('that another engine holds is refused (L-802)', async () => {
    const engine = await engineWith({ dataDir: desk.dataDir, printer: { kind: 'none' }, simulatedReaders: { port: 9 } })
    expect(engine.notice).toEqual({ t: 'shell', engine: 'given-up', failure: { code: 'L-802' } })
    await engine.stop()
  })
  it('whose keys are of another computer is refused (L-806)', async () => {
    const copy = join(base, 'stolen')
    mkdirSync(copy)
    await desk.client.syncNow({})
    const source = new Database(join(base, 'enrol', 'kiosk.db'))
    await source.backup(join(copy, 'kiosk.db'))
    source.close()
    const supervisorKey = Buffer.alloc(32, 4)
    const supervisor = createEngineSupervisor({
      spawn: () => forkEngine(),
      keystore: {
        name: 'other',
        hardwareBacked: false,
        loadKey: () => Promise.resolve({ ok: true, value: Buffer.from(supervisorKey) }),
      },
      config: { dataDir: copy, printer: { kind: 'none' }, simulatedReaders: { port: 9 } },
      timers: systemTimers,
      monotonic: systemClock.monotonic,
      log: () => undefined,
    })
    const notice = new Promise<ShellNotice>((resolve) => {
      supervisor.onFrame((frame) => {
        if (frame.t === 'shell' && frame.engine === 'given-up') resolve(frame)
      })
    })
    await supervisor.start()
    expect((await notice).failure).toEqual({ code: 'L-806' })
    await supervisor.stop()
  })
})

describe('a reader', () => {
  it('whose scan is cut off in the middle says so (L-704), and the next scan works', async () => {
    const torn = nextNotice()
    const reports = encodeHidPos(passportOf(visitor ?? institution.recipients[0]!).join('\r'), ']Z0')
    const first = reports[0]
    if (first === undefined) throw new Error('no report')
    desk.reader.send(simulatedScanner.path, first)
    expect(await torn).toEqual({ code: 'L-704' })
    const state = done(await desk.client.state({}))
    expect(state.counter.step).toBe('idle')
  })
  it('that sends rubbish of every length neither stops the engine nor opens anyone', async () => {
    const pid = desk.supervisor.pid()
    for (let length = 0; length < 130; length++)
      desk.reader.send(simulatedScanner.path, Buffer.alloc(length, length * 37))
    desk.reader.unplug(simulatedScanner.path)
    await until(desk.client, 'no reader', ({ reader }) => reader.state === 'none' && reader.failure?.code === 'L-701')
    desk.reader.plug(simulatedScanner)
    await until(desk.client, 'a reader', ({ reader }) => reader.state === 'ready')
    expect(desk.supervisor.pid()).toBe(pid)
    expect(done(await desk.client.state({})).counter.step).not.toBe('verify')
  })
  it('that reads a forged check digit is told so (L-303), and no pickup opens', async () => {
    const refused = nextNotice()
    const [line = '', second = ''] = passportOf(institution.recipients[0]!)
    desk.reader.scanDocument([line, second.replace(/^./, (letter) => (letter === 'X' ? 'Z' : 'X'))])
    expect(await refused).toEqual({ code: 'L-303' })
  })
})

describe('a hub', () => {
  it('that answers rubbish is not believed (L-602), the desk goes on, and nothing is lost', async () => {
    // Another server under the hub's own certificate authority: as a broken hub would be.
    const identity = await issueServerIdentity(join(base, 'hub'), ['127.0.0.1'])
    let answers = 0
    const rubbish: Server = createServer({ key: identity.key, cert: identity.certificate }, (_request, response) => {
      answers += 1
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(
        answers % 3 === 0
          ? '{"acked":"many"}'
          : answers % 3 === 1
            ? '<html>'
            : '{"incarnation":null,"changes":[{"kind":"pickup-granted"}]}',
      )
    })
    await new Promise<void>((resolve) => rubbish.listen(0, '127.0.0.1', resolve))
    const address = rubbish.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    desk.cable.redirect({ host: '127.0.0.1', port })
    const told = await until(desk.client, 'rubbish noticed', ({ network }) => network.failure?.code === 'L-602', 30_000)
    expect(told.network.state).toBe('offline')
    done(await desk.client.signOut({}))
    await signIn(desk, chief.badge, chief.pin)
    const unsent = done(await desk.client.state({})).unsent.count
    expect(unsent).toBeGreaterThan(0)
    desk.cable.redirect({ host: '127.0.0.1', port: hub.port })
    await new Promise<void>((resolve) => {
      rubbish.closeAllConnections()
      rubbish.close(() => resolve())
    })
    await desk.client.syncNow({})
    await untilSent(desk, 60_000)
  })

  it('with a certificate of another authority is refused (L-104)', async () => {
    const identity = await issueServerIdentity(mkdtempSync(join(base, 'other-')), ['127.0.0.1'])
    const stranger: Server = createServer({ key: identity.key, cert: identity.certificate }, (_request, response) =>
      response.end('{}'),
    )
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
    const address = stranger.address()
    desk.cable.redirect({ host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 })
    const told = await until(
      desk.client,
      'a stranger noticed',
      ({ network }) => network.failure?.code === 'L-104',
      30_000,
    )
    expect(told.network.state).toBe('refused')
    desk.cable.redirect({ host: '127.0.0.1', port: hub.port })
    await new Promise<void>((resolve) => {
      stranger.closeAllConnections()
      stranger.close(() => resolve())
    })
    await desk.client.syncNow({})
    await until(desk.client, 'online again', ({ network }) => network.state === 'online', 60_000)
  })
})

describe('the counter', () => {
  it('locks a PIN after five wrong ones, durably', async () => {
    done(await desk.client.signOut({}))
    desk.reader.tap(chief.badge)
    await untilStep(desk, 'pin')
    const codes: string[] = []
    for (let i = 0; i < 5; i++) {
      const refused = await desk.client.enterPin({ pin: '111222' })
      if (!refused.ok) codes.push(refused.failure.code)
    }
    expect(codes).toEqual(['L-402', 'L-402', 'L-402', 'L-402', 'L-403'])
    const pid = desk.supervisor.pid()
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    await until(desk.client, 'a new engine', ({ reader }) => reader.state === 'ready', 30_000)
    await untilUp(desk)
    desk.reader.tap(chief.badge)
    const { counter } = await until(desk.client, 'the locked PIN', ({ counter: { step } }) => step === 'pin')
    expect(counter.step === 'pin' && counter.lockedUntil).toBeGreaterThan(Date.now())
  })
})
