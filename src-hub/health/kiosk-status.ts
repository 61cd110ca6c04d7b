/** What a kiosk says of itself, in the words of the desks' list. */
import type { z } from 'zod'
import type { DeskWatch } from '../../src-shared/hub-api/agent/health.ts'
import type { ErrorCode } from '../../src-shared/failures/codes.ts'

type Watched = z.infer<typeof DeskWatch>

/**
 * By the code that the kiosk gives (src-shared/domain/readiness.ts). null: said elsewhere in the list, or nothing that
 * stops it.
 */
export function reasonOf(code: ErrorCode): Watched['reasons'][number] | null {
  if (code === 'L-501') return 'paper'
  if (code.startsWith('L-5')) return 'printer'
  if (code.startsWith('L-7')) return 'reader'
  if (code === 'L-425') return 'nobody'
  if (code === 'L-417') return 'disk'
  if (code === 'L-421') return 'unsent'
  if (code === 'L-422') return 'no-opening-key'
  if (code === 'L-430' || code === 'L-433') return 'opening-key-waits'
  if (code === 'L-604') return 'frozen'
  return null
}

const printers: Readonly<Partial<Record<ErrorCode, string>>> = {
  'L-501': 'paper-out',
  'L-502': 'cover-open',
  'L-503': 'not-answering',
  'L-504': 'error',
  'L-507': 'needs-power-cycle',
  'L-426': 'paper-near-end',
  'L-427': 'no-status',
}

/** The printer in a word, and its paper. */
export function printerOf(reasons: readonly { readonly code: ErrorCode }[]): { printer: string; paper: string } {
  const known = reasons.flatMap(({ code }) => printers[code] ?? (code.startsWith('L-5') ? 'error' : []))
  const paper = known.includes('paper-out') ? 'out' : known.includes('paper-near-end') ? 'near-end' : 'there'
  return { printer: known[0] ?? 'ready', paper }
}
