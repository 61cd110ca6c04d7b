/**
 * A slip that goes by post: the address first, to face out of a window envelope, then a fold, and behind it the slip
 * with the secret.
 */
import type ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder'
import type { Language } from '../../src-shared/domain/index.ts'
import { encoder, layoutPage, wrapped } from './lines.ts'
import { slipText } from './names.ts'
import { slipTexts } from '../../src-shared/domain/slip-texts.ts'

export interface LetterBlock {
  /** As they stand in the window: the recipient's name first. */
  readonly address: readonly string[]
  /** Where a letter that cannot be delivered goes back to, one line. */
  readonly sender: string
}

/** Lines of the block behind the window, so that the fold lies in the same place whatever the address is. */
const blockLines = 7

/** From the printer's start to the line to fold at. No byte of a secret is in it. */
export function letterHead(
  { address, sender }: LetterBlock,
  language: Language,
  columns: number,
): ReceiptPrinterEncoder {
  const texts = slipTexts[language].letter
  const part = encoder(columns).initialize().codepage(layoutPage).align('left')
  wrapped(part, `${texts.sender}: ${slipText(sender)}`, columns)
  part.newline().bold(true)
  const margin = columns >= 48 ? 4 : 1
  const lines = address.flatMap((line) => pieces(slipText(line), columns - margin))
  for (const line of lines) part.line(' '.repeat(margin) + line)
  part.bold(false)
  part.newline(Math.max(1, blockLines - lines.length))
  const mark = ` ${texts.fold} `
  const dashes = Math.max(2, Math.floor((columns - mark.length) / 2))
  part.line(('- '.repeat(columns).slice(0, dashes) + mark + ' -'.repeat(columns).slice(0, dashes)).slice(0, columns))
  return part.newline()
}

function pieces(text: string, width: number): string[] {
  const found: string[] = []
  for (let rest = text; rest !== '';) {
    const cut =
      rest.length <= width
        ? rest.length
        : Math.max(1, rest.lastIndexOf(' ', width) > 0 ? rest.lastIndexOf(' ', width) : width)
    found.push(rest.slice(0, cut))
    rest = rest.slice(cut).trimStart()
  }
  return found
}
