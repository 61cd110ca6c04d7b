/**
 * Settling: a person says what became of a slip, by name, and the pickup moves on
 * (docs/architecture.md#one-handover-end-to-end).
 */
import type { Settlement, SlipId, StaffId } from '../../src-shared/domain/index.ts'
import { fail, ok, unreachable, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Ledger } from '../ledger/index.ts'
import type { PickupCache } from '../pickups/index.ts'
import { onDisk, type Store } from '../storage/index.ts'
import type { Slip, Slips } from './slips.ts'
import { accountForIntents } from './release.ts'

interface Parts {
  readonly store: Store
  readonly ledger: Ledger
  readonly pickups: PickupCache
  readonly slips: Slips
  readonly now: () => number
}

const entryOf = {
  'handed-over': 'handed-over',
  spoiled: 'slip-spoiled',
  missing: 'slip-missing',
  'nothing-came-out': 'slip-nothing-came-out',
} as const

/**
 * Fails with L-234 (a letter is dispatched instead), L-513 (already settled or never printed), L-803 (the disk cannot
 * be written; nothing has changed).
 */
export function settleSlip(
  { store, ledger, pickups, slips, now }: Parts,
  id: SlipId,
  settlement: Settlement,
  by: StaffId,
): Result<Slip> {
  return onDisk(() => {
    if (slips.get(id)?.state === 'intended')
      accountForIntents({ store, ledger, pickups, slips }, failures.slipUncertain)
    return store.transact(() => {
      const slip = slips.get(id)
      if (slip === null || (slip.state !== 'printed' && slip.state !== 'uncertain')) return fail(failures.slipSettled)
      // A letter is not handed over: it is dispatched, with its number.
      if (slip.letter && settlement === 'handed-over') return fail(failures.letterIsDispatched)
      const pickup = pickups.get(slip.pickup)
      if (pickup === null) throw new Error('a slip without its pickup')
      slips.settle(id, settlement, by, now())
      ledger.append({
        kind: entryOf[settlement],
        pickup: slip.pickup,
        epoch: slip.epoch,
        actor: by,
        facts: { slip: id },
      })
      switch (settlement) {
        case 'handed-over':
          pickups.end(slip.pickup, 'handed-over')
          break
        case 'missing':
          // A secret on paper that nobody can find is burned: disabled at the source, and the helpdesk issues another.
          pickups.end(slip.pickup, 'burned')
          break
        case 'spoiled':
        case 'nothing-came-out':
          if (pickup.revokePending) {
            pickups.end(slip.pickup, 'revoked')
            ledger.append({ kind: 'revoke-acknowledged', pickup: slip.pickup, epoch: slip.epoch, actor: by, facts: {} })
          } else {
            pickups.setState(slip.pickup, 'arrived')
          }
          break
        default:
          unreachable(settlement)
      }
      return ok(slip)
    })
  })
}
