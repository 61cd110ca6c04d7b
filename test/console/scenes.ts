/**
 * A university on an ordinary day, as the hub would tell of it: for the console's pictures and its checks of every
 * page.
 */
import { usualHours } from '../../src-shared/domain/opening-hours.ts'
import type { AgentRole } from '../../src-shared/hub-api/agent/words.ts'
import { LdapSourceSettings } from '../../src-shared/hub-api/agent/people-sources.ts'
import { Policy } from '../../src-shared/policy/index.ts'
import type { ScriptedHandlers } from './scripted-hub.ts'

/** 22 characters by a name. */
export const idOf = (name: string): never => name.padEnd(22, '0').slice(0, 22) as never
const minute = 60_000
/** Scenes are told from here on. */
export const sceneNow = Date.now()
const text = (fi: string, sv: string, en: string) => ({ fi, sv, en })

const sourceRun = {
  id: 'r1',
  source: 's1',
  kind: 'run',
  reading: 'full',
  state: 'braked',
  startedAt: sceneNow - 18 * minute,
  endedAt: null,
  by: 'schedule',
  confirmedBy: null,
  read: 12_003,
  unchanged: 12_000,
  adds: 0,
  changes: 1,
  ends: 8409,
  refused: 1,
  applied: 0,
  problem: { code: 'L-345', params: { count: 8410, of: 20_412, percent: 10 } },
} as const

const units = {
  lakeside: { id: idOf('unit-lakeside'), name: text('Rantakampus', 'Strandcampus', 'Lakeside campus') },
  hill: { id: idOf('unit-hill'), name: text('Mäkikampus', 'Backcampus', 'Hill campus') },
  main: { id: idOf('unit-main'), name: text('Päärakennus', 'Huvudbyggnaden', 'Main building') },
}
export const deskList = [
  {
    id: idOf('desk-a'),
    kind: 'porter',
    unit: units.lakeside.name,
    name: text('Vahtimestarit', 'Vaktmästarna', 'Porter’s lodge'),
    kiosk: idOf('kiosk-a'),
  },
  {
    id: idOf('desk-b'),
    kind: 'helpdesk',
    unit: units.main.name,
    name: text('Helpdesk', 'Helpdesk', 'Helpdesk'),
    kiosk: idOf('kiosk-b'),
  },
  {
    id: idOf('desk-c'),
    kind: 'student-affairs',
    unit: units.main.name,
    name: text('Opintopalvelut', 'Studieservice', 'Student affairs'),
    kiosk: idOf('kiosk-c'),
  },
  {
    id: idOf('desk-d'),
    kind: 'hr',
    unit: units.hill.name,
    name: text('Henkilöstöpalvelut', 'Personaltjänster', 'Human resources'),
    kiosk: idOf('kiosk-d'),
  },
  {
    id: idOf('desk-e'),
    kind: 'porter',
    unit: units.hill.name,
    name: text('Vahtimestarit', 'Vaktmästarna', 'Porter’s lodge'),
    kiosk: null,
  },
] as const
const place = (index: number) => {
  const desk = deskList[index] ?? deskList[0]
  return { id: desk.id, name: desk.name, unit: desk.unit }
}

const people = [
  ['Aino', 'Saarinen', 'student', 'granted', 0],
  ['Erik', 'Lindqvist', 'student', 'handed-over', 1],
  ['Leila', 'Haddad', 'partner', 'revoking', 0],
  ['Mikael', 'Öhman', 'staff', 'granted', 3],
  ['Sofia', 'Mäkelä-Virtanen', 'student', 'unassigned', 4],
  ['Tuomas', 'Niemi', 'external', 'burned', 1],
  ['Fatima', 'Noor', 'student', 'handed-over', 2],
  ['Oskar', 'Wikström', 'student', 'dispatched', 1],
  ['Helmi', 'Koskinen', 'student', 'returned', 2],
  ['<img src=x onerror=alert(1)>', 'Kokeilu', 'external', 'revoked', 0],
] as const
const account = (given: string, family: string) =>
  `${given}.${family}`
    .toLowerCase()
    .replaceAll(/[^a-zåäö.-]/g, '')
    .slice(0, 40) || 'x'
