/** Sessions at this desk: how one begins, locks, comes back by the badge alone, and ends. */
import { randomBytes } from 'node:crypto'
import { makeResumeKey, putToRest, wake, wipe } from '../vault/index.ts'
import type { OpeningKey } from './opening-keys.ts'
import {
  forgetLocked,
  restsUntil,
  type BadgeInHand,
  type Knowing,
  type Session,
  type SignInDesk,
  type SignOutCause,
} from './sign-in-state.ts'
import { examine } from './vouching.ts'

function keysOf(by: Knowing): Buffer[] {
  return [by.trust.rootKey, by.own, ...by.openingKeys.map(({ privateKey }) => privateKey)]
}

export function begin(
  desk: SignInDesk,
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
    signedInAt: desk.now(),
    openingKeys: keys,
    searchYears: strength,
    trust,
    own,
  }
  desk.store.transact(() => {
    desk.pickups.voidVerifications()
    desk.ledger.append({ kind: 'staff-signed-in', actor: member.id, facts: { role: member.role, means } })
    examine(desk, opened, keep().wasAnothers)
  })
  desk.session = opened
  desk.resume = makeResumeKey(cardId)
  if (means === 'badge-and-pin') desk.pinAt = desk.now()
  return opened
}

export function end(desk: SignInDesk, cause: SignOutCause): void {
  const ending = desk.session
  if (ending === null) return
  // The keys go first: whatever the disk says, nobody prints after this.
  desk.session = null
  const keys = keysOf(ending)
  if (cause === 'locked' && desk.resumeMs() > 0 && desk.resume !== null && ending.openingKeys.length > 0) {
    const publicKeys = ending.openingKeys.map(({ publicKey }) => publicKey)
    desk.locked = {
      staff: ending.staff,
      resting: putToRest(desk.resume, keys),
      publicKeys,
      ownPublic: ending.trust.ownPublic,
      head: ending.trust.head?.publicKey ?? null,
      at: desk.now(),
      pinAt: desk.pinAt,
      searchYears: ending.searchYears,
    }
  } else {
    desk.locked = null
    wipe(...keys, desk.resume?.key)
  }
  desk.resume = null
  desk.store.transact(() => {
    desk.pickups.voidVerifications()
    desk.ledger.append({ kind: 'staff-signed-out', actor: ending.staff, facts: { cause } })
  })
}

export function resumeBadge(desk: SignInDesk, badge: BadgeInHand): Session | null {
  const { member, cardId } = badge
  const resting = desk.locked
  if (
    desk.session !== null ||
    resting === null ||
    resting.staff !== member.id ||
    restsUntil(desk, resting) <= desk.now() ||
    desk.roster.pin(member.id) === null
  )
    return null
  const [rootKey, own, ...privateKeys] = wake(resting.resting, cardId) ?? []
  if (rootKey === undefined || own === undefined) return null
  forgetLocked(desk)
  desk.pinAt = resting.pinAt
  const keys = privateKeys.flatMap((privateKey, i) => {
    const publicKey = resting.publicKeys[i]
    return publicKey === undefined ? [] : [{ publicKey, privateKey }]
  })
  const known = resting.head
  const head = known === null ? null : (keys.find(({ publicKey }) => publicKey.equals(known)) ?? null)
  const trust = { ownPublic: resting.ownPublic, rootKey, head }
  return begin(desk, badge, keys, resting.searchYears, 'badge', { trust, own })
}

export function recheck(desk: SignInDesk): boolean {
  if (
    desk.locked !== null &&
    (desk.roster.pin(desk.locked.staff) === null || restsUntil(desk, desk.locked) <= desk.now())
  )
    forgetLocked(desk)
  if (desk.session === null) return false
  const member = desk.roster.get(desk.session.staff)
  if (desk.roster.pin(desk.session.staff) !== null && member?.role === desk.session.role) return false
  end(desk, 'removed')
  return true
}
