/**
 * Whose symbol a line was, at a reader that types its lines and AIM symbology identifiers (ISO/IEC 15424) before them.
 * Such a reader types one identifier a symbol, and a symbol may hold line ends: what follows them is the symbol's own
 * text, whatever it says of itself. So the first identifier of a burst holds for the whole burst, and a line without an
 * identifier, at a reader that types them, is none that paper gave.
 */
import { noSymbol, type DecodedScan } from './decoder.ts'
import { typedIdentifier } from './payload.ts'

export interface TypedIdentifiers {
  /** The beginning of a line that ends, or is given up: its identifier counts whatever becomes of the line. */
  saw(line: string): void
  /** The line's scan with what its burst says of it. */
  of(scan: DecodedScan): DecodedScan
  /** Nothing has come for as long as a read may take: what comes next is another read. */
  paused(): void
}

const isSymbol = (identifier: string) => !noSymbol.some((begin) => identifier.startsWith(begin))

export function createTypedIdentifiers(): TypedIdentifiers {
  let ever = false
  let burst: string | null = null
  return {
    saw(line) {
      const identifier = typedIdentifier(line)
      if (identifier === null) return
      ever = true
      if (burst === null || (isSymbol(identifier) && !isSymbol(burst))) burst = identifier
    },
    of(scan) {
      const { symbology } = scan
      // A line that claims to be OCR, after a symbol in the same burst, is the symbol's.
      if (burst !== null && (symbology === null || (isSymbol(burst) && !isSymbol(symbology))))
        return { ...scan, symbology: burst }
      return ever && symbology === null ? { ...scan, unidentified: true } : scan
    },
    paused() {
      burst = null
    },
  }
}
