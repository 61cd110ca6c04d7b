/** Lines of a slip by the layout library, which never sees a secret. */
import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder'
import { codePages, type CodePage } from './code-pages.ts'

/** Columns of font A (12 dots) at 203 dpi: 576 dots on 80 mm paper, 384 on 58 mm. */
export const columnsOf = { 58: 32, 80: 48 } as const
export const layoutPage: CodePage = 'windows1252'

export function encoder(columns: number): ReceiptPrinterEncoder {
  return new ReceiptPrinterEncoder({
    language: 'esc-pos',
    columns,
    codepageMapping: 'epson',
    codepageCandidates: [...codePages],
    newline: '\n',
  }).codepage(layoutPage)
}

export function bytesOf(part: ReceiptPrinterEncoder): Buffer {
  return Buffer.from(part.encode())
}

/** Words wrapped to the paper's width; the library would cut a double-width line without a mark. */
export function wrapped(part: ReceiptPrinterEncoder, text: string, width: number): ReceiptPrinterEncoder {
  let line = ''
  for (const word of text.split(' ')) {
    for (let rest = word; rest !== '';) {
      const piece = rest.slice(0, width)
      rest = rest.slice(width)
      if (line !== '' && line.length + 1 + piece.length > width) {
        part.line(line)
        line = piece
      } else {
        line = line === '' ? piece : `${line} ${piece}`
      }
    }
  }
  return line === '' ? part : part.line(line)
}
