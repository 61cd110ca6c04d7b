/** Instructions in another language for a slip that is out already: no secret, no verification, nothing to settle. */
import type { Desk, Language, SlipId } from '../../src-shared/domain/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Pickup, PickupCache } from '../pickups/index.ts'
import type { PrintJob, Printer } from '../printers/index.ts'
import type { Slips } from './slips.ts'

/** `number`: of the slip that carries the secret. */
export type LayoutInstructions = (slip: { pickup: Pickup; number: string; language: Language; desk: Desk }) => PrintJob

interface Parts {
  readonly slips: Slips
  readonly pickups: PickupCache
  readonly printer: Printer
  readonly layout: LayoutInstructions
}

export type Instructions = (
  request: { readonly slip: SlipId; readonly language: Language },
  desk: Desk,
) => Promise<Result<null>>

/**
 * Fails with L-513 (no such slip is waiting to be settled), or the printer's own code. An unconfirmed one is no
 * failure: people see it.
 */
export function createInstructions({ slips, pickups, printer, layout }: Parts): Instructions {
  return async ({ slip: id, language }, desk) => {
    const slip = slips.get(id)
    const pickup = slip === null ? null : pickups.get(slip.pickup)
    if (slip === null || pickup === null || (slip.state !== 'printed' && slip.state !== 'uncertain'))
      return fail(failures.slipSettled)
    const outcome = await printer.print(layout({ pickup, number: slip.number, language, desk }), () => undefined)
    return outcome.kind === 'failed' ? fail(outcome.code) : ok(null)
  }
}
