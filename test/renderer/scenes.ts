/** Kiosk states to draw: one per screen and per trouble, each valid by the contract's own schema. */
import type { z } from 'zod'
import {
  ApprovalId,
  CallId,
  DeskId,
  PickupId,
  SlipId,
  StaffId,
  VerificationId,
  type DeskKind,
} from '../../src-shared/domain/index.ts'
import { documentParams } from '../../src-shared/domain/document-words.ts'
import type { LetterView } from '../../src-shared/kiosk-api/views/letters.ts'
import type { PlaceNow } from '../../src-shared/policy/places.ts'
import type { CounterStep, DocumentView, KioskState, PickupView, SlipView } from '../../src-shared/kiosk-api/index.ts'
import type { AccountView, WalkInStep } from '../../src-shared/kiosk-api/views/walk-in.ts'

const id = (text: string) => text.padEnd(22, '0')
/** 2026-03-02 09:52 in Helsinki. */
export const sceneNow = Date.UTC(2026, 2, 2, 7, 52)
const minute = 60_000
const day = 24 * 60 * minute
/** The desk closes at 20 today and opens at 8 tomorrow. */
const closing = Date.UTC(2026, 2, 2, 18)
const tomorrow = Date.UTC(2026, 2, 3, 6)

function pickup(name: string, initials: string, more: Partial<PickupView> = {}): PickupView {
  return {
    id: PickupId.parse(id(`pickup-${initials.replaceAll(/[^A-Z]/g, '')}`)),
    state: 'arrived',
    name,
    initials,
    recipientClass: 'student',
    account: 'avirtane',
    secretKind: 'password',
    language: 'fi',
    requestReference: null,
    sponsor: null,
    arrivedAt: sceneNow - 3 * minute,
    issuedAt: sceneNow - day,
    expiresAt: sceneNow + 44 * day,
    blocked: null,
    ...more,
  }
}

export const aino = pickup('Aino Kaarina Virtanen', 'A. K. V.')
export const queueOfPickups: readonly PickupView[] = [
  aino,
  pickup('Bo-Erik Åström', 'B. Å.', {
    recipientClass: 'staff',
    account: 'beastrom',
    language: 'sv',
    requestReference: 'REQ-48213',
    arrivedAt: sceneNow - 9 * minute,
  }),
  pickup('Chimamanda Okonkwo-Lindqvist', 'C. O.', {
    state: 'waiting',
    recipientClass: 'partner',
    account: 'cokonkwo',
    language: 'en',
    sponsor: 'Leena Mäki',
    arrivedAt: null,
  }),
  pickup('Đặng Thị Hương', 'D. T. H.', {
    state: 'waiting',
    recipientClass: 'external',
    account: 'dthuong',
    language: 'en',
    secretKind: 'activation-code',
    arrivedAt: null,
    blocked: { code: 'L-207' },
  }),
]

export const document: DocumentView = { kind: 'passport', issuerCountry: 'FIN', expiry: 'valid', nameMatch: 'exact' }

function slip(
  state: z.infer<typeof SlipView>['state'],
  reason: z.infer<typeof SlipView>['reason'] = null,
): z.infer<typeof SlipView> {
  return {
    id: SlipId.parse(id(`slip-${state}`)),
    number: 'MYL-0427',
    state,
    pickup: aino.id,
    name: aino.name,
    intendedAt: sceneNow - 20_000,
    staffName: 'Pekka Salo',
    reason,
  }
}

const staff: KioskState['staff'] = {
  id: StaffId.parse(id('staff-pekka')),
  name: 'Pekka Salo',
  role: 'supervisor',
  signedInAt: sceneNow - 30 * minute,
}

