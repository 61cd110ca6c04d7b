/** What the engine sees of a slip printer. */
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import type { PrinterState } from '../../src-shared/kiosk-api/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import type { KnownInside } from './inside.ts'

export interface PrinterStatus {
  readonly state: PrinterState
  readonly canPrint: boolean
  readonly failure: Failure | null
}

/** `header` holds no byte of the secret; `body` has it spliced in, and the cut. The caller wipes both afterwards. */
export interface PrintJob {
  readonly header: Uint8Array
  readonly body: Uint8Array
}

/**
 * `failed`: certainly no paper with the secret, now or later. `printed`: the printer itself said so, and set-up saw
 * that it does not say so without paper. All else is `uncertain` (promise P3).
 */
export type PrintOutcome =
  | { readonly kind: 'printed' }
  | { readonly kind: 'failed'; readonly code: ErrorCode }
  | { readonly kind: 'uncertain'; readonly code: ErrorCode }

export type PrintPhase = 'header' | 'secret' | 'confirming'

export interface Printer {
  /** `left`: what may be inside the printer, as far as was known when the last engine stopped; `nothing` by default. */
  start(left?: KnownInside): Promise<void>
  stop(): Promise<void>
  /** Last known. */
  status(): PrinterStatus
  onStatus(listener: () => void): () => void
  /** Told what may be left inside the printer from now on, for whoever keeps it over a restart. */
  onLeftInside(listener: (left: KnownInside) => void): () => void
  /** Asks the printer now. */
  check(): Promise<PrinterStatus>
  /**
   * `justChecked`: the caller has asked `check` a moment ago; half a second on, the printer is asked again all the
   * same.
   */
  print(
    job: PrintJob,
    onPhase: (phase: PrintPhase) => void,
    options?: { readonly justChecked?: boolean },
  ): Promise<PrintOutcome>
}

/** An open connection to a printer. */
export interface PrinterLink {
  /** Resolves when the operating system has taken every byte; rejects when the link breaks first. */
  write(bytes: Uint8Array): Promise<void>
  onData(listener: (bytes: Uint8Array) => void): void
  /** At most once; not called after `close`. */
  onClose(listener: () => void): void
  close(): void
}

/** Opens a link; rejects when the printer is not there. */
export type OpenLink = () => Promise<PrinterLink>
