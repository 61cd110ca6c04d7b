/**
 * Whose symbol a line was, at a reader that types its lines and AIM symbology identifiers (ISO/IEC 15424) before them.
 * Such a reader types one identifier a symbol, and a symbol may hold line ends: what follows them is the symbol's own
 * text, whatever it says of itself. So the first identifier of a burst holds for the whole burst, and a line without an
 * identifier, at a reader that types them, is none that paper gave.
 *
 * Whether a reader types them is not told by one symbol, whose own text may begin like an identifier. A reader that
 * types them does so before every read: where several reads in a row came without one, each after a silence of its own,
 * the reader types none. A symbol at a reader that does begins with its identifier, and the count begins anew.
 */
import { noSymbol, type DecodedScan } from './decoder.ts'
import { typedIdentifier } from './payload.ts'

export interface TypedIdentifiers {
  /** The beginning of a line that ends, or is given up: its identifier counts whatever becomes of the line. */
  saw(line: string): void
  /** The line's scan with what its burst says of it. */
  of(scan: DecodedScan): DecodedScan
  /** The read has an end of its own: what comes next is another, silence or none. */
  ended(): void
  /** Nothing has come for as long as a read may take: what comes next is another read. */
  paused(): void
}

const isSymbol = (identifier: string) => !noSymbol.some((begin) => identifier.startsWith(begin))

/** So many reads in a row without an identifier are those of a reader that types none; the last one counts already. */
export const readsWithout = 3

export function createTypedIdentifiers(): TypedIdentifiers {
  let types = false
  let burst: string | null = null
  let without = 0
  let silence = true
  return {
    saw(line) {
      const identifier = typedIdentifier(line)
      if (identifier === null) return
      types = true
      without = 0
      if (burst === null || (isSymbol(identifier) && !isSymbol(burst))) burst = identifier
    },
    of(scan) {
      const { symbology } = scan
      const first = silence
      silence = false
      // A line that claims to be OCR, after a symbol in the same burst, is the symbol's.
      if (burst !== null && (symbology === null || (isSymbol(burst) && !isSymbol(symbology))))
        return { ...scan, symbology: burst }
      if (!types || symbology !== null) return scan
      if (first) without += 1
      types = without < readsWithout
      return types ? { ...scan, unidentified: true } : scan
    },
    ended() {
      burst = null
    },
    paused() {
      burst = null
      silence = true
    },
  }
}
