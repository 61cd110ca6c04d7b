/**
 * Badge + PIN sign-in. The PIN is never compared with anything stored: it either opens the person's own key or it does
 * not. A session holds the opening keys in memory and wipes them at its end; a desk that locked itself keeps them under
 * a key that only the badge makes.
 */
import { randomBytes } from 'node:crypto'
import type { StaffId, StaffRole } from '../../src-shared/domain/index.ts'
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { wipeable } from '../../src-shared/protocol/wipeable.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Ledger } from '../ledger/index.ts'
import type { PickupCache } from '../pickups/index.ts'
import type { Store } from '../storage/index.ts'
import {
  calibratePinCost,
  makeResumeKey,
  putToRest,
  timePinGuess,
  rootKeyOf,
  unwrapUnderPin,
  wake,
  wipe,
  wrapUnderPin,
  type PinCost,
  type ResumeKey,
  type Resting,
} from '../vault/index.ts'
import type { OpeningKey, OpeningKeys, ShareOf, Speaker } from './opening-keys.ts'
import { attemptsLeft, checkNewPin, lockAfter, searchYears } from './pin-rules.ts'
import type { Roster, StaffMember } from './roster.ts'
import type { Trust, Trusting } from './trust.ts'

export interface Session {
  readonly id: string
  readonly staff: StaffId
  readonly name: string
  readonly role: StaffRole
  readonly signedInAt: number
  /** Newest first; their bytes are zeros once the session has ended. */
  readonly openingKeys: OpeningKey[]
  /** Core-years of a full search for the PIN that opened it. */
  readonly searchYears: number
}

/** With what its person knows to be the desk's own. */
interface Knowing extends Session {
  trust: Trust
  /** Their own key's private half; zeros once the session has ended. */
  readonly own: Buffer
}

export type SignOutCause = 'asked' | 'switched' | 'locked' | 'restarted' | 'removed'

/** A badge as it was read: the person, the normalised card id (never stored) and its keyed tag. */
export interface BadgeInHand {
  readonly member: StaffMember
  readonly cardId: string
  readonly tag: Buffer
}

/** Whatever the policy says of the badge alone after an idle lock, a PIN is entered at least this often. */
export const longestSincePinMs = 12 * 3_600_000

/** So many members of staff are named in one ledger entry. */
const mostNamed = 50

interface Parts {
  readonly store: Store
  readonly ledger: Ledger
  readonly pickups: PickupCache
  readonly roster: Roster
  readonly openingKeys: OpeningKeys
  readonly trusting: Trusting
  /** The hub has the newest opening key in force. */
  readonly inForce: () => boolean
  /** For so long the badge alone resumes after an idle lock, as the policy says at that moment, ms; 0: never. */
  readonly resumeMs: () => number
  /** What the hub takes in a ledger entry (`ledgerFactsNow`). */
  readonly hubFacts: () => number
  readonly keyEncryptionKey: Uint8Array
  readonly now: () => number
  /** Argon2id cost of new PINs; measured on this computer when not given. */
  readonly pinCost?: PinCost | undefined
  /** Least core-years that a full search for a new PIN must cost; 0 where the keystore or the disk protects it. */
  readonly floorYears: number
}

interface Locked {
  readonly staff: StaffId
  readonly resting: Resting
  readonly publicKeys: readonly Buffer[]
  readonly ownPublic: Buffer | null
  readonly head: Buffer | null
  readonly at: number
  readonly pinAt: number
  readonly searchYears: number
}

/** A key of one's own to wipe. */
function copied(key: Buffer): Buffer {
  const copy = wipeable(key.length)
  key.copy(copy)
  return copy
}

export type SignIn = ReturnType<typeof createSignIn>

