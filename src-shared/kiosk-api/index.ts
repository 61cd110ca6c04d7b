/**
 * The kiosk API: everything a window may ask of the engine, and everything the engine tells it.
 *
 * The engine owns the counter: what step the desk is at is engine state, pushed whole on every change, and the window
 * only draws it. So a reload, a second window or a restarted engine can never disagree with the screen. A release takes
 * ids, never text, and no output ever carries a secret, a card id or a document number.
 */
import { z } from 'zod'
import { BirthDate } from '../domain/birth-date.ts'
import { Count, Ordinal } from '../domain/bounds.ts'
import { command, defineContract, query, type ClientOf, type HandlersOf } from './contract.ts'
import {
  Desk,
  Instant,
  StoredInstant,
  IssuerCountry,
  KioskKind,
  Language,
  NoSlipReason,
  OverrideReason,
  PickupId,
  PickupState,
  ProofKind,
  RecipientClass,
  SecretKind,
  Settlement,
  SlipId,
  SlipState,
  StaffId,
  StaffRole,
  VerificationId,
} from '../domain/index.ts'
import { carryingMethods } from './views/carrying.ts'
import { dayMethods, dayState, StaffCall } from './views/day.ts'
import { DocumentView } from './views/document.ts'
import { elsewhereMethods } from './views/elsewhere.ts'
import { FailureView } from './views/failure.ts'
import { EIdPickup, EIdView } from './views/e-id.ts'
import { WalkInChoice, WalkInIssue, WalkInNoSlip, WalkInSearch, WalkInStep } from './views/walk-in.ts'
import { requestMethods, RequestView } from './views/requests.ts'
import { letterMethods, letterSteps } from './views/letters.ts'
import { PlaceNow } from '../policy/places.ts'
import { roundMethods, roundState } from './views/round.ts'

export { DocumentView, FailureView }

/** A pickup as signed-in staff see it. */
export const PickupView = z.object({
  id: PickupId,
  state: PickupState,
  /** Full name in display order. */
  name: z.string(),
  initials: z.string(),
  recipientClass: RecipientClass,
  account: z.string(),
  secretKind: SecretKind,
  language: Language,
  requestReference: z.string().nullable(),
  sponsor: z.string().nullable(),
  arrivedAt: Instant.nullable(),
  issuedAt: Instant,
  expiresAt: Instant,
  /** Why this pickup cannot be released here now, if so. */
  blocked: FailureView.nullable(),
})
export type PickupView = z.infer<typeof PickupView>

export const SlipView = z.object({
  id: SlipId,
  number: z.string(),
  state: SlipState,
  pickup: PickupId,
  name: z.string(),
  intendedAt: Instant,
  /** Who started it, for the unsettled list. */
  staffName: z.string(),
  reason: FailureView.nullable(),
})
export type SlipView = z.infer<typeof SlipView>

/** What a colleague confirms with badge and PIN, as they must see it while they do. */
export const Attested = z.discriminatedUnion('what', [
  /** That this person stands here and holds a document of this kind. */
  z.object({ what: z.literal('identity'), name: z.string(), proof: ProofKind }),
  /** That a letter to this person goes to this address, line by line. */
  z.object({ what: z.literal('address'), name: z.string(), lines: z.array(z.string()) }),
])
export type Attested = z.infer<typeof Attested>

/** One of several slips for the same person in one visit. `before`: the account whose slip was handed over last. */
export const Series = z.object({ nth: Ordinal, of: Ordinal, before: z.string().nullable() })
export type Series = z.infer<typeof Series>