const pickupRows = people.map(([given, family, recipientClass, state, desk], index) => ({
  id: idOf(`pickup-${index}`),
  account: account(given, family),
  name: `${given} ${family}`,
  recipient: idOf(`person-${index}`),
  recipientClass,
  desk: place(desk).id,
  channel:
    state === 'dispatched'
      ? ('registered-letter' as const)
      : recipientClass === 'staff'
        ? ('hr' as const)
        : desk === 0 || desk === 4
          ? ('porter' as const)
          : ('helpdesk' as const),
  requestReference: index % 3 === 2 ? null : `INC-${20_480 + index}`,
  state: state,
  issuedAt: sceneNow - index * 47 * minute,
  expiresAt: sceneNow + (45 - index) * 86_400_000,
}))
const view = (index: number) => {
  const [given, family, recipientClass] = people[index] ?? people[0]
  return {
    id: idOf(`person-${index}`),
    class: recipientClass,
    name: { given, family },
    formerNames: index === 4 ? [{ given, family: 'Mäkelä' }] : [],
    language: 'fi' as const,
    sponsor: recipientClass === 'partner' ? 'Ritva Salo' : null,
    accounts: [{ account: account(given, family), validUntil: recipientClass === 'partner' ? '2027-07-31' : null }],
    hasBirthDate: index !== 2,
    cards: 1,
  }
}
const standing = (index: number) => {
  const row = pickupRows[index] ?? pickupRows[0]
  const state = row?.state ?? 'granted'
  const what = { granted: 'at-desk', revoking: 'awaiting-acknowledgement', unassigned: 'no-kiosk' } as const
  return {
    what: what[state as 'granted'] ?? ('ended' as const),
    desk: place(people[index]?.[4] ?? 0),
    movingTo: state === 'revoking' ? place(1) : null,
    lastContactAt: state === 'unassigned' ? null : sceneNow - (state === 'revoking' ? 174 : 1) * minute,
  }
}

const watchDesk = (index: number, more: object) => ({
  ...place(index),
  kind: deskList[index]?.kind ?? 'porter',
  light: 'green' as const,
  amberSince: null,
  alert: false,
  reasons: [],
  open: true,
  nextChangeAt: sceneNow + 200 * minute,
  kiosk: deskList[index]?.kiosk ?? null,
  lastContactAt: sceneNow - 20_000,
  version: '0.1.0',
  update: null,
  frozen: false,
  acked: 4_812,
  waiting: 12 + index * 5,
  revoking: 0,
  ungranted: index === 1 ? 3 : 0,
  handedOverToday: 9 + index * 4,
  status: { at: sceneNow, printer: 'ready', paper: null, unsent: 0, staff: 1 },
  ...more,
})
const day = (back: number) => new Date(sceneNow - back * 86_400_000).toISOString().slice(0, 10)
const proofs = ['passport', 'identity-card', 'residence-permit', 'driving-licence', 'e-id'] as const
const rule = (
  recipientClass: 'student' | 'staff' | 'partner',
  channel: 'helpdesk' | 'porter' | 'hr',
  deskKind: 'helpdesk' | 'porter' | 'hr',
) => ({
  recipientClass,
  channel,
  deskKind,
  proofs: [...proofs],
  needsRequestReference: channel === 'porter',
  showSponsor: recipientClass === 'partner',
  fourEyes: false,
})
export const scenePolicy = Policy.parse({
  version: 7,
  rules: [
    rule('student', 'helpdesk', 'helpdesk'),
    rule('student', 'porter', 'porter'),
    rule('partner', 'helpdesk', 'helpdesk'),
    rule('staff', 'hr', 'hr'),
  ],
  verificationSeconds: 300,
  accountOnSlip: 'full',
})

const sceneImport = {
  id: 'i1',
  name: 'uudet-opiskelijat.csv',
  state: 'checked' as const,
  createdAt: sceneNow - 3 * minute,
  createdBy: 'ritva.salo',
  supersede: false,
  bytes: 412_000,
  rows: 5_000,
  ready: 4_998,
  refused: 2,
  done: 0,
  problem: null,
  warnings: [],
  problems: [
    { code: 'L-609' as const, rows: 1 },
    { code: 'L-618' as const, rows: 1 },
  ],
}

/** Three waves in a frame, as black dots. */
function sceneLogo(): { width: number; height: number; dots: string } {
  const [width, height] = [160, 48]
  const bytes = Buffer.alloc((width / 8) * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const frame = x < 3 || y < 3 || x >= width - 3 || y >= height - 3
      const wave = [12, 24, 36].some((middle) => Math.abs(y - middle - 4 * Math.sin(x / 9)) < 2)
      if (frame || wave) bytes[(y * width + x) >> 3] = (bytes[(y * width + x) >> 3] ?? 0) | (0x80 >> (x & 7))
    }
  return { width, height, dots: bytes.toString('base64') }
}