const atRest: KioskState = {
  revision: 1,
  kind: 'desk',
  now: sceneNow,
  setup: null,
  demo: false,
  desk: {
    id: DeskId.parse(id('desk-mylly')),
    kind: 'porter',
    name: { fi: 'Myllyn aulapalvelu', sv: 'Vaktmästeriet i Kvarnen', en: 'Mylly porter’s lodge' },
    unit: { fi: 'Myllyn kampus', sv: 'Campus Kvarnen', en: 'Mylly campus' },
    address: 'Myllykatu 3, 00810 Helsinki',
    slipPrefix: 'MYL',
    organisation: { fi: 'Suvannon yliopisto', sv: 'Suvanto universitet', en: 'Suvanto University' },
    changeAddress: 'https://salasana.suvanto.example/vaihda',
    selfServiceAddress: 'https://salasana.suvanto.example/',
    hours: null,
  },
  readiness: { light: 'green', serves: true, servesOffline: true, reasons: [] },
  openingDue: false,
  trainingResetAddress: 'https://salasana.suvanto.example/koulutus',
  closed: null,
  paused: null,
  call: null,
  opening: null,
  network: { state: 'online', lastContactAt: sceneNow - 4_000, failure: null, syncing: null },
  reader: { state: 'ready', names: ['Zebra DS4308-HC'], failure: null },
  printer: { state: 'ready', canPrint: true, failure: null },
  unsent: { count: 0, oldestAt: null },
  staff: null,
  locked: null,
  counter: { step: 'idle' },
  unsettled: [],
  enrolment: null,
  counts: { waiting: 2, arrived: 2, unsettled: 0 },
}
/** A check-in screen of the same desk: no staff, no printer, no queue. */
const screenAtRest: KioskState = {
  ...atRest,
  kind: 'check-in',
  printer: { state: 'none', canPrint: false, failure: null },
  readiness: { light: 'green', serves: true, servesOffline: false, reasons: [] },
  counts: { waiting: 0, arrived: 0, unsettled: 0 },
}
const signedIn: KioskState = { ...atRest, staff }
const at = (counter: CounterStep, base: KioskState = signedIn): KioskState => ({ ...base, counter })

const verify: Extract<CounterStep, { step: 'verify' }> = {
  step: 'verify',
  pickup: aino,
  document: null,
  proofs: ['passport', 'identity-card', 'residence-permit', 'driving-licence'],
  birthDateOnRecord: true,
  mayEId: true,
  eId: null,
  verification: null,
  verifiedUntil: null,
  fourEyes: 'not-needed',
  further: false,
  notice: null,
}
const paperOut: KioskState['printer'] = { state: 'paper-out', canPrint: false, failure: { code: 'L-501' } }
const offline: Partial<KioskState> = {
  network: { state: 'offline', lastContactAt: sceneNow - 11 * minute, failure: { code: 'L-601' }, syncing: null },
  unsent: { count: 3, oldestAt: sceneNow - 10 * minute },
}

const paused = {
  closed: { code: 'L-240', params: { untilAt: sceneNow + 38 * minute } },
  paused: { reason: 'break', until: sceneNow + 38 * minute, by: null },
} as const satisfies Partial<KioskState>
const call = { id: CallId.parse(id('call')), at: sceneNow - minute, from: 'desk' } as const
const elsewhere = (kind: DeskKind, fi: string, sv: string, en: string, open: boolean): PlaceNow => ({
  id: DeskId.parse(id(`desk-${kind}`)),
  kind,
  name: { fi, sv, en },
  unit: { fi: 'Keskustakampus', sv: 'Centrumcampus', en: 'City Centre campus' },
  address: 'Fabianinkatu 28, 00100 Helsinki',
  open,
  until: open ? closing : tomorrow,
})
const helpPoints = [
  elsewhere('helpdesk', 'IT-palvelupiste', 'IT-servicepunkten', 'IT service point', true),
  elsewhere('student-affairs', 'Opintotoimisto', 'Studiebyrån', 'Student affairs', false),
]

function letter(more: Partial<LetterView> = {}): LetterView {
  return {
    id: PickupId.parse(id('pickup-letter')),
    name: 'Solveig Nordström',
    address: ['Solveig Nordström', 'Strandgatan 14 B 3', '65100 VAASA'],
    requestReference: 'LR-2026-000123',
    state: 'waiting',
    tracking: null,
    at: sceneNow - day,
    blocked: null,
    ...more,
  }
}
export const lettersOfScenes: readonly LetterView[] = [
  letter(),
  letter({
    id: PickupId.parse(id('pickup-letter2')),
    name: 'Marek Nowak',
    address: ['Marek Nowak', 'ul. Długa 7', '80-827 Gdańsk', 'POLAND'],
  }),
  letter({
    id: PickupId.parse(id('pickup-letter3')),
    name: 'Eino Salo',
    state: 'dispatched',
    tracking: 'RR123456785FI',
    at: sceneNow - 3 * day,
  }),
]
const letterOpen: Extract<CounterStep, { step: 'letter' }> = {
  step: 'letter',
  letter: letter(),
  approval: null,
  approvedUntil: null,
  fourEyes: 'not-begun',
  further: false,
  notice: null,
}
const postRoom: KioskState = {
  ...signedIn,
  desk:
    atRest.desk === null
      ? null
      : { ...atRest.desk, kind: 'post-room', name: { fi: 'Postikeskus', sv: 'Postcentralen', en: 'Post room' } },
}
const approval = ApprovalId.parse(id('approval'))

