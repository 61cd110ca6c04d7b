/** What a kiosk says of itself, in the words of the desks' list. */
import type { z } from 'zod'
import type { DeskWatch } from '../../src-shared/hub-api/agent/health.ts'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'

type Watched = z.infer<typeof DeskWatch>

/**
 * By the code that the kiosk gives (src-shared/domain/readiness.ts). null: said elsewhere in the list, or nothing that
 * stops it.
 */
export function reasonOf(code: ErrorCode): Watched['reasons'][number] | null {
  if (code === failures.paperOut) return 'paper'
  if (code.startsWith('L-5')) return 'printer'
  if (code.startsWith('L-7')) return 'reader'
  if (code === failures.nobodyCanSignIn) return 'nobody'
  if (code === failures.diskLow) return 'disk'
  if (code === failures.entriesUnsent) return 'unsent'
  if (code === failures.noOpeningKey) return 'no-opening-key'
  if (code === failures.openingKeyUnconfirmed || code === failures.openingKeyUncompared) return 'opening-key-waits'
  if (code === failures.kioskFrozen) return 'frozen'
  return null
}

const printers: Readonly<Partial<Record<ErrorCode, string>>> = {
  [failures.paperOut]: 'paper-out',
  [failures.coverOpen]: 'cover-open',
  [failures.printerSilent]: 'not-answering',
  [failures.printerError]: 'error',
  [failures.jobRemains]: 'needs-power-cycle',
  [failures.paperLow]: 'paper-near-end',
  [failures.printerMute]: 'no-status',
}

/** The printer in a word, and its paper. */
export function printerOf(reasons: readonly { readonly code: ErrorCode }[]): { printer: string; paper: string } {
  const known = reasons.flatMap(({ code }) => printers[code] ?? (code.startsWith('L-5') ? 'error' : []))
  const paper = known.includes('paper-out') ? 'out' : known.includes('paper-near-end') ? 'near-end' : 'there'
  return { printer: known[0] ?? 'ready', paper }
}