/** Where the desk is in serving one person. */
export const CounterStep = z.discriminatedUnion('step', [
  /** Nobody is being served. Signed in: the queue; else the attract screen. */
  z.object({ step: z.literal('idle') }),
  /** Self check-in noted: shown to the recipient, so initials only. */
  z.object({
    step: z.literal('arrival'),
    initials: z.string(),
    language: Language,
    count: Ordinal,
    proofs: z.array(ProofKind),
    /** The desk's own kiosk knows of it by now; always so where this is that kiosk. */
    told: z.boolean(),
    /** They came with a document of this kind that has expired: another one is needed. */
    expired: ProofKind.exclude(['e-id']).optional(),
    until: Instant,
  }),
  /** A check-in screen asks the hub. */
  z.object({ step: z.literal('looking') }),
  /** A staff badge was read; its PIN is awaited. */
  z.object({
    step: z.literal('pin'),
    staffName: z.string(),
    attemptsLeft: Count,
    /** Too many wrong PINs: none is taken before then. */
    lockedUntil: Instant.nullable(),
    /** `old-pin` then `change-pin`: one's own PIN is changed. `witness`: a colleague confirms a verification. */
    purpose: z.enum(['sign-in', 'choose-pin', 'first-supervisor', 'old-pin', 'change-pin', 'witness']),
    /** Of a witness alone. */
    attests: Attested.nullable(),
    until: Instant,
  }),
  /**
   * A scan found several pickups: staff choose. `namesakes`: they are of people with the same name and birth date, and
   * choosing one states that the person has said that account's name.
   */
  z.object({
    step: z.literal('choose'),
    pickups: z.array(PickupView),
    document: DocumentView.nullable(),
    namesakes: z.boolean(),
  }),
  /**
   * A pickup is open; identity is being proved. `document` is set once a document was read and matched. `verification`
   * once recorded.
   */
  z.object({
    step: z.literal('verify'),
    pickup: PickupView,
    document: DocumentView.nullable(),
    proofs: z.array(ProofKind),
    birthDateOnRecord: z.boolean(),
    /** Policy accepts a strong e-ID of this person. */
    mayEId: z.boolean(),
    /** The recipient is being identified on their own phone. */
    eId: EIdView.nullable(),
    verification: VerificationId.nullable(),
    verifiedUntil: Instant.nullable(),
    /** Whether policy asks for a second member of staff, and whether one has confirmed this verification. */
    fourEyes: z.enum(['not-needed', 'awaited', 'given']),
    /** A print has failed certainly or was spoiled before: this is the further one. */
    further: z.boolean(),
    notice: FailureView.nullable(),
    /** The document that was refused here is that of somebody else with a pickup at this desk: to open it instead. */
    other: z.object({ id: PickupId, name: z.string() }).optional(),
    series: Series.optional(),
  }),
  /** Somebody without a pickup: looked up at the hub, proved, and issued for. */
  WalkInStep,
  z.object({
    step: z.literal('printing'),
    pickup: PickupView,
    slip: SlipId,
    phase: z.enum(['header', 'secret', 'confirming']),
  }),
  /** The slip is printed or uncertain: the desk settles it. */
  z.object({ step: z.literal('hand-over'), pickup: PickupView, slip: SlipView, series: Series.optional() }),
  z.object({
    step: z.literal('done'),
    outcome: z.union([
      Settlement,
      z.enum(['no-slip', 'nothing-issued', 'dispatched', 'delivered', 'returned-by-post']),
    ]),
    initials: z.string(),
    language: Language,
    until: Instant,
  }),
  ...letterSteps,
  /** Every refusal says what, why and what next. `audience` decides how much is shown. */
  z.object({
    step: z.literal('refused'),
    failure: FailureView,
    audience: z.enum(['recipient', 'staff']),
    pickup: PickupId.nullable(),
    /** Other desks to go to. */
    where: z.array(PlaceNow).max(5).optional(),
    /** Asking for delivery to this desk, where that is possible. */
    request: RequestView.optional(),
    until: Instant.nullable(),
  }),
])
export type CounterStep = z.infer<typeof CounterStep>

export const NetworkLight = z.object({
  state: z.enum(['online', 'offline', 'never', 'refused', 'frozen']),
  lastContactAt: Instant.nullable(),
  failure: FailureView.nullable(),
  /** First sync in progress: pickups received so far and, if the hub said, in all. */
  syncing: z.object({ done: Count, total: Count.nullable() }).nullable(),
})
export const ReaderLight = z.object({
  state: z.enum(['ready', 'none', 'trouble']),
  names: z.array(z.string()),
  failure: FailureView.nullable(),
})
/**
 * Printer states as a discriminated union; only `ready` and `paper-near-end` can print (and `no-status` where the desk
 * accepts the staff's word).
 */