export function createSignIn({
  store,
  ledger,
  pickups,
  roster,
  openingKeys,
  trusting,
  inForce,
  resumeMs,
  hubFacts,
  keyEncryptionKey,
  now,
  pinCost,
  floorYears,
}: Parts) {
  let session: Knowing | null = null
  let resume: ResumeKey | null = null
  let pinAt = 0
  let locked: Locked | null = null
  /** Key-making acts, one after the other: a colleague is never left out of a key made meanwhile. */
  let making: Promise<unknown> = Promise.resolve()
  /**
   * Opening keys that a session of this run knows to be true, base64url: only of those does the screen show the
   * letters.
   */
  const witnessed = new Set<string>()
  /** Colleagues whose public key nothing vouched for, as the newest session that could tell has found. */
  let unvouched: readonly StaffId[] = []
  /** What this run has written down of it: once for each key. */
  const written = new Set<string>()
  let measured: Promise<{ cost: PinCost; guessMs: number }> | null = null

  /** Measured once, at the first PIN chosen: half a second of this computer's work. */
  function cost(): Promise<{ cost: PinCost; guessMs: number }> {
    measured ??= (async () => {
      const chosen = pinCost ?? (await calibratePinCost(timePinGuess))
      return { cost: chosen, guessMs: await timePinGuess(chosen) }
    })()
    return measured
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = making.then(work, work)
    making = next.catch(() => undefined)
    return next
  }

  const text = (key: Uint8Array) => Buffer.from(key).toString('base64url')

  function keysOf(by: Knowing): Buffer[] {
    return [by.trust.rootKey, by.own, ...by.openingKeys.map(({ privateKey }) => privateKey)]
  }

  /** Whether the newest opening key is one that a session which could tell does not know. */
  function isStrange({ trust }: Knowing): boolean {
    const newest = openingKeys.newest()
    return trust.head !== null && newest !== null && !newest.equals(trust.head.publicKey)
  }

  /**
   * Notes what nothing vouches for, and writes it down once in a run. `self`: the session's own public key had been
   * replaced.
   */
  function examine(by: Knowing, self = false): void {
    const { head } = by.trust
    // Who knows no key to be true cannot tell: nor whether others are.
    if (head === null) return
    witnessed.add(text(head.publicKey))
    const { others } = trusting.colleagues(by.staff, head)
    unvouched = others.map(({ staff }) => staff)
    const fresh = others.filter(({ staff, publicKey }) => !written.has(`${staff} ${text(publicKey)}`))
    const newest = openingKeys.newest()
    const strange = isStrange(by) && !inForce() && newest !== null && !written.has(text(newest))
    const staff = [...(self ? [by.staff] : []), ...fresh.map((one) => one.staff)]
    // An older hub would take the entry for poison: the screen says it all the same.
    if ((staff.length === 0 && !strange) || hubFacts() < 5) return
    for (const one of fresh) written.add(`${one.staff} ${text(one.publicKey)}`)
    if (strange) written.add(text(newest))
    for (let i = 0; i === 0 || i < staff.length; i += mostNamed)
      ledger.append({
        kind: 'keys-not-vouched',
        actor: by.staff,
        facts: { staff: staff.slice(i, i + mostNamed), openingKey: strange },
      })
  }

  function begin(
    { member, cardId }: Pick<BadgeInHand, 'member' | 'cardId'>,
    keys: OpeningKey[],
    strength: number,
    means: 'badge-and-pin' | 'badge',
    { trust, own }: Pick<Knowing, 'trust' | 'own'>,
    keep: () => { wasAnothers: boolean } = () => ({ wasAnothers: false }),
  ): Session {
    const opened: Knowing = {
      id: randomBytes(16).toString('base64url'),
      staff: member.id,
      name: member.name,
      role: member.role,
      signedInAt: now(),
      openingKeys: keys,
      searchYears: strength,
      trust,
      own,
    }
    store.transact(() => {
      pickups.voidVerifications()
      ledger.append({ kind: 'staff-signed-in', actor: member.id, facts: { role: member.role, means } })
      examine(opened, keep().wasAnothers)
    })
    session = opened
    resume = makeResumeKey(cardId)
    if (means === 'badge-and-pin') pinAt = now()
    return opened
  }

  /** A policy that allows less meanwhile holds at once. */
  function restsUntil({ at, pinAt: pinEntered }: Locked): number {
    return Math.min(at + resumeMs(), pinEntered + longestSincePinMs)
  }

  function forgetLocked(): void {
    locked = null
  }

  function end(cause: SignOutCause): void {
    const ending = session
    if (ending === null) return
    // The keys go first: whatever the disk says, nobody prints after this.
    session = null
    const keys = keysOf(ending)
    if (cause === 'locked' && resumeMs() > 0 && resume !== null && ending.openingKeys.length > 0) {
      const publicKeys = ending.openingKeys.map(({ publicKey }) => publicKey)
      locked = {
        staff: ending.staff,
        resting: putToRest(resume, keys),
        publicKeys,
        ownPublic: ending.trust.ownPublic,
        head: ending.trust.head?.publicKey ?? null,
        at: now(),
        pinAt,
        searchYears: ending.searchYears,
      }
    } else {
      locked = null
      wipe(...keys, resume?.key)
    }
    resume = null
    store.transact(() => {
      pickups.voidVerifications()
      ledger.append({ kind: 'staff-signed-out', actor: ending.staff, facts: { cause } })
    })
  }

  /** The person's own key by badge + PIN; counts the attempt durably before the search begins. */
  async function prove({ member, cardId }: BadgeInHand, pin: string): Promise<Result<Buffer>> {
    const record = roster.pin(member.id)
    if (record === null) return fail(failures.badgeHasNoPin)
    if (record.lockedUntil > now())
      return fail(failures.pinLocked, { minutes: Math.ceil((record.lockedUntil - now()) / 60_000) })
    // Counted before the search begins, so that pulling the plug does not give a free attempt.
    const wrongTries = record.failures + 1
    const lockedUntil = lockAfter(wrongTries) === 0 ? 0 : now() + lockAfter(wrongTries)
    store.transact(() => {
      roster.setFailures(member.id, wrongTries, lockedUntil)
    })
    const own = await unwrapUnderPin(keyEncryptionKey, member.id, cardId, pin, record)
    if (own === null) {
      store.transact(() => {
        ledger.append({ kind: 'sign-in-refused', facts: { staff: member.id, attemptsLeft: attemptsLeft(wrongTries) } })
      })
      return lockedUntil > now()
        ? fail(failures.pinLocked, { minutes: Math.ceil((lockedUntil - now()) / 60_000) })
        : fail(failures.pinWrong, { left: attemptsLeft(wrongTries) })
    }
    // Removed, or the badge taken away, while the search ran.
    if (roster.pin(member.id) === null) {
      wipe(own)
      return fail(failures.badgeHasNoPin)
    }
    store.transact(() => {
      roster.setFailures(member.id, 0, 0)
    })
    return ok(own)
  }

  async function newRecord({ member, cardId, tag }: BadgeInHand, pin: string, own: Uint8Array) {
    const { cost: chosen, guessMs } = await cost()
    const wrapped = await wrapUnderPin(keyEncryptionKey, member.id, cardId, pin, own, chosen)
    return { ...wrapped, badgeTag: tag, searchYears: searchYears(pin, guessMs) }
  }

  async function allowed(pin: string): Promise<Result<true>> {
    const plain = checkNewPin(pin)
    if (!plain.ok || floorYears === 0) return plain
    return checkNewPin(pin, { guessMs: (await cost()).guessMs, floorYears })
  }

  /** As whom a session speaks to the hub; null where the kiosk has lost its person's public key. */
  function speaker({ staff, trust, own }: Knowing): Speaker | null {
    return trust.ownPublic === null ? null : { staff, own, head: ledger.head().seq }
  }

  /** Everyone whom the session's newest key vouches for, and its own person; `fresh` has just chosen a PIN. */
  function holders(by: Knowing, ownPublic: Buffer, fresh: ShareOf | null): ShareOf[] {
    const vouched = trusting.colleagues(by.staff, by.trust.head).vouched.filter(({ staff }) => staff !== fresh?.staff)
    return [{ staff: by.staff, publicKey: ownPublic }, ...vouched, ...(fresh === null ? [] : [fresh])]
  }

  /** What the hub is told of who holds the newest key; null where this session does not know that one. */
  async function restate(by: Knowing, fresh: ShareOf | null): Promise<{ write: () => void } | null> {
    const { head, ownPublic } = by.trust
    const as = speaker(by)
    if (head === null || ownPublic === null || as === null || isStrange(by)) return null
    return openingKeys.statement(head, holders(by, ownPublic, fresh), as)
  }

  async function enrolColleague(badge: BadgeInHand, pin: string): Promise<Result<null>> {
    const rule = await allowed(pin)
    if (!rule.ok) return rule
    const by = session
    if (by === null) return fail(failures.notSignedIn)
    // What only they can open would open for nobody any more.
    if (openingKeys.losesWith(badge.member.id, by.openingKeys)) return fail(failures.lastHolderOfKey)
    const own = await newSealKeyPair()
    try {
      const record = await newRecord(badge, pin, own.privateKey)
      const shares = await openingKeys.sharesFor(badge.member.id, own.publicKey, by.openingKeys)
      const { publicKey, privateKey } = own
      const said = await restate(by, { staff: badge.member.id, publicKey })
      // Locked or signed out while the PIN was being wrapped: the keys were zeros by then.
      if (session !== by) return fail(failures.notSignedIn)
      const known = trusting.introduce(badge.member.id, privateKey, publicKey, by.trust.head)
      store.transact(() => {
        roster.forgetPin(badge.member.id)
        roster.setPin(badge.member.id, { ...record, publicKey, ...known })
        shares.write()
        said?.write()
        ledger.append({
          kind: 'staff-enrolled',
          actor: by.staff,
          facts: { staff: badge.member.id, role: badge.member.role },
        })
      })
      unvouched = unvouched.filter((staff) => staff !== badge.member.id)
    } finally {
      wipe(own.privateKey)
    }
    return ok(null)
  }

  async function enrolSupervisor(badge: BadgeInHand, pin: string): Promise<Result<null>> {
    const rule = await allowed(pin)
    if (!rule.ok) return rule
    const own = await newSealKeyPair()
    try {
      const staff = badge.member.id
      const record = await newRecord(badge, pin, own.privateKey)
      const { publicKey, privateKey } = own
      store.transact(() => {
        roster.setPin(staff, { ...record, publicKey, root: null, vouch: null })
      })
      // Nobody has opened an older key: the hub asks a supervisor to compare this one's letters.
      await openingKeys.rotate({
        held: [],
        head: null,
        to: [{ staff, publicKey }],
        by: { staff, own: privateKey, head: ledger.head().seq },
        also(opening) {
          const rootKey = rootKeyOf(privateKey)
          trusting.write(staff, { rootKey, ownPublic: publicKey, head: null }, opening)
          wipe(rootKey)
          ledger.append({ kind: 'staff-enrolled', actor: staff, facts: { staff, role: badge.member.role } })
        },
      })
    } finally {
      wipe(own.privateKey)
    }
    return ok(null)
  }

  function mayRotate(by: Knowing): boolean {
    const newest = openingKeys.newest()
    const holdsNewest = newest !== null && by.openingKeys.some(({ publicKey }) => publicKey.equals(newest))
    return holdsNewest || !openingKeys.newestIsHeld() || (isStrange(by) && !inForce())
  }

  /**
   * Whom the next key is shared with: the session's own person, and everyone whose public key its newest key vouches
   * for.
   */
  function sharers(by: Knowing, ownPublic: Buffer): ShareOf[] {
    // Whose newest known key is not the desk's newest has been away, or looks at an old disk: its vouches may be of
    // people who have left since.
    return isStrange(by) ? [{ staff: by.staff, publicKey: ownPublic }] : holders(by, ownPublic, null)
  }

  async function rotateInTurn(owed: () => boolean): Promise<boolean> {
    const by = session
    if (by === null || roster.pin(by.staff) === null || !owed()) return false
    const { ownPublic } = by.trust
    if (ownPublic === null || !mayRotate(by)) return false
    // Copies: a session that ends meanwhile leaves zeros, and what zeros vouch for the hub would not believe.
    const held = by.openingKeys.map(({ publicKey, privateKey }) => ({ publicKey, privateKey: copied(privateKey) }))
    const known = by.trust.head?.publicKey
    const head = known === undefined ? null : (held.find(({ publicKey }) => publicKey.equals(known)) ?? null)
    const rootKey = copied(by.trust.rootKey)
    const own = copied(by.own)
    try {
      await openingKeys.rotate({
        held,
        head,
        to: sharers(by, ownPublic),
        by: { staff: by.staff, own, head: ledger.head().seq },
        also(opening) {
          roster.rotationDone()
          trusting.write(by.staff, { ownPublic, rootKey, head: null }, opening)
          ledger.append({ kind: 'opening-key-rotated', actor: by.staff, facts: {} })
        },
        keep(key) {
          if (session !== by || roster.pin(by.staff) === null) return false
          by.openingKeys.unshift(key)
          by.trust = { ...by.trust, head: key }
          return true
        },
      })
    } finally {
      wipe(rootKey, own, ...held.map(({ privateKey }) => privateKey))
    }
    forgetLocked()
    if (session === by) store.transact(() => examine(by))
    return true
  }

  return {
    session: (): Session | null => session,
    end,
    prove,

    /** Whom the badge alone would bring back, while it would. */
    locked(): { staff: StaffId; until: number } | null {
      if (locked !== null && restsUntil(locked) <= now()) forgetLocked()
      return locked === null ? null : { staff: locked.staff, until: restsUntil(locked) }
    },

    /** Attempts left for a badge, and whether it has a PIN here at all. */
    standing(staff: StaffId): { hasPin: boolean; left: number; lockedUntil: number } {
      const record = roster.pin(staff)
      return {
        hasPin: record !== null,
        left: attemptsLeft(record?.failures ?? 0),
        lockedUntil: record?.lockedUntil ?? 0,
      }
    },

    /** Fails with L-404 (no PIN here), L-403 (locked), L-402 (wrong PIN; counted durably before the answer). */
    async enter(badge: BadgeInHand, pin: string): Promise<Result<Session>> {
      const own = await prove(badge, pin)
      if (!own.ok) return own
      // In turn: a key that is being made meanwhile is shared with whoever comes in, and known to them.
      return inTurn(async () => {
        const inHand: Buffer[] = [own.value]
        try {
          const strength = roster.pin(badge.member.id)?.searchYears ?? 0
          const keys = await openingKeys.openFor(badge.member.id, own.value)
          inHand.push(...keys.map(({ privateKey }) => privateKey))
          const { trust, keep } = await trusting.of(badge.member.id, own.value, keys)
          inHand.push(trust.rootKey)
          end('switched')
          // Somebody else's rest ends with a switch.
          forgetLocked()
          return ok(begin(badge, keys, strength, 'badge-and-pin', { trust, own: own.value }, keep))
        } catch (error) {
          // No session has them, so no session's end wipes them.
          if (session?.own !== own.value) wipe(...inHand)
          throw error
        }
      })
    },

    /** The badge alone, after an idle lock of the same person. null: a PIN is needed. */
    resume(badge: BadgeInHand): Session | null {
      const { member, cardId } = badge
      const resting = locked
      if (
        session !== null ||
        resting === null ||
        resting.staff !== member.id ||
        restsUntil(resting) <= now() ||
        roster.pin(member.id) === null
      )
        return null
      const [rootKey, own, ...privateKeys] = wake(resting.resting, cardId) ?? []
      if (rootKey === undefined || own === undefined) return null
      forgetLocked()
      pinAt = resting.pinAt
      const keys = privateKeys.flatMap((privateKey, i) => {
        const publicKey = resting.publicKeys[i]
        return publicKey === undefined ? [] : [{ publicKey, privateKey }]
      })
      const known = resting.head
      const head = known === null ? null : (keys.find(({ publicKey }) => publicKey.equals(known)) ?? null)
      const trust = { ownPublic: resting.ownPublic, rootKey, head }
      return begin(badge, keys, resting.searchYears, 'badge', { trust, own })
    },

    /** A removed member, a badge taken away or a changed role ends the session, and the rest of a locked one. */
    recheck(): boolean {
      if (locked !== null && (roster.pin(locked.staff) === null || restsUntil(locked) <= now())) forgetLocked()
      if (session === null) return false
      const member = roster.get(session.staff)
      if (roster.pin(session.staff) !== null && member?.role === session.role) return false
      end('removed')
      return true
    },

    /** The first supervisor of a new kiosk: its first opening key is born behind this badge and PIN. L-406, L-410. */
    enrolFirst(badge: BadgeInHand, pin: string): Promise<Result<null>> {
      return inTurn(() => enrolSupervisor(badge, pin))
    },

    /**
     * Gives a colleague a PIN at this kiosk, with shares of the opening keys in the signed-in person's hands. L-406,
     * L-410, L-401.
     */
    enrol(badge: BadgeInHand, pin: string): Promise<Result<null>> {
      return inTurn(() => enrolColleague(badge, pin))
    },

    /** Colleagues whose public key nothing vouches for: they have no share of new keys, and choose a PIN anew. */
    unvouched: (): readonly StaffId[] => unvouched,

    /**
     * Whether somebody is signed in who does not hold the newest key, or cannot know it for the desk's own: pickups
     * issued since do not open for them.
     */
    lacksNewest(): boolean {
      const newest = openingKeys.newest()
      return session !== null && newest !== null && session.trust.head?.publicKey.equals(newest) !== true
    },

    /**
     * Whether the letters of this key may be shown: somebody whose badge and PIN opened it has been signed in since the
     * start.
     */
    isWitnessed: (publicKey: Uint8Array): boolean => witnessed.has(text(publicKey)),

    /**
     * A new opening key is needed because the session cannot know the newest to be true, or knows that the hub was not
     * given it by this desk.
     */
    owesTrustedKey: (): boolean =>
      session !== null && (session.trust.head === null || (isStrange(session) && !inForce())),

    /**
     * Makes what the hub is told of who holds the newest key, where nothing was made yet (an update, a hub whose own
     * key was not known) or the hub did not take it from somebody else. Says whether it was.
     */
    stateHolders(): Promise<boolean> {
      return inTurn(async () => {
        const by = session
        if (by === null || !openingKeys.owesStatement(by.staff)) return false
        const said = await restate(by, null)
        if (said === null || session !== by) return false
        store.transact(said.write)
        return true
      })
    },

    /**
     * The next opening key, for new grants: made in a session, whose older keys vouch for it to the hub. What works
     * unattended makes none. Somebody who does not hold the newest leaves it to those who do; with nobody left who
     * does, it is made all the same, and waits at the hub for a supervisor. `owed` is asked when its turn has come:
     * another may have been made meanwhile.
     */
    rotate(owed: () => boolean = () => true): Promise<boolean> {
      return inTurn(() => rotateInTurn(owed))
    },

    /** A new PIN around the same key of one's own; the old one has just proved it. L-406, L-410. */
    changePin(badge: BadgeInHand, pin: string, own: Uint8Array): Promise<Result<null>> {
      return inTurn(async () => {
        const rule = await allowed(pin)
        if (!rule.ok) return rule
        const record = await newRecord(badge, pin, own)
        return store.transact(() => {
          // As it stands now: the PIN may have gone, or a new key been made, while this one was wrapped.
          const known = roster.pin(badge.member.id)
          if (known === null) return fail(failures.badgeHasNoPin)
          const { publicKey, root, vouch } = known
          roster.setPin(badge.member.id, { ...record, publicKey, root, vouch })
          ledger.append({ kind: 'pin-changed', actor: badge.member.id, facts: {} })
          return ok(null)
        })
      })
    },

    /**
     * Lost badge, forgotten PIN, or gone: this kiosk forgets the PIN at once, whoever says so is written down. L-404.
     */
    removePin(staff: StaffId, reason: 'badge-lost' | 'pin-forgotten' | 'left', by: StaffId): Result<null> {
      return store.transact(() => {
        if (!roster.forgetPin(staff)) return fail(failures.badgeHasNoPin)
        ledger.append({ kind: 'staff-pin-removed', actor: by, facts: { staff, reason } })
        return ok(null)
      })
    },
  }
}
