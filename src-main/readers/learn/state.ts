/** What the learning of a reader shows. */
import type { ErrorCode } from '../../../src-shared/failures/codes.ts'
import type { ReaderRule } from '../config.ts'
import type { MaskedScan } from '../mask.ts'

/** A rule as it goes into the settings file: only what differs from the defaults. */
export type SuggestedRule = Readonly<Record<string, unknown>> & {
  readonly name: string
  readonly decoder: ReaderRule['decoder']
}

export interface LearnState {
  readonly path: string
  readonly product: string
  /** Reads so far, masked; three are wanted. */
  readonly reads: readonly MaskedScan[]
  /** After the third read. */
  readonly suggestion: SuggestedRule | null
  /** Formats that the card's text fits, besides the suggested one: readers of other kinds decide which is right. */
  readonly alsoFits: readonly string[]
  readonly failure: { readonly code: ErrorCode } | null
}
