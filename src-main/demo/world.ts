/** The demo's world: one hub, enrolled desks, each with staff who have PINs. It persists in its folder between runs. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { DeskId } from '../../src-shared/domain/index.ts'
import { until } from './until.ts'
import { prepareStaff, Refused, done } from './acts.ts'
import { dataFolder, startDesk, untilServing, type DemoDesk, type DemoDeskOptions } from './desk.ts'
import { startBroker, strongAcr, type DemoBroker } from './broker.ts'
import { startFront } from './front.ts'
import { startHubProcess, type HubProcess } from './hub-process.ts'
import { demoPins, readInstitution, type DemoInstitution } from './institution.ts'
import * as failures from '../../src-shared/failures/named.ts'

/** The first two are porters' lodges; the helpdesk issues on the spot; the last is a check-in screen of the first. */
export const demoDesks = ['porter-lakeside', 'porter-millhill', 'helpdesk-lakeside', 'check-in-lakeside'] as const
/** The others are started by whoever asks for them by name. */
export type DemoDeskKey = (typeof demoDesks)[number] | 'student-affairs' | 'hr' | 'post-room'
/** What the tours need. */
export const porterDesks: readonly DemoDeskKey[] = ['porter-lakeside', 'porter-millhill']

/** Check-in screens, and whose. */
export const screensOf: Partial<Record<string, DemoDeskKey>> = { 'check-in-lakeside': 'porter-lakeside' }

export interface WorldDesk extends DemoDesk {
  readonly id: DeskId
  readonly title: string
  readonly chief: { readonly name: string; readonly badge: string; readonly pin: string }
  /** Who serves here: a porter, or the counter's staff. */
  readonly porter: { readonly name: string; readonly badge: string; readonly pin: string }
}

export interface World {
  readonly hub: HubProcess
  /** Strong e-ID for trying, where it was asked for. */
  readonly broker: DemoBroker | null
  readonly institution: DemoInstitution
  readonly desks: ReadonlyMap<DemoDeskKey, WorldDesk>
  stop(): Promise<void>
}

/** A kiosk enrolled through a cable keeps that address, so ports are kept between runs. */
const Ports = z.object({
  hub: z.number(),
  cables: z.record(z.string(), z.number()),
  broker: z.number().default(0),
  front: z.number().default(0),
})

function savedPorts(base: string): z.infer<typeof Ports> | null {
  const file = join(base, 'ports.json')
  return existsSync(file) ? Ports.parse(JSON.parse(readFileSync(file, 'utf8'))) : null
}

export async function deskIds(
  hub: Pick<HubProcess, 'agent'>,
  institution: DemoInstitution,
): Promise<Map<string, DeskId>> {
  const reply = done(await hub.agent.call('desks', {}))
  const ids = new Map<string, DeskId>()
  for (const desk of institution.desks) {
    const unit = institution.units.find(({ key }) => key === desk.unit)
    const found = reply.desks.find((candidate) => candidate.kind === desk.kind && candidate.unit.en === unit?.name.en)
    if (found !== undefined) ids.set(desk.key, found.id)
  }
  return ids
}

function person(institution: DemoInstitution, desk: string, role: 'supervisor' | 'serving') {
  const found = institution.staff.find(
    (member) => (member.role === 'supervisor') === (role === 'supervisor') && member.desks.includes(desk),
  )
  if (found === undefined) throw new Error('the demo institution lacks staff for this desk')
  return {
    name: found.name,
    badge: found.badges[0] ?? '',
    pin: role === 'supervisor' ? demoPins.supervisor : demoPins.other,
  }
}

/** The broker, the hub's public address, and what the hub must know of both. */
async function startEId(base: string, institution: DemoInstitution, saved: z.infer<typeof Ports> | null) {
  const broker = await startBroker(
    institution.recipients.map(({ key, family, given, birthDate }) => ({
      key,
      name: `${given} ${family}`,
      claims: { family_name: family, given_name: given, ...(birthDate === null ? {} : { birthdate: birthDate }) },
    })),
    saved?.broker,
  )
  const front = await startFront(saved?.front)
  broker.serve(`${front.url}/e-id/callback`)
  const secretFile = join(base, 'e-id-client-secret')
  writeFileSync(secretFile, broker.clientSecret, { mode: 0o600 })
  const settings = {
    LODGE_HUB_EID_ISSUER: broker.issuer,
    LODGE_HUB_EID_CLIENT_ID: broker.clientId,
    LODGE_HUB_EID_CLIENT_SECRET_FILE: secretFile,
    LODGE_HUB_EID_ACR: strongAcr,
    LODGE_HUB_PUBLIC_URL: front.url,
  }
  return { broker, front, settings }
}

