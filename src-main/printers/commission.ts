/** Setting up a printer: what it says it is, and a test slip that carries no secret. */
import type { PrintJob } from './port.ts'

const text = (line: string) => Buffer.from(`${line}\n`, 'latin1')
/** The upper half of a code page is judged by eye: these letters are where pages differ. `ESC t n`, bytes. */
const strips: readonly (readonly [name: string, page: number, bytes: readonly number[]])[] = [
  ['windows1252', 16, [0xc5, 0xc4, 0xd6, 0xe5, 0xe4, 0xf6, 0x80, 0x9e]],
  ['cp858', 19, [0x8f, 0x8e, 0x99, 0x86, 0x84, 0x94, 0xd5]],
  ['cp852', 18, [0x8e, 0x99, 0x84, 0x94, 0xa7]],
]
const expected = ['ÅÄÖåäö euro z', 'ÅÄÖåäö euro', 'ÄÖäö z']

/** A test slip: code pages, width, the letters that national sets replace, a cut. `paper` in mm. */
export function testSlip(paper: 58 | 80): PrintJob {
  const columns = paper === 80 ? 48 : 32
  const header = Buffer.concat([
    Buffer.from([0x1b, 0x40, 0x1b, 0x52, 0x00, 0x1b, 0x74, 0x10]),
    text('Lodge'),
    text(`test slip, ${paper} mm`),
  ])
  const body = Buffer.concat([
    text('1234567890'.repeat(5).slice(0, columns)),
    text('^ fills exactly one line'),
    text('# $ @ [ \\ ] ^ ` { | } ~'),
    text('^ signs and braces, no letters'),
    ...strips.flatMap(([name, page, bytes], i) => [
      Buffer.from([0x1b, 0x74, page]),
      Buffer.from(bytes),
      Buffer.from([0x0a, 0x1b, 0x74, 0x10]),
      text(`^ ${name}: ${expected[i] ?? ''}`),
    ]),
    Buffer.from([0x1b, 0x64, 0x04, 0x1d, 0x56, 0x01]),
  ])
  return { header, body }
}