/** What the hub answers to someone of that role. */
export function sceneHandlers(role: AgentRole): ScriptedHandlers {
  const session = {
    name: 'ritva.salo',
    displayName: 'Ritva Salo',
    role,
    by: 'local' as const,
    csrf: 'csrf-of-the-scenes',
    startedAt: sceneNow - 40 * minute,
    idleAt: sceneNow + 30 * minute,
    endsAt: sceneNow + 600 * minute,
    timeZone: 'Europe/Helsinki',
  }
  return {
    session: () => session,
    signInOptions: () => ({ local: true, oidc: { label: 'Suvanto SSO', trouble: null }, first: false }),
    signIn: (_query, { password }) => (password === 'wrong' ? { failed: 'L-610' } : session),
    signOut: () => ({ signedOut: true }),
    desks: () => ({
      desks: deskList.map((desk) => ({
        ...desk,
        ready: desk.kiosk !== null,
        lastContactAt: desk.kiosk === null ? null : sceneNow - minute,
        acked: 10,
        frozen: false,
        version: '0.1.0',
        update: null,
      })),
    }),
    watch: () => ({
      hubTime: sceneNow,
      desks: [
        watchDesk(0, {
          light: 'amber',
          amberSince: sceneNow - 14 * minute,
          alert: true,
          reasons: ['silent', 'unsent'],
          lastContactAt: sceneNow - 174 * minute,
          revoking: 1,
          status: { at: sceneNow - 174 * minute, printer: 'paper-near-end', paper: null, unsent: 3, staff: 1 },
        }),
        watchDesk(1, { update: 'installed' }),
        watchDesk(2, {
          light: 'amber',
          amberSince: sceneNow - 3 * minute,
          reasons: ['paper'],
          status: { at: sceneNow, printer: 'paper-out', paper: 'out', unsent: 0, staff: 1 },
        }),
        watchDesk(3, {}),
        watchDesk(4, {
          light: 'grey',
          reasons: ['no-kiosk'],
          lastContactAt: null,
          version: null,
          status: null,
          waiting: 0,
          handedOverToday: 0,
        }),
      ] as never,
      work: [
        { kind: 'replace' as const, desk: place(1).id, total: 3000, done: 1240, held: 1, since: sceneNow - minute },
      ],
      openAlarms: 2,
      openDisputes: 1,
      holding: false,
      awaited: [],
    }),
    pickups: ({ text: wanted = '', state }) => ({
      pickups: pickupRows.filter(
        (row) =>
          `${row.name} ${row.account}`.toLowerCase().includes(wanted.toLowerCase()) &&
          (state === undefined || state.includes(row.state)),
      ),
      next: wanted === '' ? 'mark-2' : null,
    }),
    countPickups: () => ({ count: 1_000, more: true, estimate: false }),
    pickup: ({ pickup }) => {
      const index = Math.max(
        0,
        pickupRows.findIndex((row) => row.id === pickup),
      )
      const row = pickupRows[index] as (typeof pickupRows)[number]
      const live = ['unassigned', 'granted', 'revoking'].includes(row.state)
      return {
        ...row,
        standing: standing(index),
        secretKind: 'password',
        pickupCode: '7KQ2M9TD',
        language: 'fi',
        sponsor: view(index).sponsor,
        accountValidUntil: null,
        hasBirthDate: true,
        cards: 1,
        replacedBy: row.state === 'burned' ? idOf('pickup-0') : null,
        replaces: null,
        handedOver:
          row.state === 'handed-over' ? { at: sceneNow - 30 * minute, desk: place(1).name, slip: 'HD-0042' } : null,
        disputes: 0,
        may: { reroute: live, revoke: live, extend: live, reissue: !live && row.state !== 'handed-over' },
      }
    },
    timeline: ({ pickup }) => {
      const at = (minutes: number) => sceneNow - minutes * minute
      const done = pickup === idOf('pickup-1')
      return {
        events: [
          { time: at(140), kind: 'issued', desk: null, actor: 'ritva.salo', detail: { channel: 'helpdesk' } },
          { time: at(140), kind: 'granted', desk: 'Helpdesk', actor: null, detail: { epoch: 1 } },
          ...(done
            ? [
                { time: at(36), kind: 'arrival', desk: 'Helpdesk', actor: null, detail: { by: 'card' } },
                {
                  time: at(33),
                  kind: 'verification',
                  desk: 'Helpdesk',
                  actor: 'Kaisa Lehto',
                  detail: { proof: 'passport', method: 'machine-read', issuerCountry: 'FIN', expiryValid: true },
                },
                {
                  time: at(32),
                  kind: 'slip-intended',
                  desk: 'Helpdesk',
                  actor: 'Kaisa Lehto',
                  detail: { number: 'HD-0042', language: 'fi', further: false },
                },
                { time: at(32), kind: 'slip-printed', desk: 'Helpdesk', actor: null, detail: {} },
                { time: at(30), kind: 'handed-over', desk: 'Helpdesk', actor: 'Kaisa Lehto', detail: {} },
              ]
            : [{ time: at(20), kind: 're-routed', desk: 'Helpdesk', actor: 'ritva.salo', detail: {} }]),
        ],
      }
    },
    revoke: () => ({ state: 'revoking' }),
    extend: (_query, { expiresAt }) => ({ expiresAt }),
    reissue: () => ({ pickup: idOf('pickup-0'), state: 'granted', pickupCode: '7KQ2M9TD' }),
    recipients: ({ text: wanted }) => ({
      recipients: people
        .map((_person, index) => view(index))
        .filter(({ name }) => `${name.given} ${name.family}`.toLowerCase().includes(wanted.toLowerCase())),
      more: false,
    }),
    recipient: ({ recipient }) =>
      view(
        Math.max(
          0,
          people.findIndex((_person, index) => idOf(`person-${index}`) === recipient),
        ),
      ),
    saveRecipient: (_query, { id }) => ({ recipient: id ?? idOf('person-0') }),
    setBirthDate: () => ({ saved: true }),
    addCard: () => ({ cards: 2 }),
    removeCard: () => ({ cards: 0 }),
    mayIssue: ({ account: asked, requestReference }) => {
      const index = Math.max(
        0,
        people.findIndex(([given, family]) => account(given, family) === asked),
      )
      const option = (
        channel: 'helpdesk' | 'student-affairs' | 'porter' | 'hr' | 'registered-letter',
        why: { code: string; params?: object } | null,
        desks: number[],
      ) => ({
        channel,
        allowed: why === null,
        why: why as never,
        needsRequestReference: channel === 'porter' || channel === 'registered-letter',
        showSponsor: false,
        proofs: [...proofs],
        desks: desks.map((each) => ({
          ...place(each),
          kind: deskList[each]?.kind ?? ('porter' as const),
          ready: each !== 4,
          lastContactAt: each === 4 ? null : sceneNow - 2 * minute,
        })),
      })
      return {
        recipient: view(index),
        validUntil: null,
        ended: false,
        live: index === 0 ? { pickup: idOf('pickup-0'), desk: place(0).id, state: 'granted' } : null,
        why: null,
        options: [
          option('helpdesk', null, [1]),
          option('student-affairs', null, [2]),
          option('porter', requestReference === undefined ? { code: 'L-207' } : null, [0, 4]),
          option('hr', { code: 'L-206', params: { where: 'helpdesk' } }, []),
          option('registered-letter', { code: 'L-207' }, []),
        ],
      }
    },
    issue: () => ({ pickup: idOf('pickup-0'), state: 'granted', pickupCode: '7KQ2M9TD' }),
    writeOffPreview: ({ kiosk }) => ({
      kiosk,
      desk: place(0),
      state: 'active',
      lastContactAt: sceneNow - 174 * minute,
      burn: 14,
      reissue: 14,
      pickups: [{ id: idOf('pickup-0'), account: 'aino.saarinen', name: 'Aino Saarinen', issuedAt: sceneNow }],
    }),
    writeOff: () => ({ burned: 14, reissued: 14 }),
    unfreeze: () => ({ unfrozen: true }),
    alarms: () => ({
      alarms: [
        {
          id: 3,
          kind: 'ledger-mismatch',
          kiosk: idOf('kiosk-a'),
          pickup: null,
          pickups: [],
          detail: 'hash of entry 88',
          at: sceneNow - 9 * minute,
          closedAt: null,
          closedBy: null,
        },
        {
          id: 2,
          kind: 'ungrantable',
          kiosk: idOf('kiosk-b'),
          pickup: idOf('pickup-4'),
          pickups: [],
          detail: 'a card that is no number',
          at: sceneNow - 60 * minute,
          closedAt: null,
          closedBy: null,
        },
      ],
      disputes: [
        {
          id: 1,
          pickup: idOf('pickup-1'),
          kiosk: idOf('kiosk-b'),
          seq: 412,
          at: sceneNow - 30 * minute,
          closedAt: null,
          closedBy: null,
        },
      ],
    }),
    closeAlarm: () => ({ closed: true }),
    enrolmentCode: () => ({ code: 'K7Q2M-9TDXA-4RWNP-C3VHE.ZQ81XW0LJ5' }),
    enrolmentCodes: (_query, { desks }) => ({
      codes: desks.map((desk) => ({ desk, code: 'K7Q2M-9TDXA.ZQ81XW0LJ5' })),
      csv: 'desk,code\r\n',
    }),
    series: () => ({
      handovers: Array.from({ length: 30 }, (_, back) =>
        [0, 1, 2, 3].map((desk) => ({
          day: day(29 - back),
          desk: place(desk).id,
          channel: (['porter', 'helpdesk', 'student-affairs', 'hr'] as const)[desk] ?? 'porter',
          count: (back * 7 + desk * 5) % 19,
        })),
      ).flat(),
      waiting: Array.from({ length: 30 }, (_, back) => ({
        day: day(29 - back),
        desk: place(1).id,
        count: 10,
        median: 120 + ((back * 13) % 90),
        p90: 300 + ((back * 31) % 200),
      })),
    }),
    ledgerEntries: () => ({
      entries: [
        'handed-over',
        'slip-printed',
        'slip-intended',
        'verification',
        'arrival',
        'staff-signed-in',
        'engine-started',
      ].map((kind, index) => ({
        kiosk: idOf('kiosk-b'),
        desk: place(1),
        seq: 412 - index,
        kind,
        time: sceneNow - index * minute,
        receivedAt: sceneNow - index * minute,
        pickup: index < 5 ? idOf('pickup-1') : null,
        actor: index === 1 || index === 4 ? null : 'Kaisa Lehto',
        facts: kind === 'verification' ? { proof: 'passport', method: 'machine-read', issuerCountry: 'FIN' } : {},
        hash: 'b3'.repeat(32),
        poison: false,
      })),
      next: 'mark-2',
    }),
    inbox: ({ state }) => ({
      requests: [0, 1, 2].map((index) => ({
        id: idOf(`request-${index}`),
        desk: { ...place(0), kind: 'porter' as const },
        state: state ?? ('waiting' as const),
        filedAt: sceneNow - (index * 17 + 4) * minute,
        receivedAt: sceneNow - (index * 17 + 3) * minute,
        account: index === 2 ? null : (pickupRows[index]?.account ?? null),
        name: index === 2 ? null : (pickupRows[index]?.name ?? null),
        byStaff: index === 1 ? 'Veikko Aalto' : null,
        reason: state === 'declined' ? ('duplicate' as const) : null,
        reference: state === 'approved' ? `LR-2026-00012${index}` : null,
        pickup: state === 'approved' ? idOf(`pickup-${index}`) : null,
        decidedAt: state === 'approved' || state === 'declined' ? sceneNow - index * minute : null,
        decidedBy: state === 'approved' || state === 'declined' ? 'ritva.salo' : null,
      })),
      waiting: 3,
    }),
    approveRequest: () => ({ pickup: idOf('pickup-0'), reference: 'LR-2026-000123' }),
    declineRequest: () => ({ declined: true }),
    setAddress: () => ({ area: 'outside', letter: 'none' }),
    letters: () => ({
      letters: [null, 'delivered' as const, 'returned-by-post' as const].map((ended, index) => ({
        pickup: idOf(`pickup-${index + 5}`),
        tracking: `RR12345678${index}FI`,
        at: sceneNow - (index * 2_000 + 90) * minute,
        ended,
        endedAt: ended === null ? null : sceneNow - index * 60 * minute,
      })),
    }),
    auditTrail: () => ({
      acts: ['issued', 're-routed', 'enrolment-code', 'alarm-closed'].map((act, index) => ({
        id: 90 - index,
        at: sceneNow - index * 11 * minute,
        actor: 'ritva.salo',
        act,
        pickup: index < 2 ? idOf('pickup-2') : null,
        desk: index === 3 ? null : { ...place(1), kind: 'helpdesk' as const },
        detail: {},
      })),
      next: null,
    }),
    quarantine: () => ({
      entries: (['handed-over', 'handed-over', 'slip-printed', 'handed-over', 'engine-started'] as const).map(
        (kind, index) => ({
          id: 40 - index,
          kiosk: deskList[0]?.kiosk ?? idOf('kiosk-a'),
          desk: place(0),
          seq: 4_818 - index,
          kind,
          pickup: kind === 'engine-started' ? null : idOf(`pickup-${index}`),
          time: sceneNow - (3 + index) * 7 * minute,
          receivedAt: sceneNow - minute,
          reason: index < 3 ? ('apart' as const) : ('frozen' as const),
          joined: index === 3,
          effect: ([`dispute`, 'handover', null, 'handover', null] as const)[index] ?? null,
          hash: `${index}b7e`.repeat(16),
        }),
      ),
      next: null,
    }),
    chains: () => ({
      kiosks: [0, 1, 2].map((index) => ({
        kiosk: deskList[index]?.kiosk ?? idOf('kiosk-a'),
        desk: place(index),
        kind: index === 2 ? ('check-in' as const) : ('desk' as const),
        state: 'active' as const,
        frozen: index === 0,
        entries: 4_812 - index * 900,
        head: 'a4'.repeat(32),
        lastContactAt: sceneNow - minute,
        apart: index === 0 ? 5 : 0,
      })),
    }),
    exportKey: () => ({ key: 'A'.repeat(43), fingerprint: '9f2c 18aa 03de 7741 6b0e 55c1 f2d9 8a30' }),
    dataSubject: () => ({
      madeAt: sceneNow,
      data: { name: 'Aino Saarinen' },
      text: {
        fi: 'Tiedot henkilöstä Aino Saarinen',
        sv: 'Uppgifter om Aino Saarinen',
        en: 'What is held of Aino Saarinen',
      },
    }),
    erase: () => ({ erased: true, pickups: 3 }),
    retention: () => ({ personalDataDays: 90 }),
    saveRetention: () => ({ saved: true }),
    units: () => ({
      units: [
        {
          ...units.lakeside,
          address: 'Rantatie 1',
          hours: usualHours,
          desks: [
            {
              id: place(0).id,
              kind: 'porter',
              name: place(0).name,
              slipPrefix: 'LAK',
              hours: { ...usualHours, exceptions: [{ date: day(-10), spans: [] }] },
              kiosk: idOf('kiosk-a'),
            },
          ],
        },
        {
          ...units.main,
          address: 'Keskuskatu 2',
          hours: null,
          desks: [1, 2].map((index) => ({
            id: place(index).id,
            kind: deskList[index]?.kind ?? 'helpdesk',
            name: place(index).name,
            slipPrefix: index === 1 ? 'HD' : 'OP',
            hours: null,
            kiosk: idOf(`kiosk-${index}`),
          })),
        },
      ],
    }),
    saveUnit: (_query, { id }) => ({ id: id ?? idOf('unit-new') }),
    saveDesk: (_query, { id }) => ({ id: id ?? idOf('desk-new') }),
    staff: () => ({
      staff: [
        { id: idOf('staff-1'), name: 'Kaisa Lehto', role: 'supervisor', desks: [place(1).id, place(2).id], badges: 1 },
        { id: idOf('staff-2'), name: 'Veikko Aalto', role: 'porter', desks: [place(0).id], badges: 0 },
      ],
    }),
    saveStaff: (_query, { id }) => ({ id: id ?? idOf('staff-3') }),
    removeStaff: () => ({ removed: true }),
    addBadge: () => ({ badges: 1 }),
    removeBadges: () => ({ badges: 0 }),
    policy: () => ({
      policy: scenePolicy,
      versions: [
        { version: 7, at: sceneNow - 9_000 * minute, by: 'ritva.salo', note: 'Kesäajan poikkeus' },
        { version: 6, at: sceneNow - 90_000 * minute, by: 'seed', note: '' },
      ],
    }),
    policyVersion: ({ version }) => ({ policy: { ...scenePolicy, version } }),
    savePolicy: () => ({ version: 8 }),
    policyPreview: (_query, { policy }) => ({
      warnings: [],
      problems: [],
      rows: policy.rules.map((each) => ({
        recipientClass: each.recipientClass,
        channel: each.channel,
        desks: [place(each.channel === 'porter' ? 0 : 1).id],
        proofs: each.proofs,
        needsRequestReference: each.needsRequestReference,
        fourEyes: each.fourEyes,
        change: each.fourEyes ? ('changed' as const) : ('same' as const),
      })),
      stranded: 0,
    }),
    organisation: () => ({
      timeZone: 'Europe/Helsinki',
      name: text('Suvannon yliopisto', 'Suvanto universitet', 'Suvanto University'),
      changeAddress: 'https://tunnus.suvanto.example/vaihda',
      selfServiceAddress: 'https://tunnus.suvanto.example/itsepalvelu',
      slipNote: text(
        'Neuvonta ma–to 8–20, pe 8–18',
        'Helpdesk mån–tors 8–20, fre 8–18',
        'Helpdesk Mon–Thu 8–20, Fri 8–18',
      ),
      slipLogo: sceneLogo(),
    }),
    saveOrganisation: () => ({ saved: true }),
    contact: () => ({
      address: 'Rantatie 4, 00999 Suvanto',
      telephone: '029 400 1000',
      email: 'helpdesk@suvanto.example',
      ticketAddress: 'https://tuki.suvanto.example',
      hoursAddress: '',
    }),
    saveContact: () => ({ saved: true }),
    setup: () => ({
      steps: [
        { step: 'institution', state: 'done', missing: [] },
        { step: 'places', state: 'done', missing: [] },
        { step: 'policy', state: 'open', missing: [{ what: 'training-address', must: false }] },
        { step: 'slip', state: 'skipped', missing: [{ what: 'slip-note', must: false }] },
        { step: 'people', state: 'done', missing: [] },
        { step: 'accounts', state: 'done', missing: [] },
        {
          step: 'staff',
          state: 'open',
          missing: [
            { what: 'badge', must: true },
            { what: 'staffed-desk', must: false },
          ],
        },
        { step: 'kiosk', state: 'open', missing: [{ what: 'working-kiosk', must: true }] },
        { step: 'test', state: 'open', missing: [{ what: 'handover', must: false }] },
      ],
      ready: false,
      finished: false,
    }),
    saveSetup: () => ({ saved: true }),
    exportSettings: () => ({ file: { version: 1, units: [], desks: [] } }),
    importSettings: () => ({
      changes: [
        { what: 'organisation', key: null, name: null, change: 'changed', fields: ['name', 'selfServiceAddress'] },
        { what: 'policy', key: null, name: null, change: 'changed', fields: ['rules', 'classes'] },
        { what: 'unit', key: 'hill', name: units.hill.name, change: 'added', fields: [] },
        { what: 'desk', key: 'hill-lodge', name: deskList[4].name, change: 'changed', fields: ['hours', 'slipPrefix'] },
      ],
      leftOut: ['recipients'],
    }),
    consoleAccounts: () => ({
      accounts: [
        {
          username: 'ritva.salo',
          name: 'Ritva Salo',
          role: 'administrator',
          by: 'local',
          disabled: false,
          lockedUntil: null,
          invitedUntil: null,
          lastSignInAt: sceneNow - 40 * minute,
        },
        {
          username: 'pekka.lahti',
          name: 'Pekka Lahti',
          role: 'agent',
          by: 'oidc',
          disabled: false,
          lockedUntil: null,
          invitedUntil: null,
          lastSignInAt: sceneNow - 400 * minute,
        },
        {
          username: 'auri.laine',
          name: 'Auri Laine',
          role: 'auditor',
          by: 'local',
          disabled: false,
          lockedUntil: null,
          invitedUntil: sceneNow + 4_000 * minute,
          lastSignInAt: null,
        },
      ],
    }),
    saveConsoleAccount: () => ({ saved: true }),
    inviteConsoleAccount: () => ({
      link: 'https://hub.suvanto.example/welcome#Zk3vYwQm8t4Jr1Np0bXcE7uLh5oAiD2fGsKq9VxRyTz',
      expiresAt: sceneNow + 4_320 * minute,
    }),
    tokens: () => ({
      tokens: [
        {
          id: 't1',
          name: 'ServiceDesk',
          role: 'agent',
          createdAt: sceneNow - 90_000 * minute,
          createdBy: 'ritva.salo',
          expiresAt: sceneNow + 400_000 * minute,
          revokedAt: null,
          revokedBy: null,
          lastUsedAt: sceneNow - 5 * minute,
        },
        {
          id: 't2',
          name: 'Vanha tikettijärjestelmä',
          role: 'agent',
          createdAt: sceneNow - 900_000 * minute,
          createdBy: 'ritva.salo',
          expiresAt: sceneNow + 100 * minute,
          revokedAt: sceneNow - 50_000 * minute,
          revokedBy: 'ritva.salo',
          lastUsedAt: null,
        },
      ],
    }),
    createToken: () => ({
      id: 't3',
      token: 'lodge_3kQ9xV1mZ8pR4tY7wB2nC6dF0hJ5sL',
      expiresAt: sceneNow + 500_000 * minute,
    }),
    revokeToken: () => ({ revoked: true }),
    imports: () => ({
      imports: [
        sceneImport,
        {
          ...sceneImport,
          id: 'i0',
          name: 'tuutorit.csv',
          state: 'done',
          ready: 0,
          refused: 0,
          done: 212,
          rows: 212,
          warnings: [],
          problems: [],
        },
      ],
    }),
    import: () => sceneImport,
    importRows: () => ({
      rows: [
        {
          line: 17,
          account: 'ei.ole',
          state: 'refused',
          problem: { code: 'L-609', params: { what: 'account' } },
          pickup: null,
        },
        { line: 902, account: 'mikael.ohman', state: 'refused', problem: { code: 'L-618' }, pickup: null },
      ],
      after: null,
    }),
    runImport: () => ({ state: 'running' }),
    cancelImport: () => ({ state: 'cancelled' }),
    createImport: () => ({ id: 'i1' }),
    importPart: () => ({ received: 1 }),
    peopleSources: () => ({
      folder: '/var/lib/lodge-hub/people',
      sources: [
        {
          id: 's1',
          name: 'Suvanto directory',
          enabled: true,
          everyMinutes: 30,
          brakePercent: 10,
          settings: LdapSourceSettings.parse({
            kind: 'ldap',
            url: 'ldaps://directory.suvanto.example',
            bindDn: 'cn=lodge,dc=suvanto,dc=example',
            baseDn: 'ou=people,dc=suvanto,dc=example',
          }),
          hasSecret: true,
          createdAt: sceneNow - 60 * minute,
          createdBy: 'ritva.salo',
          nextAt: sceneNow + 12 * minute,
          people: 20_412,
          last: sourceRun,
        },
      ],
    }),
    peopleRuns: () => ({ runs: [sourceRun] }),
    peopleRunRows: () => ({
      rows: [
        {
          n: 1,
          what: 'change',
          place: 'uid=aino.saarinen,ou=people,dc=suvanto,dc=example',
          account: 'aino.saarinen',
          fields: ['family', 'formerNames'],
          state: 'planned',
          problem: null,
        },
        {
          n: 2,
          what: 'refused',
          place: 'uid=erik.lindqvist,ou=people,dc=suvanto,dc=example',
          account: 'erik.lindqvist',
          fields: [],
          state: 'refused',
          problem: { code: 'L-342', params: { other: 'uid=leila.haddad,ou=people,dc=suvanto,dc=example' } },
        },
      ],
      after: null,
    }),
    webhooks: () => ({
      webhooks: [
        {
          id: 'w1',
          url: 'https://viestit.suvanto.example/lodge',
          events: ['ready', 'moved', 'expiring', 'handed-over'],
          createdAt: sceneNow,
          createdBy: 'ritva.salo',
          waiting: 2,
          dead: 1,
        },
      ],
    }),
    addWebhook: () => ({ id: 'w2', key: 'whsec_3kQ9xV1mZ8pR4tY7wB2n' }),
    removeWebhook: () => ({ removed: true }),
    testWebhook: () => ({ queued: true }),
    retryWebhook: () => ({ queued: true }),
    webhookDeliveries: () => ({
      deliveries: [
        {
          event: 12,
          id: 'w1',
          type: 'ready',
          pickup: idOf('pickup-0'),
          at: sceneNow - minute,
          state: 'pending',
          attempts: 2,
          nextAt: sceneNow + 4 * minute,
          status: 503,
          error: null,
        },
        {
          event: 11,
          id: 'w1',
          type: 'handed-over',
          pickup: idOf('pickup-1'),
          at: sceneNow - 30 * minute,
          state: 'delivered',
          attempts: 1,
          nextAt: null,
          status: 204,
          error: null,
        },
        {
          event: 4,
          id: 'w1',
          type: 'moved',
          pickup: idOf('pickup-2'),
          at: sceneNow - 4_000 * minute,
          state: 'dead',
          attempts: 12,
          nextAt: null,
          status: null,
          error: 'ECONNREFUSED',
        },
      ],
    }),
    sessions: () => ({
      sessions: [
        {
          id: 's1',
          name: 'ritva.salo',
          current: true,
          startedAt: sceneNow - 40 * minute,
          lastSeenAt: sceneNow,
          endsAt: sceneNow + 600 * minute,
          browser: 'Firefox, Linux',
        },
        {
          id: 's2',
          name: 'ritva.salo',
          current: false,
          startedAt: sceneNow - 900 * minute,
          lastSeenAt: sceneNow - 800 * minute,
          endsAt: sceneNow + 10 * minute,
          browser: 'Chrome, Windows',
        },
      ],
    }),
    revokeSession: () => ({ revoked: true }),
    changePassword: () => ({ changed: true }),
    firstAdministrator: () => session,
    acceptInvitation: () => session,
  }
}
