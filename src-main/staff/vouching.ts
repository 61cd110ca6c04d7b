/** What a session knows of the desk's keys, says of them to the hub, and whom it shares a new one with. */
import { wipe } from '../vault/index.ts'
import type { ShareOf, Speaker } from './opening-keys.ts'
import { copied, forgetLocked, inTurn, type Knowing, type SignInDesk } from './sign-in-state.ts'

/** So many members of staff are named in one ledger entry. */
const mostNamed = 50

export const keyText = (key: Uint8Array) => Buffer.from(key).toString('base64url')

/** Whether the newest opening key is one that a session which could tell does not know. */
export function isStrange(desk: SignInDesk, { trust }: Knowing): boolean {
  const newest = desk.openingKeys.newest()
  return trust.head !== null && newest !== null && !newest.equals(trust.head.publicKey)
}

/**
 * Notes what nothing vouches for, and writes it down once in a run. `self`: the session's own public key had been
 * replaced.
 */
export function examine(desk: SignInDesk, by: Knowing, self = false): void {
  const { head } = by.trust
  // Who knows no key to be true cannot tell: nor whether others are.
  if (head === null) return
  desk.witnessed.add(keyText(head.publicKey))
  const { others } = desk.trusting.colleagues(by.staff, head)
  desk.unvouched = others.map(({ staff }) => staff)
  const fresh = others.filter(({ staff, publicKey }) => !desk.written.has(`${staff} ${keyText(publicKey)}`))
  const newest = desk.openingKeys.newest()
  const strange = isStrange(desk, by) && !desk.inForce() && newest !== null && !desk.written.has(keyText(newest))
  const staff = [...(self ? [by.staff] : []), ...fresh.map((one) => one.staff)]
  // An older hub would take the entry for poison: the screen says it all the same.
  if ((staff.length === 0 && !strange) || desk.hubFacts() < 5) return
  for (const one of fresh) desk.written.add(`${one.staff} ${keyText(one.publicKey)}`)
  if (strange) desk.written.add(keyText(newest))
  for (let i = 0; i === 0 || i < staff.length; i += mostNamed)
    desk.ledger.append({
      kind: 'keys-not-vouched',
      actor: by.staff,
      facts: { staff: staff.slice(i, i + mostNamed), openingKey: strange },
    })
}

/** As whom a session speaks to the hub; null where the kiosk has lost its person's public key. */
function speaker(desk: SignInDesk, { staff, trust, own }: Knowing): Speaker | null {
  return trust.ownPublic === null ? null : { staff, own, head: desk.ledger.head().seq }
}

/** Everyone whom the session's newest key vouches for, and its own person; `fresh` has just chosen a PIN. */
function holders(desk: SignInDesk, by: Knowing, ownPublic: Buffer, fresh: ShareOf | null): ShareOf[] {
  const vouched = desk.trusting
    .colleagues(by.staff, by.trust.head)
    .vouched.filter(({ staff }) => staff !== fresh?.staff)
  return [{ staff: by.staff, publicKey: ownPublic }, ...vouched, ...(fresh === null ? [] : [fresh])]
}

/** What the hub is told of who holds the newest key; null where this session does not know that one. */
export async function restate(
  desk: SignInDesk,
  by: Knowing,
  fresh: ShareOf | null,
): Promise<{ write: () => void } | null> {
  const { head, ownPublic } = by.trust
  const as = speaker(desk, by)
  if (head === null || ownPublic === null || as === null || isStrange(desk, by)) return null
  return desk.openingKeys.statement(head, holders(desk, by, ownPublic, fresh), as)
}

function mayRotate(desk: SignInDesk, by: Knowing): boolean {
  const newest = desk.openingKeys.newest()
  const holdsNewest = newest !== null && by.openingKeys.some(({ publicKey }) => publicKey.equals(newest))
  return holdsNewest || !desk.openingKeys.newestIsHeld() || (isStrange(desk, by) && !desk.inForce())
}

/**
 * Whom the next key is shared with: the session's own person, and everyone whose public key its newest key vouches
 * for.
 */
function sharers(desk: SignInDesk, by: Knowing, ownPublic: Buffer): ShareOf[] {
  // Whose newest known key is not the desk's newest has been away, or looks at an old disk: its vouches may be of
  // people who have left since.
  return isStrange(desk, by) ? [{ staff: by.staff, publicKey: ownPublic }] : holders(desk, by, ownPublic, null)
}

export async function rotateInTurn(desk: SignInDesk, owed: () => boolean): Promise<boolean> {
  const by = desk.session
  if (by === null || desk.roster.pin(by.staff) === null || !owed()) return false
  const { ownPublic } = by.trust
  if (ownPublic === null || !mayRotate(desk, by)) return false
  // Copies: a session that ends meanwhile leaves zeros, and what zeros vouch for the hub would not believe.
  const held = by.openingKeys.map(({ publicKey, privateKey }) => ({ publicKey, privateKey: copied(privateKey) }))
  const known = by.trust.head?.publicKey
  const head = known === undefined ? null : (held.find(({ publicKey }) => publicKey.equals(known)) ?? null)
  const rootKey = copied(by.trust.rootKey)
  const own = copied(by.own)
  try {
    await desk.openingKeys.rotate({
      held,
      head,
      to: sharers(desk, by, ownPublic),
      by: { staff: by.staff, own, head: desk.ledger.head().seq },
      also(opening) {
        desk.roster.rotationDone()
        desk.trusting.write(by.staff, { ownPublic, rootKey, head: null }, opening)
        desk.ledger.append({ kind: 'opening-key-rotated', actor: by.staff, facts: {} })
      },
      keep(key) {
        if (desk.session !== by || desk.roster.pin(by.staff) === null) return false
        by.openingKeys.unshift(key)
        by.trust = { ...by.trust, head: key }
        return true
      },
    })
  } finally {
    wipe(rootKey, own, ...held.map(({ privateKey }) => privateKey))
  }
  forgetLocked(desk)
  if (desk.session === by) desk.store.transact(() => examine(desk, by))
  return true
}

export function stateHolders(desk: SignInDesk): Promise<boolean> {
  return inTurn(desk, async () => {
    const by = desk.session
    if (by === null || !desk.openingKeys.owesStatement(by.staff)) return false
    const said = await restate(desk, by, null)
    if (said === null || desk.session !== by) return false
    desk.store.transact(said.write)
    return true
  })
}
