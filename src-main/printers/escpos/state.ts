/** From the four real-time status bytes to one printer state (Epson, DLE EOT n). */
import type { ErrorCode } from '../../../src-shared/failures/codes.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import type { PrinterState } from '../../../src-shared/kiosk-api/index.ts'
import type { PrinterStatus } from '../port.ts'

const codes: Readonly<Record<PrinterState, ErrorCode | null>> = {
  ready: null,
  'paper-near-end': null,
  'paper-out': failures.paperOut,
  'cover-open': failures.coverOpen,
  offline: failures.printerSilent,
  error: failures.printerError,
  'not-answering': failures.printerSilent,
  'no-status': failures.printerStateUnknown,
  'needs-power-cycle': failures.jobRemains,
  busy: failures.printerBusy,
  none: failures.noPrinter,
}

/** `staffWord`: the desk takes the staff's word where the printer gives none. */
export function statusOf(state: PrinterState, staffWord = false): PrinterStatus {
  const code = state === 'no-status' && staffWord ? null : codes[state]
  return { state, canPrint: code === null, failure: code === null ? null : { code } }
}

/** `printer`, `offline`, `error`, `paper` are the answers to DLE EOT 1, 2, 3 and 4. */
export function readState({
  printer,
  offline,
  error,
  paper,
}: {
  printer: number
  offline: number
  error: number
  paper: number
}): PrinterState {
  if ((offline & 0x04) !== 0) return 'cover-open'
  if ((paper & 0x60) !== 0 || (offline & 0x20) !== 0) return 'paper-out'
  if ((error & 0x6c) !== 0 || (offline & 0x40) !== 0) return 'error'
  if ((printer & 0x08) !== 0) return 'offline'
  return (paper & 0x0c) !== 0 ? 'paper-near-end' : 'ready'
}
