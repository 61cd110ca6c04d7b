/** Readers as a supervisor sees them while setting up a desk: every field is named, and no scan is among them. */
import type { OutputOf } from '../../src-shared/kiosk-api/contract.ts'
import type { KioskApi } from '../../src-shared/kiosk-api/index.ts'
import type { ReaderSupervisor } from '../readers/index.ts'

export function readersView(readers: Pick<ReaderSupervisor, 'devices' | 'learning'>): OutputOf<KioskApi, 'readers'> {
  const learning = readers.learning()
  return {
    devices: readers.devices().map(({ info, used, rule, failure }) => ({
      path: info.path,
      product: info.product,
      vendorId: info.vendorId,
      productId: info.productId,
      usagePage: info.usagePage,
      usage: info.usage,
      used,
      rule,
      failure,
    })),
    learning:
      learning === null
        ? null
        : {
            path: learning.path,
            product: learning.product,
            reads: learning.reads.map(({ kind, length, alphabet, ends }) => ({ kind, length, alphabet, ends })),
            suggestion: learning.suggestion === null ? null : JSON.stringify(learning.suggestion, null, 2),
            alsoFits: [...learning.alsoFits],
            failure: learning.failure,
          },
  }
}