export const PrinterState = z.enum([
  'ready',
  'paper-near-end',
  'paper-out',
  'cover-open',
  'offline',
  'error',
  'not-answering',
  'no-status',
  'needs-power-cycle',
  'busy',
  'none',
])
export type PrinterState = z.infer<typeof PrinterState>
export const PrinterLight = z.object({ state: PrinterState, canPrint: z.boolean(), failure: FailureView.nullable() })
/** `handovers`: how many of them are handovers, which is what staff ask. */
export const UnsentLight = z.object({
  count: Count,
  handovers: Count.optional(),
  oldestAt: Instant.nullable(),
})

export const StaffView = z.object({ id: StaffId, name: z.string(), role: StaffRole, signedInAt: Instant })

/** A member of staff at this kiosk, as a supervisor sees them. */
export const StaffStanding = z.object({
  id: StaffId,
  name: z.string(),
  role: StaffRole,
  hasPin: z.boolean(),
  /** Too many wrong PINs: locked until then. */
  lockedUntil: Instant.nullable(),
})
export type StaffStanding = z.infer<typeof StaffStanding>

/** A device on the reader bus, for whoever sets up a desk. */
export const ReaderDevice = z.object({
  path: z.string(),
  product: z.string(),
  vendorId: Count,
  productId: Count,
  usagePage: Count,
  usage: Count,
  /** Open and read. */
  used: z.boolean(),
  /** The rule of the allow-list that names it. */
  rule: z.string().nullable(),
  failure: FailureView.nullable(),
})
export type ReaderDevice = z.infer<typeof ReaderDevice>

/** One read of a learning: what it is and how long, never what it says. */
export const MaskedRead = z.object({
  kind: z.enum(['card', 'document', 'pickup-code', 'unreadable']),
  length: Count,
  alphabet: z.enum(['digits', 'hexadecimal', 'letters-and-digits', 'other']),
  /** The last two characters of a long card id, or nothing. */
  ends: z.string().max(2),
})

/** "Learn this reader": three reads of one card, then the rule that reads it. */
export const ReaderLearning = z.object({
  path: z.string(),
  product: z.string(),
  reads: z.array(MaskedRead).max(3),
  /** The rule as JSON, for `readers.allow` in the settings file. */
  suggestion: z.string().nullable(),
  /** Other card formats that the card fits. */
  alsoFits: z.array(z.string()),
  failure: FailureView.nullable(),
})
export type ReaderLearning = z.infer<typeof ReaderLearning>

/** The whole state a window draws. */
export const KioskState = z.object({
  revision: Count,
  /** A check-in screen serves nobody: it has no queue, no printer and no staff. */
  kind: KioskKind,
  /** Desk time, from the hub's time plus a monotonic offset; windows show this clock. */
  now: Instant,
  /** What set-up still needs, in order; null when the desk can serve. */
  setup: z.enum(['enrol', 'first-sync', 'first-supervisor']).nullable(),
  /** A kiosk that enrols by itself: where it stands. null when it does not, or has. */
  enrolment: z.object({ hub: z.string(), trying: z.boolean(), failure: FailureView.nullable() }).nullable(),
  demo: z.boolean(),
  desk: Desk.nullable(),
  ...dayState,
  ...roundState,
  /**
   * Opening hours now; null where the desk has none. `until`: when that changes; `overridden`: a supervisor lets the
   * desk serve until then all the same.
   */
  opening: z.object({ open: z.boolean(), until: Instant.nullable(), overridden: Instant.nullable() }).nullable(),
  /** Where passwords of training user IDs are reset, which are never picked up. */
  trainingResetAddress: z.string().nullable().optional(),
  /** Other desks that are open now, while nobody is signed in. */
  otherDesks: z.array(PlaceNow).max(8).optional(),
  /** Delivery to this desk can be asked for here. */
  takesRequests: z.boolean().optional(),
  /** L-628 while this computer's clock is not what the desk goes by. */
  clock: FailureView.nullable().optional(),
  /**
   * The hub's time by now, while it is too far from every clock of the desk's own to be believed unseen: staff decide
   * (`acceptHubTime`).
   */
  hubTimeInDoubt: Instant.optional(),
  network: NetworkLight,
  reader: ReaderLight,
  printer: PrinterLight,
  unsent: UnsentLight,
  staff: StaffView.nullable(),
  /**
   * The desk locked itself: this person's badge alone opens it again until then. Initials, since anyone may read it.
   */
  locked: z.object({ initials: z.string(), until: Instant }).nullable(),
  counter: CounterStep,
  /** Slips that a person must settle before anything else (shown first at sign-in; names only while signed in). */
  unsettled: z.array(SlipView),
  /** `unsettled` is a number alone, so that it may be known while nobody is signed in. */
  counts: z.object({
    waiting: Count,
    arrived: Count,
    unsettled: Count,
    /** All pickups that this desk has known: changes where one took another's place, and the other counts did not. */
    known: Count.optional(),
  }),
})
export type KioskState = z.infer<typeof KioskState>

