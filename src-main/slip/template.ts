/** What every slip says above and below, with a secret or without. */
import type ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder'
import type { Language, SecretKind } from '../../src-shared/domain/index.ts'
import type { SlipLogo } from '../../src-shared/domain/slip-logo.ts'
import { encoder, layoutPage, wrapped } from './lines.ts'
import { slipText } from './names.ts'
import { slipTexts } from '../../src-shared/domain/slip-texts.ts'

export interface SlipBasics {
  readonly language: Language
  readonly organisation: string
  readonly desk: string
  readonly secretKind: SecretKind
  readonly slipNumber: string
  readonly validUntil: string
  readonly changeAddress: string
  /** The institution's own words, and its logo. */
  readonly note?: string
  readonly logo?: SlipLogo
}

/**
 * `start`: what stands above it, from the printer's start on. Who prints, the slip's number (a slip that ends here can
 * be named), and what it is.
 */
export function headLines(
  content: SlipBasics,
  title: string,
  columns: number,
  start?: ReceiptPrinterEncoder,
): ReceiptPrinterEncoder {
  const texts = slipTexts[content.language]
  const head = start ?? encoder(columns).initialize().codepage(layoutPage)
  head.align('center').bold(true)
  wrapped(head, slipText(content.organisation), columns)
  head.bold(false)
  wrapped(head, slipText(content.desk), columns)
  wrapped(head, `${texts.slip} ${slipText(content.slipNumber)}`, columns)
  head.newline().size(2, 2)
  wrapped(head, title, columns / 2)
  return head.size(1, 1).align('left').newline()
}

/**
 * `ESC @`, `ESC a 1`, `GS v 0`: the logo above everything, in the middle. Its size has been checked where it came in.
 */
export function logoBytes(logo: SlipLogo | undefined): Buffer {
  if (logo === undefined) return Buffer.alloc(0)
  const { width, height } = logo
  const head = [0x1b, 0x40, 0x1b, 0x61, 0x01, 0x1d, 0x76, 0x30, 0x00, width / 8, 0x00, height & 0xff, height >> 8]
  return Buffer.concat([Buffer.from(head), Buffer.from(logo.dots, 'base64'), Buffer.from([0x0a])])
}

/** Until when, where to change it, what is never done; then the cut. */
export function footLines(
  part: ReceiptPrinterEncoder,
  content: SlipBasics,
  columns: number,
  paper: 58 | 80,
): ReceiptPrinterEncoder {
  const texts = slipTexts[content.language]
  const kind = content.secretKind
  wrapped(part, texts.validUntil.replace('{date}', slipText(content.validUntil)), columns)
  wrapped(part, `${texts.change[kind]}:`, columns)
  wrapped(part.bold(true), slipText(content.changeAddress), columns).bold(false)
  part
    .newline()
    .align('center')
    .qrcode(content.changeAddress, { model: 2, size: paper === 80 ? 6 : 5, errorlevel: 'm' })
    .align('left')
    .newline()
  wrapped(part, texts.never, columns)
  wrapped(part, texts.destroy, columns)
  if (content.note !== undefined && content.note !== '') wrapped(part.newline(), slipText(content.note), columns)
  part.newline()
  wrapped(part, `${texts.slip} ${slipText(content.slipNumber)}`, columns)
  return part.newline(4).cut('partial')
}
