/**
 * The one decision over policy: against a table written by hand from
 * docs/architecture.md#channels-and-rules-of-the-institution, and as properties over any policy.
 */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Channel, DeskKind, ProofKind, RecipientClass, languages } from '../../src-shared/domain/index.ts'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import { AgentRole } from '../../src-shared/hub-api/authority.ts'
import { usualHours } from '../../src-shared/domain/opening-hours.ts'
import {
  classRule,
  decide,
  failureOf,
  Policy,
  policyCodes,
  takesRequests,
  type DirectoryDesk,
  type PolicyCase,
  type PolicyRule,
} from '../../src-shared/policy/index.ts'

const { policy: demo } = JSON.parse(readFileSync('resources/demo/institution.json', 'utf8')) as { policy: unknown }
const policy = Policy.parse(demo)

const asked = (more: Partial<PolicyCase>): PolicyCase => ({
  recipientClass: 'student',
  channel: 'helpdesk',
  deskKind: 'helpdesk',
  requestReference: 'PYY-1',
  accountEnded: false,
  sponsor: null,
  postalArea: 'outside',
  act: { kind: 'release', closed: null, witnessed: true },
  ...more,
})
const codeOf = (more: Partial<PolicyCase>, by: Policy = policy) => {
  const decision = decide(by, asked(more))
  return decision.allowed ? 'allowed' : decision.code
}

/**
 * Written by hand from docs/architecture.md#channels-and-rules-of-the-institution: who may collect at which kind of
 * desk, each by the channel of its own name.
 */
const table: Readonly<Record<RecipientClass, Partial<Record<Channel, DeskKind>>>> = {
  student: {
    helpdesk: 'helpdesk',
    'student-affairs': 'student-affairs',
    porter: 'porter',
    'registered-letter': 'post-room',
  },
  partner: {
    helpdesk: 'helpdesk',
    'student-affairs': 'student-affairs',
    porter: 'porter',
    'registered-letter': 'post-room',
  },
  external: {
    helpdesk: 'helpdesk',
    'student-affairs': 'student-affairs',
    porter: 'porter',
    'registered-letter': 'post-room',
  },
  staff: { hr: 'hr' },
  training: {},
}
const elsewhere: Readonly<Record<RecipientClass, string>> = {
  student: 'L-206',
  partner: 'L-206',
  external: 'L-206',
  staff: 'L-220',
  training: 'L-221',
}