export interface WorldOptions {
  /** Another home for a desk's engine than a forked Node. */
  readonly hosts?: Partial<Record<DemoDeskKey, DemoDeskOptions['host']>>
  /** The desks to start; by default the porters' lodges. */
  readonly keys?: readonly DemoDeskKey[]
  /** A broker of strong e-ID beside the hub. */
  readonly withEId?: boolean
  /** More of the hub's environment. */
  readonly hubSettings?: Readonly<Record<string, string>>
  /** Settings of every engine in place of the demo's. */
  readonly deskSettings?: Readonly<Record<string, unknown>>
}

export async function startWorld(
  base: string,
  log: (line: string) => void,
  { hosts = {}, keys = porterDesks, withEId = false, hubSettings = {}, deskSettings = {} }: WorldOptions = {},
): Promise<World> {
  mkdirSync(base, { recursive: true, mode: 0o711 })
  const saved = savedPorts(base)
  const institution = readInstitution()
  const eId = withEId ? await startEId(base, institution, saved) : null
  const hub = await startHubProcess(join(base, 'hub'), saved?.hub ?? 0, log, { ...hubSettings, ...eId?.settings })
  eId?.front.lead(hub.url, hub.authority)
  const ids = await deskIds(hub, institution)
  const desks = new Map<DemoDeskKey, WorldDesk>()
  for (const key of keys) {
    const screenOf = screensOf[key]
    const deskKey = screenOf ?? key
    const id = ids.get(deskKey)
    if (id === undefined) throw new Refused(failures.notFound)
    const dataDir = dataFolder(base, key)
    const enrolled = existsSync(join(dataDir, 'kiosk.db'))
    const code = enrolled
      ? null
      : done(
          await hub.agent.call('enrolmentCode', {
            body: { desk: id, kind: screenOf === undefined ? 'desk' : 'check-in' },
          }),
        ).code
    const cablePort = saved?.cables[key]
    const desk = await startDesk({
      key,
      dataDir,
      hub: { port: hub.port },
      checkIn: screenOf !== undefined,
      settings: deskSettings,
      code,
      log,
      ...(hosts[key] === undefined ? {} : { host: hosts[key] }),
      ...(cablePort === undefined ? {} : { ports: { cable: cablePort } }),
    })
    const supervisor = person(institution, deskKey, 'supervisor')
    const porter = person(institution, deskKey, 'serving')
    await untilServing(desk)
    const state = await until(
      desk.client,
      'enrolled',
      ({ setup }) => setup === null || setup === 'first-supervisor',
      30_000,
    )
    if (state.setup === 'first-supervisor') {
      await prepareStaff(desk, { agent: hub.agent, desk: id }, supervisor, [porter])
      done(await desk.client.signOut({}))
    }
    const words = institution.desks.find((candidate) => candidate.key === deskKey)
    const unit = institution.units.find((candidate) => candidate.key === words?.unit)
    desks.set(key, {
      ...desk,
      id,
      title: `${unit?.name.en ?? ''}, ${words?.name.en ?? key}${screenOf === undefined ? '' : ', check-in screen'}`,
      chief: supervisor,
      porter,
    })
  }
  writeFileSync(
    join(base, 'ports.json'),
    JSON.stringify({
      hub: hub.port,
      cables: Object.fromEntries([...desks].map(([key, desk]) => [key, desk.cable.port])),
      ...(eId === null
        ? {}
        : { broker: Number(new URL(eId.broker.issuer).port), front: Number(new URL(eId.front.url).port) }),
    }),
  )
  return {
    hub,
    broker: eId?.broker ?? null,
    institution,
    desks,
    async stop() {
      for (const desk of desks.values()) await desk.stop()
      await hub.stop()
      await eId?.front.stop()
      await eId?.broker.stop()
    },
  }
}
