/**
 * What the screen has confirmed must be in the ledger (promise P4): from frames and replies to the entries that they
 * vouch for.
 */
import type { KioskState } from '../../src-shared/kiosk-api/index.ts'
import type { LedgerEntry } from '../../src-shared/hub-api/ledger-entry.ts'
import type { Result } from '../../src-shared/failures/result.ts'

export interface Reply {
  readonly method: string
  readonly input: unknown
  readonly result: Result<unknown>
}

/** All that one engine process told the screen. */
export interface Seen {
  readonly states: KioskState[]
  readonly replies: Reply[]
}

const settlements: Readonly<Record<string, LedgerEntry['kind']>> = {
  'handed-over': 'handed-over',
  spoiled: 'slip-spoiled',
  missing: 'slip-missing',
  'nothing-came-out': 'slip-nothing-came-out',
}

/** Says of every confirmation that the entries do not bear out what it was. */
export function unconfirmed({ states, replies }: Seen, entries: readonly LedgerEntry[]): string[] {
  const lost = new Set<string>()
  const need = (what: string, found: boolean) => {
    if (!found) lost.add(what)
  }
  const has = (kind: LedgerEntry['kind'], facts: Record<string, unknown> = {}, pickup?: string) =>
    entries.some(
      (entry) =>
        entry.kind === kind &&
        (pickup === undefined || entry.pickup === pickup) &&
        Object.entries(facts).every(([name, value]) => (entry.facts as Record<string, unknown>)[name] === value),
    )
  for (const { staff, counter } of states) {
    if (staff !== null)
      need(
        'signed in',
        entries.some((entry) => entry.kind === 'staff-signed-in' && entry.actor === staff.id),
      )
    switch (counter.step) {
      // Of a check-in screen; these scenarios have none.
      case 'looking':
        break
      case 'arrival':
        need('arrival', has('arrival'))
        break
      case 'verify':
        if (counter.verification !== null)
          need('verification', has('verification', { verification: counter.verification }, counter.pickup.id))
        break
      case 'printing':
        need('printing', has('slip-intended', { slip: counter.slip }, counter.pickup.id))
        break
      case 'hand-over':
        need('slip', has('slip-intended', { slip: counter.slip.id }, counter.pickup.id))
        if (counter.slip.state === 'printed') need('slip printed', has('slip-printed', { slip: counter.slip.id }))
        // One whose outcome could not be written is entered by whoever settles it or starts the engine anew.
        if (counter.slip.state === 'uncertain') need('slip uncertain', has('slip-uncertain', { slip: counter.slip.id }))
        break
      case 'done':
        if (counter.outcome === 'no-slip') need('no slip', has('no-slip'))
        else need(counter.outcome, has(settlements[counter.outcome] ?? 'handed-over'))
        break
      case 'idle':
      case 'pin':
      case 'choose':
      case 'refused':
      case 'walk-in':
      case 'letter':
      case 'letter-out':
      case 'letter-back':
        break
    }
  }
  for (const { method, input, result } of replies) {
    if (!result.ok) continue
    const value = result.value as Record<string, unknown> | null
    const given = input as Record<string, string>
    if (method === 'verifyDocument')
      need('reply: verified', has('verification', { verification: value?.verification }, given.pickup))
    if (method === 'release') need('reply: released', has('slip-intended', { slip: value?.slip }, given.pickup))
    if (method === 'settle')
      need(
        `reply: ${given.settlement ?? ''}`,
        has(settlements[given.settlement ?? ''] ?? 'handed-over', { slip: given.slip }),
      )
    if (method === 'noSlip') need('reply: no slip', has('no-slip', { reason: given.reason }, given.pickup))
    if (method === 'signOut') need('reply: signed out', has('staff-signed-out'))
  }
  return [...lost]
}
