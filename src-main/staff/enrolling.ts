/** Who gets a PIN at this desk: the first supervisor, and colleagues with shares of the keys in a session's hands. */
import { newSealKeyPair } from '../../src-shared/protocol/envelope.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { rootKeyOf, wipe } from '../vault/index.ts'
import { allowed, newRecord } from './pins.ts'
import type { BadgeInHand, SignInDesk } from './sign-in-state.ts'
import { restate } from './vouching.ts'

export async function enrolColleague(desk: SignInDesk, badge: BadgeInHand, pin: string): Promise<Result<null>> {
  const rule = await allowed(desk, pin)
  if (!rule.ok) return rule
  const by = desk.session
  if (by === null) return fail(failures.notSignedIn)
  // What only they can open would open for nobody any more.
  if (desk.openingKeys.losesWith(badge.member.id, by.openingKeys)) return fail(failures.lastHolderOfKey)
  const own = await newSealKeyPair()
  try {
    const record = await newRecord(desk, badge, pin, own.privateKey)
    const shares = await desk.openingKeys.sharesFor(badge.member.id, own.publicKey, by.openingKeys)
    const { publicKey, privateKey } = own
    const said = await restate(desk, by, { staff: badge.member.id, publicKey })
    // Locked or signed out while the PIN was being wrapped: the keys were zeros by then.
    if (desk.session !== by) return fail(failures.notSignedIn)
    const known = desk.trusting.introduce(badge.member.id, privateKey, publicKey, by.trust.head)
    desk.store.transact(() => {
      desk.roster.forgetPin(badge.member.id)
      desk.roster.setPin(badge.member.id, { ...record, publicKey, ...known })
      shares.write()
      said?.write()
      desk.ledger.append({
        kind: 'staff-enrolled',
        actor: by.staff,
        facts: { staff: badge.member.id, role: badge.member.role },
      })
    })
    desk.unvouched = desk.unvouched.filter((staff) => staff !== badge.member.id)
  } finally {
    wipe(own.privateKey)
  }
  return ok(null)
}

export async function enrolSupervisor(desk: SignInDesk, badge: BadgeInHand, pin: string): Promise<Result<null>> {
  const rule = await allowed(desk, pin)
  if (!rule.ok) return rule
  const own = await newSealKeyPair()
  try {
    const staff = badge.member.id
    const record = await newRecord(desk, badge, pin, own.privateKey)
    const { publicKey, privateKey } = own
    desk.store.transact(() => {
      desk.roster.setPin(staff, { ...record, publicKey, root: null, vouch: null })
    })
    // Nobody has opened an older key: the hub asks a supervisor to compare this one's letters.
    await desk.openingKeys.rotate({
      held: [],
      head: null,
      to: [{ staff, publicKey }],
      by: { staff, own: privateKey, head: desk.ledger.head().seq },
      also(opening) {
        const rootKey = rootKeyOf(privateKey)
        desk.trusting.write(staff, { rootKey, ownPublic: publicKey, head: null }, opening)
        wipe(rootKey)
        desk.ledger.append({ kind: 'staff-enrolled', actor: staff, facts: { staff, role: badge.member.role } })
      },
    })
  } finally {
    wipe(own.privateKey)
  }
  return ok(null)
}