const helpdesk: KioskState = {
  ...signedIn,
  desk:
    atRest.desk === null
      ? null
      : {
          ...atRest.desk,
          kind: 'helpdesk',
          name: { fi: 'IT-palvelupiste', sv: 'IT-servicepunkten', en: 'IT service point' },
        },
}
const account: AccountView = {
  account: 'wikstrem',
  name: 'Emil Wikström',
  recipientClass: 'student',
  language: 'sv',
  sponsor: null,
  live: null,
  blocked: null,
}
const walkIn: WalkInStep = {
  step: 'walk-in',
  phase: 'prove',
  accounts: [
    account,
    {
      ...account,
      account: 'wikstrem-lab',
      recipientClass: 'external',
      sponsor: 'Leena Mäki',
      live: {
        here: false,
        desk: {
          fi: 'Vahtimestari, Myllyn kampus',
          sv: 'Vaktmästaren, Campus Kvarnen',
          en: 'Porter’s lodge, Mylly campus',
        },
      },
    },
    {
      ...account,
      account: 'wikstrem-hr',
      recipientClass: 'staff',
      blocked: { code: 'L-220', params: { where: 'HR' } },
    },
  ],
  more: false,
  chosen: account,
  document: null,
  proofs: ['passport', 'identity-card', 'residence-permit', 'driving-licence'],
  birthDateOnRecord: true,
  fourEyes: false,
  notice: null,
}

