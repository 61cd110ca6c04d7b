/**
 * What is on the paper. The layout library encodes the template; the secret's bytes are spliced in from our own Buffer
 * (docs/architecture.md#devices), so they pass through no string and no library.
 */
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { selectCodePage, tableOf, type CodePage } from './code-pages.ts'
import { letterHead, type LetterBlock } from './letter.ts'
import { bytesOf, columnsOf, encoder, layoutPage, wrapped } from './lines.ts'
import { slipText } from './names.ts'
import { encodeSecret } from './secret-bytes.ts'
import { footLines, headLines, logoBytes, type SlipBasics } from './template.ts'
import { slipTexts } from '../../src-shared/domain/slip-texts.ts'

export interface SlipContent extends SlipBasics {
  readonly recipient: string
  /** Whole or masked, as the policy says. */
  readonly account: string
  readonly requestReference: string | null
  /** Of a registered letter: the address for its envelope's window. */
  readonly letter?: LetterBlock
}

const doubleSize = Buffer.from([0x1d, 0x21, 0x11])
const normalSize = Buffer.from([0x1d, 0x21, 0x00])
const boldOn = Buffer.from([0x1b, 0x45, 0x01])
const boldOff = Buffer.from([0x1b, 0x45, 0x00])
const lineFeed = Buffer.from([0x0a])

/** `A`, `a`, `9`, `#` or `_` under each character, so that 0 and O, 1 and l and I are told apart. */
function classOf(byte: number, page: CodePage): number {
  if (byte === 0x20) return 0x5f
  if (byte >= 0x30 && byte <= 0x39) return 0x39
  if (byte < 0x80) return byte >= 0x41 && byte <= 0x5a ? 0x41 : byte >= 0x61 && byte <= 0x7a ? 0x61 : 0x23
  return upperHalfClass(byte, page)
}

const upperHalf = new Map<CodePage, Buffer>()
/** The same for the page's upper half, from a table made once and independent of any secret. */
function upperHalfClass(byte: number, page: CodePage): number {
  let classes = upperHalf.get(page)
  if (classes === undefined) {
    classes = Buffer.alloc(256, 0x23)
    for (const [point, code] of tableOf(page)) {
      const letter = String.fromCodePoint(point)
      if (/\p{Lu}/u.test(letter)) classes[code] = 0x41
      else if (/\p{Ll}/u.test(letter)) classes[code] = 0x61
    }
    upperHalf.set(page, classes)
  }
  return classes[byte] ?? 0x23
}

/** The secret in double size, as many characters a line as fit, each with its class below. */
function secretLines(secret: Buffer, page: CodePage, columns: number, continues: string): Buffer[] {
  const perLine = columns / 2
  const parts: Buffer[] = []
  for (let at = 0; at < secret.length; at += perLine) {
    const piece = secret.subarray(at, at + perLine)
    const classes = Buffer.alloc(piece.length * 2, 0x20)
    piece.forEach((byte, i) => {
      classes[i * 2] = classOf(byte, page)
    })
    // `piece` is a view of the caller's buffer and is wiped by the caller; `classes` tells no more than the shape.
    parts.push(selectCodePage(page), doubleSize, boldOn, piece, lineFeed, boldOff, normalSize, classes, lineFeed)
    if (at + perLine < secret.length)
      parts.push(selectCodePage(layoutPage), bytesOf(wrapped(encoder(columns), continues, columns)))
  }
  parts.push(selectCodePage(layoutPage))
  return parts
}

/**
 * A print job: header without any byte of the secret, body with it. `secret` is UTF-8 and stays the caller's to wipe.
 * Fails with L-505 when some character of it cannot be printed exactly.
 */
export function layoutSlip(
  content: SlipContent,
  secret: Uint8Array,
  paper: 58 | 80,
): Result<{ header: Buffer; body: Buffer }> {
  const encoded = encodeSecret(secret)
  if (encoded === null) return fail(failures.slipNotPrintable)
  const columns = columnsOf[paper]
  const texts = slipTexts[content.language]
  const kind = content.secretKind
  try {
    const above = content.letter === undefined ? undefined : letterHead(content.letter, content.language, columns)
    const header = headLines(content, texts.title[kind], columns, above)

    const before = encoder(columns)
    wrapped(before.bold(true), slipText(content.recipient), columns).bold(false)
    wrapped(before, `${texts.account}: ${slipText(content.account)}`, columns)
    if (content.requestReference !== null)
      wrapped(before, `${texts.reference}: ${slipText(content.requestReference)}`, columns)
    before.newline().line(`${texts.secret[kind]}:`)

    const after = encoder(columns).newline()
    // Two to a line where they fit.
    const legend = texts.legend.split('  ')
    const perLine = paper === 80 ? 2 : 1
    for (let at = 0; at < legend.length; at += perLine) after.line(legend.slice(at, at + perLine).join('   '))
    if (encoded.bytes.includes(0x20)) after.line(texts.spaceLegend)
    after.rule({ style: 'single' })
    footLines(after, content, columns, paper)

    const select = selectCodePage(layoutPage)
    const lines = secretLines(encoded.bytes, encoded.page, columns, texts.continues)
    const body = Buffer.concat([select, bytesOf(before), ...lines, bytesOf(after)])
    // What stands in a letter's window begins the paper.
    const logo = logoBytes(content.letter === undefined ? content.logo : undefined)
    return ok({ header: Buffer.concat([logo, bytesOf(header), select]), body })
  } finally {
    encoded.bytes.fill(0)
  }
}
