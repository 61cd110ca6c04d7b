/**
 * P3 and P4: `kill -9` between any two steps of a handover. After the restart no confirmed step is lost, the slip is
 * accounted for, and nothing prints by itself.
 */
import { fork } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PickupId } from '../../src-shared/domain/index.ts'
import {
  done,
  findPickup,
  prepareStaff,
  release,
  signIn,
  untilGranted,
  untilSent,
  untilStep,
  verifyDocument,
} from '../../src-main/demo/acts.ts'
import { dataFolder, untilServing, untilUp, type DemoDesk } from '../../src-main/demo/desk.ts'
import type { HubProcess } from '../../src-main/demo/hub-process.ts'
import { demoPins, passportOf, readInstitution } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import { deskIds } from '../../src-main/demo/world.ts'
import { forkEngine, type EngineChild } from '../../src-main/shell/index.ts'
import { startTestEngine, startTestHub } from '../support/world.ts'

const institution = readInstitution()
const key = 'porter-lakeside'
const chief = { badge: 'E0010000A1', pin: demoPins.supervisor }
const mined = fileURLToPath(new URL('./crashing-engine.ts', import.meta.url))

let base: string
let hub: HubProcess
let desk: DemoDesk
let deskId: string
/** Set before a restart: the next engine process carries this mine. */
let nextMine: string | null = null

function spawn(): EngineChild {
  if (nextMine === null) return forkEngine()
  const mine = nextMine
  nextMine = null
  const child = fork(mined, [mine], { serialization: 'advanced', execArgv: ['--no-warnings'] })
  child.on('error', () => undefined)
  return {
    pid: child.pid,
    send: (message) => void (child.connected && child.send(message, () => undefined)),
    onMessage: (listener) => void child.on('message', listener),
    onExit: (listener) => void child.on('exit', (code) => listener(code)),
    kill: (signal) => void child.kill(signal),
  }
}

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'lodge-crash-'))
  chmodSync(base, 0o711)
  hub = await startTestHub(join(base, 'hub'))
  deskId = (await deskIds(hub, institution)).get(key) ?? ''
  const code = done(await hub.agent.call('enrolmentCode', { body: { desk: deskId as never } })).code
  // A supervisor whose clock runs so fast that a dozen deaths are no crash loop.
  let minutes = 0
  desk = await startTestEngine({
    key,
    dataDir: dataFolder(base, key),
    hub: { port: hub.port },
    code,
    spawn,
    monotonic: () => ++minutes * 60_000,
  })
  await untilServing(desk)
  await prepareStaff(desk, { agent: hub.agent, desk: deskId }, chief, [])
})

afterAll(async () => {
  await desk.stop()
  await hub.stop()
  rmSync(base, { recursive: true, force: true })
})

/** Kills the engine and waits for its successor. */
async function killEngine(): Promise<void> {
  const pid = desk.supervisor.pid()
  if (pid === undefined) throw new Error('no engine')
  const gone = new Promise<void>((resolve) => {
    const off = desk.supervisor.onFrame((frame) => {
      if (frame.t === 'shell' && frame.engine === 'down') {
        off()
        resolve()
      }
    })
  })
  process.kill(pid, 'SIGKILL')
  await gone
  await untilUp(desk)
  await until(desk.client, 'devices', ({ printer, reader }) => printer.canPrint && reader.state === 'ready')
}

async function fresh(person: (typeof institution.recipients)[number]): Promise<PickupId> {
  const issued = done(
    await hub.agent.call('issue', {
      body: {
        account: person.account,
        desk: deskId as never,
        channel: 'porter',
        requestReference: 'PYY-2',
        secretKind: 'password',
      },
    }),
  )
  const state = done(await desk.client.state({}))
  if (state.staff === null) await signIn(desk, chief.badge, chief.pin)
  else done(await desk.client.dismiss({}))
  await untilGranted(desk, issued.pickup, person.account)
  return issued.pickup
}

const student = (i: number) => {
  const found = institution.recipients.filter((person) => person.class === 'student' && person.birthDate !== null)[i]
  if (found === undefined) throw new Error('no such student')
  return found
}