describe('the demo’s policy is the architecture’s table of channels', () => {
  const cells = RecipientClass.options.flatMap((recipientClass) =>
    Channel.options.flatMap((channel) => DeskKind.options.map((deskKind) => ({ recipientClass, channel, deskKind }))),
  )

  it('in every class, channel and kind of desk', () => {
    expect(cells).toHaveLength(125)
    for (const cell of cells) {
      const expected =
        table[cell.recipientClass][cell.channel] === cell.deskKind ? 'allowed' : elsewhere[cell.recipientClass]
      expect(codeOf(cell), JSON.stringify(cell)).toBe(expected)
    }
  })

  it('porters and letters need a request made in advance; other desks do not', () => {
    for (const cell of cells.filter(
      ({ recipientClass, channel, deskKind }) => table[recipientClass][channel] === deskKind,
    )) {
      const needs = cell.channel === 'porter' || cell.channel === 'registered-letter'
      expect(codeOf({ ...cell, requestReference: null }), JSON.stringify(cell)).toBe(needs ? 'L-207' : 'allowed')
    }
  })

  it('staff secrets are issued by human resources, all others by the helpdesk, anything by a supervisor', () => {
    for (const by of AgentRole.options)
      for (const recipientClass of ['student', 'partner', 'external', 'staff'] as const) {
        const desk = recipientClass === 'staff' ? 'hr' : 'helpdesk'
        const right = by === 'supervisor' || by === (recipientClass === 'staff' ? 'hr' : 'agent')
        expect(
          codeOf({ recipientClass, channel: desk, deskKind: desk, act: { kind: 'issue', how: 'prepared', by } }),
        ).toBe(right ? 'allowed' : 'L-618')
      }
  })

  it('requests are filed at porters’ lodges', () => {
    expect(DeskKind.options.filter((kind) => takesRequests(policy, kind))).toEqual(['porter'])
  })

  it('walk-ins are for helpdesk, student affairs and HR', () => {
    const walkIn = (cell: Pick<PolicyCase, 'recipientClass' | 'channel' | 'deskKind'>) =>
      codeOf({ ...cell, act: { kind: 'issue', how: 'walk-in', by: null } })
    for (const deskKind of ['helpdesk', 'student-affairs'] as const)
      for (const recipientClass of ['student', 'partner', 'external'] as const)
        expect(walkIn({ recipientClass, channel: deskKind, deskKind })).toBe('allowed')
    expect(walkIn({ recipientClass: 'staff', channel: 'hr', deskKind: 'hr' })).toBe('allowed')
    expect(walkIn({ recipientClass: 'student', channel: 'porter', deskKind: 'porter' })).toBe('L-225')
    expect(walkIn({ recipientClass: 'student', channel: 'registered-letter', deskKind: 'post-room' })).toBe('L-225')
  })

  it('letters go outside Greater Helsinki only', () => {
    const letter = { channel: 'registered-letter', deskKind: 'post-room' } as const
    expect(codeOf({ ...letter, postalArea: 'outside' })).toBe('allowed')
    expect(codeOf({ ...letter, postalArea: 'inside' })).toBe('L-228')
    expect(codeOf({ ...letter, postalArea: 'unknown' })).toBe('L-227')
    expect(codeOf({ ...letter, act: { kind: 'release', closed: null, witnessed: false } })).toBe('L-310')
  })

  it.each<[ProofKind, string, RecipientClass, string]>([
    ['passport', 'FIN', 'student', 'allowed'],
    ['passport', 'IND', 'external', 'allowed'],
    ['passport', 'UTO', 'student', 'L-229'],
    ['identity-card', 'SWE', 'student', 'allowed'],
    ['identity-card', 'D', 'student', 'allowed'],
    ['identity-card', 'ISL', 'partner', 'allowed'],
    ['identity-card', 'CHE', 'student', 'L-229'],
    ['identity-card', 'USA', 'student', 'L-229'],
    ['identity-card', 'GBR', 'student', 'L-229'],
    ['residence-permit', 'FIN', 'student', 'allowed'],
    ['residence-permit', 'USA', 'student', 'L-229'],
    ['driving-licence', 'FIN', 'student', 'allowed'],
    ['driving-licence', 'SWE', 'student', 'L-229'],
    ['e-id', 'FIN', 'student', 'allowed'],
    ['e-id', 'FIN', 'partner', 'allowed'],
    ['e-id', 'FIN', 'external', 'L-224'],
  ])('%s of %s from a %s: %s', (kind, issuerCountry, recipientClass, expected) => {
    expect(codeOf({ recipientClass, act: { kind: 'verify', closed: null, proof: { kind, issuerCountry } } })).toBe(
      expected,
    )
  })

  it('opening hours are asked last, and whoever has no account is sent to their contact person first', () => {
    const closed = { opensAt: Date.UTC(2026, 2, 3, 6) }
    expect(codeOf({ act: { kind: 'check-in', closed } })).toBe('L-210')
    expect(codeOf({ act: { kind: 'check-in', closed: { opensAt: null } } })).toBe('L-211')
    expect(codeOf({ deskKind: 'hr', act: { kind: 'check-in', closed } })).toBe('L-206')
    expect(
      codeOf({
        recipientClass: 'partner',
        accountEnded: true,
        sponsor: 'Leena Mäki',
        act: { kind: 'check-in', closed },
      }),
    ).toBe('L-222')
    expect(codeOf({ recipientClass: 'external', accountEnded: true })).toBe('L-223')
  })

  /**
   * Each row of the section's table by its name: what is asked, and the answer. What no decision of policy can hold is
   * tested where it is held.
   */
  const closed = { opensAt: Date.UTC(2026, 2, 3, 6) }
  const acts: readonly PolicyCase['act'][] = [
    { kind: 'issue', how: 'prepared', by: null },
    { kind: 'route' },
    { kind: 'check-in', closed: null },
    { kind: 'verify', closed: null, proof: { kind: 'passport', issuerCountry: 'FIN' } },
    { kind: 'release', closed: null, witnessed: true },
  ]
  const porter = { channel: 'porter', deskKind: 'porter' } as const
  const letter = { channel: 'registered-letter', deskKind: 'post-room' } as const
  const staff = { recipientClass: 'staff', channel: 'hr', deskKind: 'hr' } as const
  const rows: readonly [row: string, answers: readonly (readonly [Partial<PolicyCase>, string])[]][] = [
    [
      'training user IDs: no pickup, by any channel and at any desk',
      cells.map((cell) => [{ ...cell, recipientClass: 'training' }, 'L-221']),
    ],
    [
      'human resources: staff there and nowhere else',
      [
        ...cells
          .filter(({ deskKind }) => deskKind !== 'hr')
          .map((cell) => [{ ...cell, recipientClass: 'staff' }, 'L-220'] as const),
        [staff, 'allowed'],
      ],
    ],
    [
      'helpdesk and student affairs: students, partners, externals, prepared and walk-in',
      (['helpdesk', 'student-affairs'] as const).flatMap((deskKind) =>
        (['student', 'partner', 'external'] as const).flatMap((recipientClass) =>
          (['prepared', 'walk-in'] as const).map(
            (how) =>
              [
                {
                  recipientClass,
                  channel: deskKind,
                  deskKind,
                  requestReference: null,
                  act: { kind: 'issue', how, by: 'agent' },
                },
                'allowed',
              ] as const,
          ),
        ),
      ),
    ],
    [
      'porter and registered letter: without a request nothing is done, with one everything',
      [porter, letter].flatMap((way) =>
        acts.flatMap((act) => {
          // A letter is proved by two members of staff, not by a document.
          if (way === letter && act.kind === 'verify') return []
          return [
            [{ ...way, act }, 'allowed'],
            [{ ...way, act, requestReference: null }, 'L-207'],
          ] as const
        }),
      ),
    ],
    [
      'registered letter: outside Greater Helsinki only, printed under four eyes',
      [
        ...acts
          .filter(({ kind }) => kind !== 'verify')
          .map((act) => [{ ...letter, act, postalArea: 'inside' }, 'L-228'] as const),
        ...acts
          .filter(({ kind }) => kind !== 'verify')
          .map((act) => [{ ...letter, act, postalArea: 'unknown' }, 'L-227'] as const),
        [{ ...letter, act: { kind: 'release', closed: null, witnessed: false } }, 'L-310'],
      ],
    ],
    [
      'opening hours: nobody is checked in or verified outside; who was verified before closing may finish',
      [
        [{ act: { kind: 'check-in', closed } }, 'L-210'],
        [{ act: { kind: 'verify', closed, proof: { kind: 'passport', issuerCountry: 'FIN' } } }, 'L-210'],
        [{ act: { kind: 'release', closed, witnessed: true } }, 'L-210'],
        [{ act: { kind: 'release', closed: null, witnessed: true } }, 'allowed'],
      ],
    ],
    [
      'bank ID and mobile certificate: accepted as proof at the desk, not for external accounts',
      (['student', 'partner', 'external'] as const).map((recipientClass) => [
        { recipientClass, act: { kind: 'verify', closed: null, proof: { kind: 'e-id', issuerCountry: 'FIN' } } },
        recipientClass === 'external' ? 'L-224' : 'allowed',
      ]),
    ],
    [
      'partner and external users: whose account has ended is sent to their contact person, whatever is asked',
      (['partner', 'external'] as const).flatMap((recipientClass) =>
        acts.map((act) => [{ recipientClass, act, accountEnded: true, sponsor: 'Leena Mäki' }, 'L-222'] as const),
      ),
    ],
  ]
  it.each(rows)('%s', (_row, answers) => {
    for (const [one, answer] of answers) expect(codeOf(one), JSON.stringify(one)).toBe(answer)
  })

  it('self-service by bank ID is for whoever has strong e-ID here: externals and training accounts do not', () => {
    expect(RecipientClass.options.filter((of) => classRule(policy, of).selfService)).toEqual([
      'student',
      'staff',
      'partner',
    ])
    expect(classRule(policy, 'training').resetAddress).toMatch(/^https:/)
  })

  it('shows the sponsor of partners and externals, and of nobody else while the account lasts', () => {
    const sponsorOf = (recipientClass: RecipientClass) => {
      const decision = decide(policy, asked({ recipientClass, sponsor: 'Leena Mäki' }))
      return decision.allowed ? decision.sponsor : undefined
    }
    expect(sponsorOf('partner')).toBe('Leena Mäki')
    expect(sponsorOf('external')).toBe('Leena Mäki')
    expect(sponsorOf('student')).toBeNull()
  })
})

