/**
 * A kiosk as it stands at a desk one morning: enrolled, synced, two people have PINs, pickups wait. Every run begins
 * with a copy of it.
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PickupId } from '../../src-shared/domain/index.ts'
import { done, prepareStaff, signIn, untilGranted, untilSent } from '../../src-main/demo/acts.ts'
import { dataFolder, startDesk, untilServing } from '../../src-main/demo/desk.ts'
import { startHubProcess } from '../../src-main/demo/hub-process.ts'
import { demoPins, readInstitution, type DemoRecipient } from '../../src-main/demo/institution.ts'
import { systemClock, systemTimers } from '../../src-main/engine/index.ts'
import { createEngineSupervisor, createFileKeystore, forkEngine } from '../../src-main/shell/index.ts'
import type { Engines } from './engines.ts'
import { deskIds } from '../../src-main/demo/world.ts'

export interface Customer {
  readonly person: DemoRecipient
  readonly pickup: PickupId
  readonly secret: string
}

export interface Staff {
  readonly name: string
  readonly badge: string
  readonly pin: string
}

export interface Template {
  readonly engines: Engines
  readonly folder: string
  readonly customers: readonly [Customer, Customer]
  readonly chief: Staff
  readonly porter: Staff
  /** A kiosk's folder of its own for one run, in `name`. */
  copy(name: string): string
  remove(): void
}

export const deskKey = 'porter-lakeside'
/** Least Argon2id cost there is: sign-in is not what is tried here. */
const pinCost = { memoryKib: 8192, passes: 1 }
const secrets = ['Kissa-9081', 'Ilves{7}0Oo'] as const

/** Settings of every desk here: a hurried printer, a quiet hub. */
export function hurriedConfig(config: Record<string, unknown>): Record<string, unknown> {
  return {
    ...config,
    pinCost,
    pollSeconds: 3600,
    // The same passport is read several times a second here.
    readers: { ...(config.readers as object), debounceMs: 0 },
    printer: { ...(config.printer as object), headerMs: 700, slipMs: 900, pollMs: 60_000 },
  }
}

export async function makeTemplate(engines: Engines): Promise<Template> {
  const base = mkdtempSync(join(tmpdir(), 'lodge-faults-'))
  chmodSync(base, 0o711)
  const institution = readInstitution()
  const staff = (role: string): Staff => {
    const found = institution.staff.find((member) => member.role === role && member.desks.includes(deskKey))
    if (found === undefined) throw new Error('the demo institution lacks staff for this desk')
    return {
      name: found.name,
      badge: found.badges[0] ?? '',
      pin: role === 'supervisor' ? demoPins.supervisor : demoPins.other,
    }
  }
  const [chief, porter] = [staff('supervisor'), staff('porter')]
  const people = institution.recipients.filter((person) => person.class === 'student' && person.birthDate !== null)
  const folder = dataFolder(base, deskKey)
  const hub = await startHubProcess(join(base, 'hub'), 0, () => undefined)
  try {
    const deskId = (await deskIds(hub, institution)).get(deskKey) ?? ''
    const { code } = done(await hub.agent.call('enrolmentCode', { body: { desk: deskId as never } }))
    const host = (config: Record<string, unknown>, dataDir: string) =>
      createEngineSupervisor({
        spawn: () => forkEngine(engines.plain),
        keystore: createFileKeystore(dataDir),
        config: hurriedConfig(config),
        timers: systemTimers,
        monotonic: systemClock.monotonic,
        log: () => undefined,
      })
    const desk = await startDesk({ key: deskKey, dataDir: folder, hub: { port: hub.port }, code, host })
    try {
      await untilServing(desk)
      await prepareStaff(desk, { agent: hub.agent, desk: deskId }, chief, [porter])
      const customer = async (i: number): Promise<Customer> => {
        const [person, secret] = [people[i], secrets[i]]
        if (person === undefined || secret === undefined) throw new Error('the demo institution lacks people')
        const body = {
          account: person.account,
          desk: deskId as never,
          channel: 'porter',
          requestReference: `PYY-${i}`,
          secretKind: 'password',
          secret,
        } as const
        const { pickup } = done(await hub.agent.call('issue', { body }))
        if (done(await desk.client.state({})).staff === null) await signIn(desk, chief.badge, chief.pin)
        await untilGranted(desk, pickup, person.account)
        return { person, pickup, secret }
      }
      const customers = [await customer(0), await customer(1)] as const
      done(await desk.client.signOut({}))
      await untilSent(desk)
      return {
        engines,
        folder,
        customers,
        chief,
        porter,
        copy(name) {
          const to = join(base, 'runs', name)
          mkdirSync(to, { recursive: true, mode: 0o700 })
          // Compiled code is kept for all runs together.
          cpSync(folder, to, { recursive: true, filter: (from) => from !== join(folder, 'code') })
          symlinkSync(join(folder, 'code'), join(to, 'code'))
          return to
        },
        remove: () => rmSync(base, { recursive: true, force: true }),
      }
    } finally {
      await desk.stop()
    }
  } finally {
    await hub.stop()
  }
}