export const scenes = {
  'post-room': postRoom,
  letter: at(letterOpen, postRoom),
  'letter-awaited': at(
    { ...letterOpen, approval, approvedUntil: sceneNow + 5 * minute, fourEyes: 'awaited' },
    postRoom,
  ),
  'letter-approved': at(
    {
      ...letterOpen,
      letter: letter({ state: 'approved' }),
      approval,
      approvedUntil: sceneNow + 5 * minute,
      fourEyes: 'given',
    },
    postRoom,
  ),
  'letter-out': at(
    {
      step: 'letter-out',
      letter: letter({ state: 'printed' }),
      slip: { id: slip('printed').id, number: 'POS-000012', state: 'printed', reason: null },
      tracking: null,
      notice: null,
    },
    postRoom,
  ),
  'letter-tracked': at(
    {
      step: 'letter-out',
      letter: letter({ state: 'uncertain' }),
      slip: { id: slip('uncertain').id, number: 'POS-000012', state: 'uncertain', reason: { code: 'L-506' } },
      tracking: 'RR123456785FI',
      notice: null,
    },
    postRoom,
  ),
  'letter-back': at(
    { step: 'letter-back', letter: letter({ state: 'dispatched', tracking: 'RR123456785FI' }) },
    postRoom,
  ),
  'done-dispatched': at(
    { step: 'done', outcome: 'dispatched', initials: 'S. N.', language: 'sv', until: sceneNow + 8_000 },
    postRoom,
  ),
  enrol: {
    ...atRest,
    setup: 'enrol',
    desk: null,
    network: { state: 'never', lastContactAt: null, failure: null, syncing: null },
  },
  'first-sync': {
    ...atRest,
    setup: 'first-sync',
    network: { state: 'online', lastContactAt: sceneNow, failure: null, syncing: { done: 1200, total: 3100 } },
  },
  'first-supervisor': { ...atRest, setup: 'first-supervisor' },
  'pin-first-supervisor': at(
    {
      step: 'pin',
      staffName: 'Pekka Salo',
      attemptsLeft: 5,
      lockedUntil: null,
      purpose: 'first-supervisor',
      attests: null,
      until: sceneNow + minute,
    },
    { ...atRest, setup: 'first-supervisor' },
  ),
  idle: atRest,
  'idle-other-desks': { ...atRest, otherDesks: helpPoints.filter(({ open }) => open) },
  'idle-locked': { ...atRest, locked: { initials: 'P. S.', until: sceneNow + 200 * minute } },
  'pin-change': at({
    step: 'pin',
    staffName: 'Pekka Salo',
    attemptsLeft: 5,
    lockedUntil: null,
    purpose: 'change-pin',
    attests: null,
    until: sceneNow + minute,
  }),
  'idle-closed': {
    ...atRest,
    closed: { code: 'L-210', params: { opensAt: tomorrow } },
    opening: { open: false, until: tomorrow, overridden: null },
  },
  'queue-closed': {
    ...signedIn,
    closed: { code: 'L-210', params: { opensAt: tomorrow } },
    opening: { open: false, until: tomorrow, overridden: null },
  },
  'queue-overridden': { ...signedIn, opening: { open: false, until: tomorrow, overridden: sceneNow + 50 * minute } },
  'queue-opening': {
    ...signedIn,
    openingDue: true,
    readiness: {
      light: 'amber',
      serves: true,
      servesOffline: true,
      reasons: [
        { code: 'L-416', severity: 'amber', stopsOffline: false },
        { code: 'L-415', severity: 'amber', stopsOffline: false },
        { code: 'L-418', severity: 'note', stopsOffline: false },
      ],
    },
  },
  'idle-paused': { ...atRest, ...paused },
  'idle-called': { ...atRest, call },
  'queue-paused': { ...signedIn, ...paused, paused: { ...paused.paused, by: 'Pekka Salo' } },
  'queue-call': { ...signedIn, call: { ...call, from: 'check-in' } },
  'idle-no-reader': { ...atRest, ...offline, reader: { state: 'none', names: [], failure: { code: 'L-701' } } },
  arrival: at(
    {
      step: 'arrival',
      initials: 'A. K. V.',
      language: 'fi',
      count: 1,
      proofs: ['passport', 'identity-card', 'residence-permit', 'driving-licence'],
      told: true,
      until: sceneNow + 20_000,
    },
    atRest,
  ),
  'arrival-expired': at(
    {
      step: 'arrival',
      initials: 'A. K. V.',
      language: 'fi',
      count: 1,
      proofs: ['passport', 'identity-card', 'residence-permit', 'driving-licence'],
      told: true,
      expired: 'passport',
      until: sceneNow + 20_000,
    },
    atRest,
  ),
  'idle-check-in': screenAtRest,
  'idle-check-in-offline': {
    ...screenAtRest,
    network: { state: 'offline', lastContactAt: sceneNow - 20 * minute, failure: { code: 'L-601' }, syncing: null },
  },
  'idle-check-in-called': { ...screenAtRest, call: { ...call, from: 'check-in' } },
  looking: at({ step: 'looking' }, screenAtRest),
  'arrival-tell-desk': at(
    {
      step: 'arrival',
      initials: 'A. K. V.',
      language: 'sv',
      count: 2,
      proofs: ['passport', 'identity-card'],
      told: false,
      until: sceneNow + 20_000,
    },
    screenAtRest,
  ),
  'refused-waits-elsewhere': at(
    {
      step: 'refused',
      failure: {
        code: 'L-244',
        params: {
          whereFi: 'Vahtimestari, Myllyn kampus',
          whereSv: 'Vaktmästaren, Campus Kvarnen',
          whereEn: 'Porter’s lodge, Mylly campus',
        },
      },
      audience: 'recipient',
      pickup: null,
      where: [elsewhere('porter', 'Vahtimestari', 'Vaktmästaren', 'Porter’s lodge', true)],
      until: sceneNow + 15_000,
    },
    screenAtRest,
  ),
  'refused-no-connection': at(
    { step: 'refused', failure: { code: 'L-245' }, audience: 'recipient', pickup: null, until: sceneNow + 15_000 },
    {
      ...screenAtRest,
      network: { state: 'offline', lastContactAt: sceneNow - 20 * minute, failure: { code: 'L-601' }, syncing: null },
    },
  ),
  pin: at(
    {
      step: 'pin',
      staffName: 'Pekka Salo',
      attemptsLeft: 2,
      lockedUntil: null,
      purpose: 'sign-in',
      attests: null,
      until: sceneNow + minute,
    },
    atRest,
  ),
  queue: { ...signedIn, demo: true, takesRequests: true },
  'queue-unsettled': { ...signedIn, ...offline, unsettled: [slip('uncertain', { code: 'L-506' })] },
  choose: at({
    step: 'choose',
    pickups: [
      aino,
      pickup('Aino Virtanen', 'A. V.', { state: 'waiting', arrivedAt: null, secretKind: 'activation-code' }),
    ],
    document,
    namesakes: false,
  }),
  'choose-namesakes': at({
    step: 'choose',
    pickups: [aino, pickup('Aino Virtanen', 'A. V.', { state: 'waiting', arrivedAt: null, account: 'avirtan7' })],
    document,
    namesakes: true,
  }),
  'verify-scan': at(verify),
  'verify-document': at({ ...verify, document: { ...document, nameMatch: 'tolerant' } }),
  'verify-verified': at({
    ...verify,
    document,
    verification: VerificationId.parse(id('verification')),
    verifiedUntil: sceneNow + 5 * minute,
    further: true,
    notice: { code: 'L-502' },
  }),
  'verify-second': at({
    ...verify,
    pickup: { ...aino, id: PickupId.parse(id('pickup-lab')), account: 'avirtane-lab' },
    document,
    series: { nth: 2, of: 2, before: 'avirtane' },
  }),
  'verify-four-eyes': at({
    ...verify,
    document,
    verification: VerificationId.parse(id('verification')),
    verifiedUntil: sceneNow + 5 * minute,
    fourEyes: 'awaited',
  }),
  'pin-locked': at(
    {
      step: 'pin',
      staffName: 'Pekka Salo',
      attemptsLeft: 0,
      lockedUntil: sceneNow + 4 * minute + 5000,
      purpose: 'sign-in',
      attests: null,
      until: sceneNow + minute,
    },
    atRest,
  ),
  'pin-witness': at({
    step: 'pin',
    staffName: 'Erja Esimies',
    attemptsLeft: 5,
    lockedUntil: null,
    purpose: 'witness',
    attests: { what: 'identity', name: 'Aino Kaarina Virtanen', proof: 'passport' },
    until: sceneNow + minute,
  }),
  'pin-witness-letter': at({
    step: 'pin',
    staffName: 'Erja Esimies',
    attemptsLeft: 5,
    lockedUntil: null,
    purpose: 'witness',
    attests: {
      what: 'address',
      name: 'Aino Kaarina Virtanen',
      lines: ['Aino Kaarina Virtanen', 'Esimerkkikatu 1 A 2', '90100 OULU'],
    },
    until: sceneNow + minute,
  }),
  'verify-refused': at({ ...verify, notice: { code: 'L-301', params: documentParams('passport') } }),
  'verify-corrected': at({ ...verify, notice: { code: 'L-340' } }),
  'verify-other-person': at({
    ...verify,
    notice: { code: 'L-302' },
    other: { id: PickupId.parse(id('pickup-B')), name: 'Bo-Erik Åström' },
  }),
  'verify-blocked': at({
    ...verify,
    pickup: { ...aino, blocked: { code: 'L-206', params: { where: 'HR' } } },
    proofs: [],
  }),
  'verify-no-birth-date': at({ ...verify, birthDateOnRecord: false }),
  'verify-paper-out': at({ ...verify, document }, { ...signedIn, printer: paperOut }),
  'verify-e-id': at({
    ...verify,
    eId: {
      state: 'waiting',
      address: 'https://lodge.suvanto.example/e-id/kQm3VtX0a1LrB7Ue9HsW',
      expiresAt: sceneNow + 5 * minute,
    },
  }),
  'verify-e-id-refused': at({ ...verify, notice: { code: 'L-317' } }),
  'walk-in-looking': at({ ...walkIn, phase: 'looking', accounts: [], chosen: null }, helpdesk),
  'walk-in-choose': at({ ...walkIn, phase: 'choose', chosen: null, more: true }, helpdesk),
  'walk-in': at(walkIn, helpdesk),
  'walk-in-document': at({ ...walkIn, document }, helpdesk),
  'walk-in-issuing': at({ ...walkIn, document, phase: 'issuing' }, helpdesk),
  'walk-in-asked-back': at(
    {
      ...walkIn,
      document,
      phase: 'asked-back',
      notice: {
        code: 'L-216',
        params: {
          whereFi: 'Vahtimestari, Myllyn kampus',
          whereSv: 'Vaktmästaren, Campus Kvarnen',
          whereEn: 'Porter’s lodge, Mylly campus',
        },
      },
    },
    helpdesk,
  ),
  'walk-in-failed': at({ ...walkIn, notice: { code: 'L-218', params: { code: 'L-501' } } }, helpdesk),
  'walk-in-blocked': at(
    {
      ...walkIn,
      chosen: { ...account, recipientClass: 'staff', blocked: { code: 'L-220', params: { where: 'HR' } } },
      proofs: [],
    },
    helpdesk,
  ),
  printing: at({ step: 'printing', pickup: aino, slip: slip('intended').id, phase: 'secret' }),
  'hand-over': at({ step: 'hand-over', pickup: { ...aino, state: 'printed' }, slip: slip('printed') }),
  'hand-over-of-another': at({
    step: 'hand-over',
    pickup: { ...aino, state: 'printed' },
    slip: {
      ...slip('printed'),
      id: SlipId.parse(id('slip-erja')),
      staffName: 'Erja Esimies',
      intendedAt: sceneNow - 40 * minute,
    },
    series: { nth: 1, of: 2, before: null },
  }),
  'hand-over-uncertain': at(
    { step: 'hand-over', pickup: { ...aino, state: 'uncertain' }, slip: slip('uncertain', { code: 'L-506' }) },
    { ...signedIn, printer: paperOut },
  ),
  done: at({ step: 'done', outcome: 'handed-over', initials: 'A. K. V.', language: 'fi', until: sceneNow + 8_000 }),
  'done-nothing-issued': at({
    step: 'done',
    outcome: 'nothing-issued',
    initials: 'A. K. V.',
    language: 'en',
    until: sceneNow + 8_000,
  }),
  'done-no-slip': at({
    step: 'done',
    outcome: 'no-slip',
    initials: 'A. K. V.',
    language: 'sv',
    until: sceneNow + 8_000,
  }),
  'refused-without-birth-date': at(
    { step: 'refused', failure: { code: 'L-251' }, audience: 'recipient', pickup: null, until: sceneNow + 15_000 },
    atRest,
  ),
  'refused-hub-away': at(
    { step: 'refused', failure: { code: 'L-250' }, audience: 'recipient', pickup: null, until: sceneNow + 15_000 },
    { ...atRest, ...offline },
  ),
  'refused-hub-away-staff': at(
    { step: 'refused', failure: { code: 'L-250' }, audience: 'staff', pickup: null, until: null },
    { ...signedIn, ...offline },
  ),
  'refused-without-birth-date-staff': at({
    ...{ step: 'refused', failure: { code: 'L-251' }, audience: 'staff', pickup: null, until: null },
  }),
  'refused-recipient': at(
    {
      step: 'refused',
      failure: { code: 'L-202' },
      audience: 'recipient',
      pickup: null,
      where: helpPoints,
      until: sceneNow + 15_000,
    },
    atRest,
  ),
  'refused-may-request': at(
    {
      step: 'refused',
      failure: { code: 'L-202' },
      audience: 'recipient',
      pickup: null,
      where: helpPoints,
      request: { state: 'may-file', sent: false, reason: null, reference: null },
      until: sceneNow + 15_000,
    },
    atRest,
  ),
  'refused-declined': at(
    {
      step: 'refused',
      failure: { code: 'L-202' },
      audience: 'recipient',
      pickup: null,
      where: helpPoints,
      request: { state: 'declined', sent: true, reason: 'collect-elsewhere', reference: null },
      until: sceneNow + 15_000,
    },
    atRest,
  ),
  'refused-elsewhere': at({
    step: 'refused',
    failure: {
      code: 'L-220',
      params: {
        whereFi: 'Henkilöstöpalvelut',
        whereSv: 'Personaltjänster',
        whereEn: 'Human resources',
        deskKinds: 'hr',
      },
    },
    audience: 'staff',
    pickup: null,
    where: [elsewhere('hr', 'Henkilöstöpalvelut', 'Personaltjänster', 'Human resources', true)],
    until: null,
  }),
  'refused-staff': at({ step: 'refused', failure: { code: 'L-308' }, audience: 'staff', pickup: aino.id, until: null }),
} as const satisfies Record<string, KioskState>
export type SceneName = keyof typeof scenes
export const sceneNames = Object.keys(scenes) as SceneName[]
