/** Text from outside (names, addresses, references) made safe for a slip: it may look plainer, it can never be a command. */
import { tableOf, type CodePage } from './code-pages.ts'

const longest = 120

/** NFC; control and format characters dropped; a letter the page lacks loses its marks, and else shows as `_`. */
export function slipText(text: string, page: CodePage = 'windows1252'): string {
  const table = tableOf(page)
  const fits = (letter: string) => table.has(letter.codePointAt(0) ?? 0)
  let result = ''
  for (const letter of text.normalize('NFC').replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, '')) {
    if (fits(letter)) result += letter
    else if (/\p{Z}/u.test(letter)) result += ' '
    else {
      const bare = letter.normalize('NFKD').replace(/\p{M}/gu, '')
      result += bare !== '' && [...bare].every(fits) ? bare : '_'
    }
    if (result.length >= longest) return `${result.slice(0, longest - 3)}...`
  }
  return result
}