async function prove(person: (typeof institution.recipients)[number], pickup: PickupId) {
  desk.reader.scanDocument(passportOf(person))
  await until(
    desk.client,
    'a matched document',
    ({ counter }) => counter.step === 'verify' && counter.document !== null,
  )
  return verifyDocument(desk, pickup)
}

const kinds = async (pickup: PickupId) => {
  const journal = done(await desk.client.journal({ limit: 200 }))
  return journal.entries.filter((entry) => entry.pickup === pickup).map((entry) => entry.kind)
}

describe('kill -9 of the engine', () => {
  it('keeps the arrival that the screen confirmed', async () => {
    const person = student(0)
    const pickup = await fresh(person)
    done(await desk.client.signOut({}))
    desk.reader.tap(person.cards[0] ?? '')
    await untilStep(desk, 'arrival')
    await killEngine()
    await signIn(desk, chief.badge, chief.pin)
    expect((await findPickup(desk, person.account))?.state).toBe('arrived')
    expect(await kinds(pickup)).toContain('arrival')
  })

  it('keeps the recorded verification as a fact, but it cannot be spent by the next engine', async () => {
    const person = student(1)
    const pickup = await fresh(person)
    const verification = await prove(person, pickup)
    await killEngine()
    await signIn(desk, chief.badge, chief.pin)
    expect(await kinds(pickup)).toContain('verification')
    expect((await findPickup(desk, person.account))?.state).toBe('arrived')
    done(await desk.client.openPickup({ pickup }))
    const refused = await desk.client.release({ pickup, verification, language: 'fi' })
    expect(refused).toEqual({ ok: false, failure: { code: 'L-307' } })
    expect(desk.printer.takeSlips()).toEqual([])
  })

  it('keeps a confirmed handover, and it takes effect once at the hub', async () => {
    const person = student(2)
    const pickup = await fresh(person)
    const verification = await prove(person, pickup)
    desk.cable.pull()
    const slip = await release(desk, pickup, verification, 'fi')
    done(await desk.client.settle({ slip, settlement: 'handed-over' }))
    await killEngine()
    desk.cable.plug()
    await untilSent(desk, 60_000)
    const { events } = done(await hub.agent.call('timeline', { query: { pickup } }))
    expect(events.filter((event) => event.kind === 'handed-over')).toHaveLength(1)
    expect(desk.printer.takeSlips().filter((taken) => taken.cut)).toHaveLength(1)
  })

  it.each(['intended', 'opened', 'phase-header', 'phase-secret', 'phase-confirming', 'printed', 'recorded'])(
    'at "%s" of a release: the slip is unsettled, nothing more prints, and a person settles it',
    async (mine) => {
      const person = student(3)
      const pickup = await fresh(person)
      nextMine = mine
      await killEngine()
      await signIn(desk, chief.badge, chief.pin)
      const verification = await prove(person, pickup)
      const lost = await desk.client.release({ pickup, verification, language: 'en' })
      expect(lost).toEqual({ ok: false, failure: { code: 'L-904' } })
      await untilUp(desk)
      await until(desk.client, 'devices', ({ printer, reader }) => printer.canPrint && reader.state === 'ready')
      const cutByThen = desk.printer.slips().filter((slip) => slip.cut).length
      expect(cutByThen).toBeLessThanOrEqual(1)

      await signIn(desk, chief.badge, chief.pin)
      // The next sign-in opens on the unsettled slip.
      const settling = await untilStep(desk, 'hand-over')
      expect(settling.slip.state).toBe(mine === 'recorded' ? 'printed' : 'uncertain')
      expect(settling.slip.pickup).toBe(pickup)
      const entries = await kinds(pickup)
      expect(entries.filter((kind) => kind === 'slip-intended')).toHaveLength(1)
      const again = await desk.client.release({ pickup, verification, language: 'en' })
      expect(again.ok).toBe(false)
      done(
        await desk.client.settle({
          slip: settling.slip.id,
          settlement: cutByThen === 1 ? 'missing' : 'nothing-came-out',
        }),
      )
      expect(desk.printer.takeSlips().filter((slip) => slip.cut)).toHaveLength(cutByThen)
      const state = done(await desk.client.state({}))
      expect(state.unsettled).toEqual([])
    },
  )
})