/** What a scan that changed nothing on the counter meant, so that the window can say it aloud or show a toast. */
export const ScanNotice = z.object({ failure: FailureView })

const nothing = z.null()
const none = z.object({})
/** Digits, or a passphrase. */
const Pin = z.string().regex(/^(?:\d{4,12}|[\p{L}\p{N}\p{P} ]{4,64})$/u)

export const kioskApi = defineContract({
  methods: {
    state: query(none, KioskState),
    /** The queue of this desk. Signed-in staff only. `search` matches names tolerantly (å/a, hyphens, word order). */
    queue: query(
      z.object({
        filter: z.enum(['arrived', 'waiting', 'today', 'all']),
        search: z.string().max(80),
        limit: z.number().int().min(1).max(200),
      }),
      z.object({ pickups: z.array(PickupView), total: Count }),
    ),
    /** Recent ledger entries of this desk, newest first. Signed-in staff only. */
    journal: query(
      z.object({ limit: z.number().int().min(1).max(200) }),
      z.object({
        entries: z.array(
          z.object({
            seq: Count,
            time: StoredInstant,
            kind: z.string(),
            actor: z.string().nullable(),
            pickup: PickupId.nullable(),
            acknowledged: z.boolean(),
          }),
        ),
      }),
    ),
    /** Joins this kiosk to a hub with a one-time code (which also pins the hub's certificate authority). */
    enrol: command(z.object({ hub: z.url().max(300), code: z.string().max(200) }), nothing),
    /** PIN for the badge that was just read: signs in, chooses the first supervisor's PIN, or a new colleague's. */
    enterPin: command(z.object({ pin: Pin }), nothing),
    signOut: command(none, nothing),
    /**
     * A signed-in supervisor, or while online any signed-in colleague, lets the next badge that is read choose a PIN at
     * this kiosk.
     */
    addStaff: command(none, nothing),
    /** The next badge read must be one's own: it asks for the old PIN, then for the new one. */
    changePin: command(none, nothing),
    /** The staff of this desk and who of them can sign in at this kiosk. Supervisors only. */
    staff: query(none, z.object({ staff: z.array(StaffStanding) })),
    /** Lost badge, forgotten PIN, or gone: this kiosk forgets a colleague's PIN at once. Supervisors only. */
    removePin: command(z.object({ staff: StaffId, reason: z.enum(['badge-lost', 'pin-forgotten', 'left']) }), nothing),
    /** What the signed-in member of staff did at this kiosk since midnight, and what the desk still owes. */
    shift: query(
      none,
      z.object({
        since: Instant,
        handedOver: Count,
        slips: Count,
        spoiled: Count,
        missing: Count,
        nothingCameOut: Count,
        failed: Count,
        noSlip: Count,
        unsettled: Count,
        unsent: Count,
      }),
    ),
    /** Lets the desk serve outside its hours for an hour; recorded with the reason. Supervisors only. */
    serveOutsideHours: command(z.object({ reason: OverrideReason }), nothing),
    ...dayMethods,
    ...roundMethods,
    ...carryingMethods,
    /**
     * Someone without a pickup at this desk: looks their account up at the hub, online only. Helpdesk, student affairs
     * and HR.
     */
    findAccount: command(WalkInSearch, nothing),
    chooseAccount: command(WalkInChoice, nothing),
    /**
     * Staff state "original, not expired, photo matches"; recorded first, then issued against and printed. Answers when
     * the slip's outcome is known.
     */
    issueWalkIn: command(WalkInIssue, z.object({ slip: SlipId.nullable() })),
    /** Nothing is issued this time: recorded. */
    noSlipWalkIn: command(WalkInNoSlip, nothing),
    ...letterMethods,
    ...requestMethods,
    ...elsewhereMethods,
    /**
     * The document is at home: begins a strong e-ID on the recipient's own phone; the step shows its address. Online
     * only.
     */
    beginEId: command(EIdPickup, nothing),
    cancelEId: command(EIdPickup, nothing),
    openPickup: command(z.object({ pickup: PickupId }), nothing),
    /** Staff state "original, not expired, photo matches" of the machine-read document on screen. */
    verifyDocument: command(z.object({ pickup: PickupId }), z.object({ verification: VerificationId })),
    /** No machine reading: staff choose the kind, key the birth date from the document and make the same statement. */
    verifyByEye: command(
      z.object({
        pickup: PickupId,
        kind: ProofKind,
        issuerCountry: IssuerCountry,
        /** As far as the document gives it. */
        birthDate: BirthDate,
        statement: z.literal(true),
      }),
      z.object({ verification: VerificationId }),
    ),
    /** Spends the verification and prints. Answers when the slip's outcome is known; the counter shows progress. */
    release: command(
      z.object({ pickup: PickupId, verification: VerificationId, language: Language }),
      z.object({ slip: SlipId }),
    ),
    /** Prints what to do in another language, without the secret, for a slip that waits to be settled. */
    instructions: command(z.object({ slip: SlipId, language: Language }), nothing),
    /** A person says what became of a slip. `readable` must be stated for `handed-over`. */
    settle: command(z.object({ slip: SlipId, settlement: Settlement }), nothing),
    /** No slip this time: recorded, and the pickup keeps waiting. */
    noSlip: command(z.object({ pickup: PickupId, reason: NoSlipReason }), nothing),
    /** Back to idle or the queue: never drops an unsettled slip. */
    dismiss: command(none, nothing),
    /** Asks the printer again now, after someone has mended it. */
    checkPrinter: command(none, PrinterLight),
    /** A file for support, without anything about people, in the kiosk's data folder. Supervisors only. */
    supportBundle: command(none, z.object({ file: z.string() })),
    /** Every device on the reader bus, and a learning that is under way. Supervisors only. */
    readers: query(none, z.object({ devices: z.array(ReaderDevice), learning: ReaderLearning.nullable() })),
    /**
     * What this device reads next is learned instead of served, for a minute at most; null ends it. Supervisors only.
     */
    learnReader: command(z.object({ path: z.string().min(1).max(300).nullable() }), nothing),
    /**
     * Staff have compared the hub's time that was shown with a clock that they trust: the desk goes by it from now on.
     * Recorded.
     */
    acceptHubTime: command(z.object({ shown: Instant }), nothing),
    /** Talks to the hub now instead of at the next poll. */
    syncNow: command(none, nothing),
  },
  events: {
    state: KioskState,
    scanNotice: ScanNotice,
    staffCall: StaffCall,
  },
})
export type KioskApi = typeof kioskApi
export type KioskClient = ClientOf<KioskApi>
export type KioskHandlers = HandlersOf<KioskApi>

/**
 * What the shell itself tells its window, beside the engine's frames: the engine is away or back. The window stays and
 * says so.
 */
export const ShellNotice = z.object({
  t: z.literal('shell'),
  engine: z.enum(['starting', 'up', 'down', 'given-up']),
  failure: FailureView.nullable(),
})
export type ShellNotice = z.infer<typeof ShellNotice>
