/** Set-up: what is still missing, from the facts alone; and from a real hub as each is filled in. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Missing, SetupStep } from '../../src-shared/hub-api/agent/setup.ts'
import { DeskKind } from '../../src-shared/domain/index.ts'
import { policyTemplateNames, policyTemplates } from '../../src-shared/policy/index.ts'
import { setupOf, type SetupFacts } from '../../src-hub/setup/index.ts'
import { startConsoleHub, type ConsoleHub } from './console-hub.ts'

const nothing = { fi: '', sv: '', en: '' }
const words = { fi: 'a', sv: 'b', en: 'c' }
const empty: SetupFacts = {
  name: nothing,
  changeAddress: '',
  selfServiceAddress: '',
  contact: { address: '', telephone: '', email: '', ticketAddress: '', hoursAddress: '' },
  slipNote: nothing,
  policy: policyTemplates['applied-sciences'],
  units: 0,
  desks: [],
  people: 0,
  issuers: 0,
  handovers: 0,
}
const full: SetupFacts = {
  ...empty,
  name: words,
  changeAddress: 'https://id.example.org/change',
  selfServiceAddress: 'https://id.example.org/self',
  contact: { ...empty.contact, telephone: '1' },
  slipNote: words,
  policy: {
    ...policyTemplates['applied-sciences'],
    classes: { training: { pickup: false, resetAddress: 'https://id.example.org/training' } },
  },
  units: 1,
  desks: [{ kind: 'helpdesk', staff: 2, supervisors: 1, badged: 2, kiosk: 'working' }],
  people: 1,
  issuers: 1,
  handovers: 1,
}
const lacks = (facts: SetupFacts) =>
  setupOf(facts, [], false).steps.flatMap(({ missing }) => missing.map(({ what }) => what))

const anyFacts: fc.Arbitrary<SetupFacts> = fc.record({
  name: fc.constantFrom(nothing, words),
  changeAddress: fc.constantFrom('', 'https://a.example'),
  selfServiceAddress: fc.constantFrom('', 'https://a.example'),
  contact: fc.constantFrom(empty.contact, full.contact),
  slipNote: fc.constantFrom(nothing, words),
  policy: fc.constantFrom(...policyTemplateNames.map((name) => policyTemplates[name]), full.policy),
  units: fc.nat(2),
  desks: fc.array(
    fc.record({
      kind: fc.constantFrom(...DeskKind.options),
      staff: fc.nat(2),
      supervisors: fc.nat(2),
      badged: fc.nat(2),
      kiosk: fc.constantFrom('none' as const, 'joined' as const, 'working' as const),
    }),
    { maxLength: 3 },
  ),
  people: fc.nat(1),
  issuers: fc.nat(1),
  handovers: fc.nat(1),
})

describe('what is still missing', () => {
  it('is everything at the beginning, and nothing at the end', () => {
    const first = setupOf(empty, [], false)
    expect(first.ready).toBe(false)
    expect(first.steps.map(({ step }) => step)).toEqual(SetupStep.options)
    // A hub begins with a policy, and says of desks first that there is none.
    const said = lacks(empty)
    expect(said.sort()).toEqual(
      Missing.options.filter((each) => !['served-desk', 'staffed-desk'].includes(each)).sort(),
    )
    const last = setupOf(full, [], true)
    expect(last).toMatchObject({ ready: true, finished: true })
    expect(last.steps.every(({ state }) => state === 'done')).toBe(true)
  })

  it('is named by what was taken away, and by nothing else', () => {
    const [desk] = full.desks
    if (desk === undefined) throw new Error('no desk')
    const cases: readonly [Partial<SetupFacts>, readonly Missing[]][] = [
      [{ name: { ...words, sv: ' ' } }, ['name']],
      [{ changeAddress: '' }, ['change-address']],
      [{ selfServiceAddress: '' }, ['self-service-address']],
      [{ contact: empty.contact }, ['contact']],
      [{ slipNote: nothing }, ['slip-note']],
      [{ policy: policyTemplates.blank }, ['served-desk', 'training-address']],
      [{ units: 0 }, ['unit']],
      [{ people: 0 }, ['person']],
      [{ issuers: 0 }, ['issuer']],
      [{ handovers: 0 }, ['handover']],
      [{ desks: [{ ...desk, supervisors: 0 }] }, ['desk-supervisor']],
      [{ desks: [{ ...desk, badged: 0 }] }, ['badge', 'staffed-desk']],
      [{ desks: [desk, { ...desk, staff: 0, badged: 0 }] }, ['staffed-desk']],
      [{ desks: [{ ...desk, kiosk: 'joined' }] }, ['working-kiosk']],
      [{ desks: [{ ...desk, kiosk: 'none' }] }, ['kiosk', 'working-kiosk']],
    ]
    for (const [change, expected] of cases) expect(lacks({ ...full, ...change })).toEqual(expected)
    expect(new Set(cases.flatMap(([, each]) => each)).size).toBe(Missing.options.length - 2)
  })

  it('is ready exactly when nothing is missing that must be there; passing over a step never makes it ready', () => {
    fc.assert(
      fc.property(anyFacts, fc.subarray([...SetupStep.options]), (facts, skipped) => {
        const setup = setupOf(facts, skipped, false)
        expect(setup.ready).toBe(setup.steps.every(({ missing }) => missing.every(({ must }) => !must)))
        expect(setup.ready).toBe(setupOf(facts, [], false).ready)
        for (const { step, state, missing } of setup.steps)
          expect(state).toBe(missing.length === 0 ? 'done' : skipped.includes(step) ? 'skipped' : 'open')
      }),
    )
  })
})

describe('on a hub', () => {
  let console: ConsoleHub
  beforeAll(async () => {
    console = await startConsoleHub({}, null)
  })
  afterAll(async () => {
    await console.stop()
  })

  it('steps become done as they are filled in, are passed over and taken up again', async () => {
    const administrator = await console.as('administrator')
    const stateOf = async (step: SetupStep) =>
      (await administrator.call('setup')).reply().steps.find((each) => each.step === step)?.state
    expect(await stateOf('institution')).toBe('open')
    ;(await administrator.call('saveSetup', { skipped: ['institution', 'slip'], finished: false })).reply()
    expect(await stateOf('institution')).toBe('skipped')
    ;(
      await administrator.call('saveOrganisation', {
        name: words,
        changeAddress: 'https://id.example.org/change',
        selfServiceAddress: 'https://id.example.org/self',
      })
    ).reply()
    ;(await administrator.call('saveContact', { ...empty.contact, email: 'helpdesk@example.org' })).reply()
    expect((await administrator.call('contact')).reply().email).toBe('helpdesk@example.org')
    expect(await stateOf('institution')).toBe('done')
    const unit = (await administrator.call('saveUnit', { name: words, address: '', hours: null })).reply().id
    expect(await stateOf('places')).toBe('open')
    const place = { unit, kind: 'helpdesk', name: words, slipPrefix: 'HD', hours: null }
    const { id: desk } = (await administrator.call('saveDesk', place)).reply()
    expect(await stateOf('places')).toBe('done')
    const { id } = (await administrator.call('saveStaff', { name: 'Ritva', role: 'supervisor', desks: [desk] })).reply()
    expect(await stateOf('staff')).toBe('open')
    ;(await administrator.call('addBadge', { id, badge: '04A1B2C3D4' })).reply()
    expect(await stateOf('staff')).toBe('done')
    expect(await stateOf('accounts')).toBe('open')
    await console.as('supervisor')
    expect(await stateOf('accounts')).toBe('done')
    // A contact that is none is refused, and what was there stays.
    expect((await administrator.call('saveContact', { ...empty.contact, ticketAddress: 'javascript:1' })).code).toBe(
      'L-608',
    )
    expect((await administrator.call('contact')).reply().email).toBe('helpdesk@example.org')
  })
})