it('a policy from before all this is still understood, and as strictly', () => {
  const rule = {
    channel: 'porter',
    deskKind: 'porter',
    proofs: ['passport', 'driving-licence'],
    needsRequestReference: true,
    showSponsor: false,
  }
  const old = Policy.parse({
    version: 1,
    rules: [{ ...rule, recipientClass: 'student' }],
    verificationSeconds: 300,
    accountOnSlip: 'full',
  })
  const porter = { channel: 'porter', deskKind: 'porter' } as const
  expect(codeOf(porter, old)).toBe('allowed')
  expect(codeOf({ ...porter, requestReference: null }, old)).toBe('L-207')
  expect(
    codeOf(
      { ...porter, act: { kind: 'verify', closed: null, proof: { kind: 'driving-licence', issuerCountry: 'EST' } } },
      old,
    ),
  ).toBe('L-229')
  expect(codeOf({ ...porter, act: { kind: 'issue', how: 'walk-in', by: 'agent' } }, old)).toBe('L-225')
  expect(codeOf({ ...porter, act: { kind: 'issue', how: 'prepared', by: 'hr' } }, old)).toBe('L-618')
  expect(codeOf({ ...porter, recipientClass: 'training' }, old)).toBe('L-230')
})

// --- any policy, any case ---

const some = <T>(values: readonly T[]) => fc.constantFrom(...values)
const issuer = some(['FIN', 'SWE', 'D', 'CHE', 'IND', 'USA', 'UTO'])
const ruleArb: fc.Arbitrary<PolicyRule> = fc.record(
  {
    recipientClass: some(RecipientClass.options),
    channel: some(Channel.options),
    deskKind: some(DeskKind.options),
    proofs: fc.subarray([...ProofKind.options]),
    needsRequestReference: fc.boolean(),
    showSponsor: fc.boolean(),
    fourEyes: fc.boolean(),
    prepared: fc.boolean(),
    walkIn: fc.boolean(),
    issuedBy: fc.subarray([...AgentRole.options]),
  },
  {
    requiredKeys: [
      'recipientClass',
      'channel',
      'deskKind',
      'proofs',
      'needsRequestReference',
      'showSponsor',
      'fourEyes',
      'prepared',
    ],
  },
)
const classArb = fc.record(
  {
    pickup: fc.boolean(),
    resetAddress: some([null, 'https://reset.example/']),
    selfService: fc.boolean(),
    eId: fc.boolean(),
    endedAccount: some(['refuse', 'allow'] as const),
  },
  { requiredKeys: [] },
)
const policyArb: fc.Arbitrary<Policy> = fc.record({
  version: fc.nat(9),
  rules: fc.array(ruleArb, { maxLength: 12 }),
  classes: fc.dictionary(some(RecipientClass.options), classArb),
  proofRules: fc.dictionary(
    some(ProofKind.options),
    fc.record({ issuers: fc.oneof(fc.constant('any' as const), fc.array(issuer, { maxLength: 4 })) }),
  ),
  letters: fc.constant({ inside: [] }),
  verificationSeconds: fc.constant(300),
  pickupDays: fc.integer({ min: 1, max: 365 }),
  secretDays: fc.integer({ min: 0, max: 365 }),
  badgeResumeMinutes: fc.integer({ min: 0, max: 240 }),
  accountOnSlip: fc.constant('full' as const),
})
const closedArb = fc.oneof(
  fc.constant(null),
  fc.record({ opensAt: fc.oneof(fc.constant(null), fc.constant(Date.UTC(2026, 2, 3, 6))) }),
)
const actArb: fc.Arbitrary<PolicyCase['act']> = fc.oneof(
  fc.record({
    kind: fc.constant('issue' as const),
    how: some(['prepared', 'walk-in'] as const),
    by: some([null, ...AgentRole.options]),
  }),
  fc.constant({ kind: 'route' as const }),
  fc.record({ kind: fc.constant('check-in' as const), closed: closedArb }),
  fc.record({
    kind: fc.constant('verify' as const),
    closed: closedArb,
    proof: fc.record({ kind: some(ProofKind.options), issuerCountry: issuer }),
  }),
  fc.record({ kind: fc.constant('release' as const), closed: closedArb, witnessed: fc.boolean() }),
)
const caseArb: fc.Arbitrary<PolicyCase> = fc.record({
  recipientClass: some(RecipientClass.options),
  channel: some(Channel.options),
  deskKind: some(DeskKind.options),
  requestReference: some([null, 'PYY-1']),
  accountEnded: fc.boolean(),
  sponsor: some([null, 'Leena Mäki']),
  postalArea: some(['inside', 'outside', 'unknown'] as const),
  act: actArb,
})
/** A case and a policy that has a rule for it, most of the time: else nearly everything is refused for want of one. */
const bothArb = fc
  .tuple(policyArb, caseArb, ruleArb, fc.integer({ min: 0, max: 3 }))
  .map(([by, one, rule, dice]): [Policy, PolicyCase] => {
    const { recipientClass, channel, deskKind } = one
    return [dice === 0 ? by : { ...by, rules: [...by.rules, { ...rule, recipientClass, channel, deskKind }] }, one]
  })

