/** How long and how deep a ledger entry may be. */

/** How deep an entry's objects may be nested; those of the contract are at most 3 deep. */
export const deepestEntry = 16
/** Characters of the longest entry of the contract. What is longer, up to `longestKept`, is kept as a poison entry. */
export const longestEntry = 8192
/** Characters of the longest text that is kept as a poison entry. */
export const longestKept = 65_536

/**
 * Whether objects and arrays of a JSON text are nested deeper than `most`. Looks at each character once, without
 * recursion.
 */
export function nestsDeeper(text: string, most: number): boolean {
  let depth = 0
  let inText = false
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (inText) {
      if (unit === 0x5c) at += 1
      else if (unit === 0x22) inText = false
    } else if (unit === 0x22) inText = true
    else if (unit === 0x7b || unit === 0x5b) {
      depth += 1
      if (depth > most) return true
    } else if (unit === 0x7d || unit === 0x5d) depth -= 1
  }
  return false
}
