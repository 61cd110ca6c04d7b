/** Slips put through the simulated machine, byte by byte, without a socket. */
import { createMachine } from '../../src-main/printers/simulated/machine.ts'
import type { Strip } from '../../src-main/printers/simulated/marks.ts'
import type { SlipContent } from '../../src-main/slip/index.ts'

export const content: SlipContent = {
  language: 'fi',
  organisation: 'Meren yliopisto',
  desk: 'Päärakennus, vahtimestari',
  recipient: 'Åsa Öberg',
  account: 'aoberg',
  secretKind: 'password',
  slipNumber: '1042',
  validUntil: '30.11.2026 klo 18.00',
  changeAddress: 'https://salasana.meri.example/vaihda',
  requestReference: 'MERI-20261',
}

export function onPaper(bytes: Uint8Array, paper: 58 | 80 = 80, powerOnSet = 0): Strip[] {
  const strips: Strip[] = []
  const machine = createMachine(paper, powerOnSet, {
    onCut: (strip) => strips.push(strip),
    onProcessId: () => undefined,
    onAskStatus: () => undefined,
    onAskId: () => undefined,
    onLine: () => undefined,
  })
  for (const byte of bytes) machine.push(byte)
  const torn = machine.tear()
  return torn === null ? strips : [...strips, torn]
}

/** What a person would type from the slip: nothing but the secret is both bold and double. */
export function readSecret(strip: Strip): string {
  return strip.marks
    .flatMap((mark) => (mark.kind === 'text' && mark.style.bold && mark.style.wide === 2 ? [mark.text] : []))
    .join('')
}