const now = Date.UTC(2026, 2, 2, 7)
const words = (text: string) => ({ fi: text, sv: text, en: text })
const directory = DeskKind.options.map((kind, i): DirectoryDesk => ({
  id: `desk${i}`.padEnd(22, '0') as DirectoryDesk['id'],
  kind,
  name: words(kind),
  unit: words('Unit'),
  address: 'Street 1, 00100 Helsinki',
  hours: usualHours,
}))

describe('over any policy and any case', () => {
  it('the decision is total and explains itself', () => {
    fc.assert(
      fc.property(bothArb, fc.boolean(), ([by, one], known) => {
        const decision = decide(by, one)
        if (decision.allowed) {
          const { rule } = decision
          expect(by.rules).toContain(rule)
          expect([rule.recipientClass, rule.channel, rule.deskKind]).toEqual([
            one.recipientClass,
            one.channel,
            one.deskKind,
          ])
          return
        }
        expect(policyCodes).toContain(decision.code)
        const failure = failureOf(decision, known ? directory : [], now)
        for (const language of languages) {
          const { what, next } = describeFailure(failure, language)
          expect(what.length).toBeGreaterThan(10)
          expect(next.length).toBeGreaterThan(10)
          expect(`${what} ${next}`).not.toMatch(/…|undefined|\{/)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('the same question has the same answer, and policy survives its way through JSON', () => {
    fc.assert(
      fc.property(bothArb, ([by, one]) => {
        expect(decide(Policy.parse(JSON.parse(JSON.stringify(by))), one)).toEqual(decide(by, one))
      }),
      { numRuns: 500 },
    )
  })

  /** One step stricter, of each kind there is. */
  const stricter: readonly ((by: Policy, pick: number) => Policy)[] = [
    (by, pick) => ({ ...by, rules: by.rules.filter((_, i) => i !== pick % Math.max(1, by.rules.length)) }),
    ...(
      [
        (rule, pick) => ({
          ...rule,
          proofs: rule.proofs.filter((_, i) => i !== pick % Math.max(1, rule.proofs.length)),
        }),
        (rule) => ({ ...rule, needsRequestReference: true }),
        (rule) => ({ ...rule, fourEyes: true }),
        (rule) => ({ ...rule, prepared: false }),
        (rule) => ({ ...rule, walkIn: false }),
        (rule) => ({ ...rule, issuedBy: (rule.issuedBy ?? ['supervisor']).slice(1) }),
      ] satisfies ((rule: PolicyRule, pick: number) => PolicyRule)[]
    ).map((change: (rule: PolicyRule, pick: number) => PolicyRule) => (by: Policy, pick: number): Policy => ({
      ...by,
      rules: by.rules.map((rule, i) => (i === pick % by.rules.length ? change(rule, pick) : rule)),
    })),
    (by, pick) => tightenClass(by, pick, { pickup: false }),
    (by, pick) => tightenClass(by, pick, { eId: false }),
    (by, pick) => tightenClass(by, pick, { endedAccount: 'refuse' }),
    (by, pick) => ({
      ...by,
      proofRules: {
        ...by.proofRules,
        [ProofKind.options[pick % ProofKind.options.length] ?? 'passport']: { issuers: [] },
      },
    }),
  ]
  function tightenClass(by: Policy, pick: number, change: NonNullable<Policy['classes'][RecipientClass]>): Policy {
    const one = RecipientClass.options[pick % RecipientClass.options.length] ?? 'student'
    return { ...by, classes: { ...by.classes, [one]: { ...by.classes[one], ...change } } }
  }

  it('a stricter policy never allows more', () => {
    let allowed = 0
    fc.assert(
      fc.property(
        bothArb,
        fc.array(fc.tuple(fc.nat(stricter.length - 1), fc.nat(60)), { minLength: 1, maxLength: 3 }),
        ([by, one], steps) => {
          const strict = steps.reduce((so, [which, pick]) => stricter[which]?.(so, pick) ?? so, by)
          if (!decide(strict, one).allowed) return
          allowed += 1
          expect(decide(by, one).allowed).toBe(true)
        },
      ),
      { numRuns: 5000 },
    )
    // Else the property says nothing.
    expect(allowed).toBeGreaterThan(300)
  })
})
