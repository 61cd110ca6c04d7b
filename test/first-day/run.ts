/**
 * `npm run -s first-day -- [--json]`: an institution's first day through the API alone. From an empty database, with no
 * seed file and no SQL: the first administrator's link, what set-up asks for, people by CSV, a kiosk, a badge and a
 * PIN, a pickup, its handover, and set-up that says "ready". Each step with its milliseconds; the kiosk is the real
 * engine with a simulated reader and printer.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startHub } from '../../src-hub/index.ts'
import {
  done,
  handOver,
  release,
  signIn,
  untilGranted,
  untilSent,
  untilStep,
  verifyDocument,
} from '../../src-main/demo/acts.ts'
import { untilServing, type DemoDesk } from '../../src-main/demo/desk.ts'
import { timed, type TimedStep } from '../../src-main/demo/handover.ts'
import { passportOf } from '../../src-main/demo/institution.ts'
import { until } from '../../src-main/demo/until.ts'
import type { KioskState } from '../../src-shared/kiosk-api/index.ts'
import { Browser, password } from '../hub/console-hub.ts'
import { value } from '../hub/fleet.ts'
import { openTestDatabase } from '../support/database.ts'
import { startTestEngine } from '../support/world.ts'
import { alwaysOpen, badge, csv, person, pin, words } from './institution.ts'

const { values: flags } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const steps: TimedStep[] = []
const step = <T>(name: string, work: () => Promise<T>) => timed(steps, name, work)
const base = mkdtempSync(join(tmpdir(), 'lodge-first-day-'))
chmodSync(base, 0o711)
const ends: (() => Promise<unknown>)[] = []

async function untilImported(administrator: Browser, id: string, state: 'checked' | 'done'): Promise<void> {
  for (const end = Date.now() + 60_000; ;) {
    const now = (await administrator.call('import', undefined, { query: { id } })).reply()
    if (now.state === state && now.refused === 0) return
    if (now.refused > 0 || ['refused', 'cancelled'].includes(now.state) || Date.now() > end)
      throw new Error(`people: ${now.state}, ${now.refused} refused`)
    await new Promise((resume) => setImmediate(resume))
  }
}

const waits = (state: KioskState) => state.readiness.reasons.find(({ code }) => code === 'L-430')

async function day(): Promise<void> {
  const database = await openTestDatabase({ empty: true })
  ends.push(() => database.drop())
  const options = { dataDir: join(base, 'hub'), databaseUrl: database.url }
  // People's programs behind a proxy, kiosks over TLS: two processes' worth of one hub.
  const front = await step('the hub starts on an empty database', async () =>
    value(await startHub({ ...options, behindProxy: true })),
  )
  ends.push(() => front.stop())
  const administrator = new Browser(() => front)
  await step('the first administrator', async () => {
    const body = { token: front.firstAdministrator ?? '', username: 'auri.laine', name: 'Auri Laine', password }
    ;(await administrator.call('firstAdministrator', body)).reply()
  })
  const kiosks = value(await startHub(options))
  ends.push(() => kiosks.stop())
  await step('institution', async () => {
    const addresses = {
      changeAddress: 'https://id.example.org/change',
      selfServiceAddress: 'https://id.example.org/self',
    }
    ;(
      await administrator.call('saveOrganisation', {
        name: words('Suvanto'),
        ...addresses,
        slipNote: words('Tervetuloa'),
      })
    ).reply()
    const none = { address: '', telephone: '', ticketAddress: '', hoursAddress: '' }
    ;(await administrator.call('saveContact', { ...none, email: 'helpdesk@example.org' })).reply()
  })
  const desk = await step('a unit and a desk', async () => {
    const unit = (
      await administrator.call('saveUnit', { name: words('Ranta'), address: 'Rantatie 4', hours: null })
    ).reply()
    const place = { unit: unit.id, kind: 'helpdesk', name: words('Helpdesk'), slipPrefix: 'HD', hours: alwaysOpen }
    return (await administrator.call('saveDesk', place)).reply().id
  })
  await step('policy, with the address of training accounts', async () => {
    const { policy } = (await administrator.call('policy')).reply()
    const training = { ...policy.classes.training, resetAddress: 'https://id.example.org/training' }
    const changed = { ...policy, classes: { ...policy.classes, training } }
    ;(await administrator.call('savePolicy', { policy: changed, note: '' })).reply()
  })
  await step('people by CSV', async () => {
    const { id } = (await administrator.call('createImport', { name: 'people.csv' })).reply()
    const bytes = Buffer.from(csv).toString('base64')
    ;(await administrator.call('importPart', { id, part: 0, bytes, last: true })).reply()
    await untilImported(administrator, id, 'checked')
    ;(await administrator.call('runImport', { id })).reply()
    await untilImported(administrator, id, 'done')
  })
  const supervisor = new Browser(() => front)
  await step('an account that issues', async () => {
    const account = { username: 'ritva.salo', name: 'Ritva Salo', role: 'supervisor' }
    ;(await administrator.call('saveConsoleAccount', account)).reply()
    const { link } = (await administrator.call('inviteConsoleAccount', { username: 'ritva.salo' })).reply()
    ;(await supervisor.call('acceptInvitation', { token: new URL(link).hash.slice(1), password })).reply()
  })
  await step('staff and a badge', async () => {
    const member = { name: 'Ritva Salo', role: 'supervisor', desks: [desk] }
    const { id } = (await administrator.call('saveStaff', member)).reply()
    ;(await administrator.call('addBadge', { id, badge })).reply()
  })
  const code = await step(
    'a code for the kiosk',
    async () => (await administrator.call('enrolmentCode', { desk })).reply().code,
  )
  const kiosk: DemoDesk = await step('the kiosk joins', async () => {
    const started = await startTestEngine({
      key: 'first',
      dataDir: join(base, 'kiosk'),
      hub: { port: kiosks.port },
      code,
    })
    ends.push(() => started.stop())
    await untilServing(started)
    return started
  })
  await step('a PIN, and the kiosk’s key confirmed at the console', async () => {
    await until(kiosk.client, 'its first supervisor', (state) => state.setup === 'first-supervisor')
    await signIn(kiosk, badge, pin)
    done(await kiosk.client.syncNow({}))
    const state = await until(kiosk.client, 'letters of its opening key', (now) => waits(now) !== undefined)
    const id = (await supervisor.call('desks')).reply().desks.find((each) => each.id === desk)?.kiosk
    const fingerprint = waits(state)?.params?.['fingerprint']
    ;(await supervisor.call('confirmOpeningKey', { kiosk: id, fingerprint })).reply()
    done(await kiosk.client.syncNow({}))
    await until(kiosk.client, 'its opening key in force', (now) => waits(now) === undefined)
  })
  const pickup = await step('a test pickup', async () => {
    const asked = { account: person.account, desk, channel: 'helpdesk', requestReference: null, secretKind: 'password' }
    return (await supervisor.call('issue', asked)).reply().pickup
  })
  await step('it reaches the desk', () => untilGranted(kiosk, pickup, person.account))
  done(await kiosk.client.signOut({}))
  await step('card, badge and PIN, passport', async () => {
    kiosk.reader.tap(person.cards[0] ?? '')
    await untilStep(kiosk, 'arrival')
    await signIn(kiosk, badge, pin)
    kiosk.reader.scanDocument(passportOf(person))
    await untilStep(kiosk, 'verify')
  })
  await step('verified, printed, handed over', async () => {
    const verification = await verifyDocument(kiosk, pickup)
    const slip = await release(kiosk, pickup, verification, 'fi')
    await untilStep(kiosk, 'hand-over')
    await handOver(kiosk, slip)
    await untilSent(kiosk, 60_000)
  })
  await step('seen in the console, and set-up says that all is there', async () => {
    const { events } = (await supervisor.call('timeline', undefined, { query: { pickup } })).reply()
    if (!events.some(({ kind }) => kind === 'handed-over')) throw new Error('no handover is seen')
    const setup = (await administrator.call('setup')).reply()
    const lacking = setup.steps.flatMap(({ missing }) => missing.map(({ what }) => what))
    if (!setup.ready || lacking.length > 0) throw new Error(`set-up still lacks ${lacking.join(', ')}`)
  })
}

let failure: string | null = null
try {
  await day()
} catch (error) {
  failure = error instanceof Error ? error.message : 'failed'
}
for (const end of ends.reverse()) await end()
rmSync(base, { recursive: true, force: true, maxRetries: 5 })
const totalMs = Math.round(steps.reduce((sum, { ms }) => sum + ms, 0))
if (flags.json)
  process.stdout.write(
    `${JSON.stringify({ ok: failure === null, totalMs, steps, ...(failure === null ? {} : { failure }) })}\n`,
  )
else {
  for (const { step: name, ms } of steps) process.stdout.write(`${String(Math.round(ms)).padStart(7)} ms  ${name}\n`)
  process.stdout.write(failure === null ? `ok, ${totalMs} ms\n` : `failed: ${failure}\n`)
}
process.exit(failure === null ? 0 : 1)
