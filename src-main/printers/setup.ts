/**
 * Setting up a printer: what it is, what it answers, and above all whether it answers for a slip that it could not
 * print. A person takes the paper out and puts it back when asked; what is seen here becomes the desk's configuration,
 * and a release relies on it (src-main/printers/config.ts).
 */
import type { PrinterState } from '../../src-shared/kiosk-api/index.ts'
import type { RealPrinterConfig } from './config.ts'
import { createConversation, type Conversation, type Timers } from './conversation.ts'
import { testSlip } from './commission.ts'
import type { OpenLink } from './port.ts'
import * as failures from '../../src-shared/failures/named.ts'

/** What a person is asked to do, in this order. */
export type SetupStep = 'take-paper-out' | 'put-paper-back' | 'look-at-test-slip'

export interface SetupPorts {
  readonly open: OpenLink
  readonly timers: Timers
  readonly random: (size: number) => Buffer
  readonly ask: (step: SetupStep) => void
}

/** Settings found, to be written into the desk's configuration, and what they rest on. */
export interface SetupFindings {
  readonly settings: Pick<RealPrinterConfig, 'processId' | 'status' | 'clears'> & { readonly model?: string }
  readonly maker: string | null
  readonly firmware: string | null
  /**
   * `withheld`: no answer without paper, and the right one when the paper was back. `early`: an answer without paper.
   * `lost`: none even then.
   */
  readonly withoutPaper: 'withheld' | 'early' | 'lost' | 'not-tried'
}

export type SetupResult =
  | { readonly ok: true; readonly findings: SetupFindings }
  /** Not there; not able to print now; nobody took the paper out or put it back in time. */
  | {
      readonly ok: false
      readonly code:
        | typeof failures.printerSilent
        | typeof failures.paperOut
        | typeof failures.coverOpen
        | typeof failures.printerError
        | typeof failures.printerStateUnknown
        | typeof failures.printerSetupUnfinished
    }

const answerMs = 2000
/** How long an answer is waited for while there is no paper: a printer that gives one does so at once. */
const withheldMs = 4000
const personMs = 180_000
const lookMs = 500
/** So often it is looked for the answer once the paper is back. */
const lastLooks = 10
const printable = (byte: number) => 0x21 + (byte % 0x5e)

export async function setUp({ open, timers, random, ask }: SetupPorts, paper: 58 | 80): Promise<SetupResult> {
  let talk: Conversation
  try {
    talk = createConversation(await open(), timers, () => undefined)
  } catch {
    return { ok: false, code: failures.printerSilent }
  }
  const id = () => Buffer.from(random(4).map(printable))
  const pause = () => new Promise<void>((resolve) => void timers.set(resolve, lookMs))

  /** Looks until the printer is in one of these states, or a person has had long enough. */
  async function until(...states: PrinterState[]): Promise<boolean> {
    for (let waited = 0; waited < personMs; waited += lookMs) {
      const state = await talk.state()
      if (state === null) return false
      if (states.includes(state)) return true
      await pause()
    }
    return false
  }

  try {
    const state = await talk.state()
    if (state === 'paper-out') return { ok: false, code: failures.paperOut }
    if (state === 'cover-open') return { ok: false, code: failures.coverOpen }
    if (state === 'error') return { ok: false, code: failures.printerError }
    if (state === 'offline') return { ok: false, code: failures.printerSilent }
    const status = state === null ? 'none' : 'real-time'
    const clears = state !== null && (await talk.clear(answerMs)) === 'answered' ? 'ask' : 'no'
    const model = await talk.describe(67, answerMs)
    const maker = await talk.describe(66, answerMs)
    const firmware = await talk.describe(65, answerMs)
    const answers = (await talk.fence(id(), answerMs)) === 'answered'

    const { header, body } = testSlip(paper)
    ask('look-at-test-slip')
    if ((await talk.write(Buffer.concat([header, body]), 10_000)) !== 'answered')
      return { ok: false, code: failures.printerSilent }
    if (answers && (await talk.fence(id(), 15_000)) !== 'answered') return { ok: false, code: failures.printerSilent }

    const found = { status, clears, ...(model === null || model === '' ? {} : { model }) } as const
    const known = { maker, firmware }
    if (status === 'none' || !answers)
      return { ok: true, findings: { settings: { ...found, processId: 'none' }, ...known, withoutPaper: 'not-tried' } }

    ask('take-paper-out')
    if (!(await until('paper-out'))) return { ok: false, code: failures.printerSetupUnfinished }
    // A line to print, and the question behind it: an answer now is an answer for paper that there is not.
    const asked = id()
    await talk.write(Buffer.from('Lodge: this line waited for the paper.\n', 'latin1'), answerMs)
    const early = (await talk.fence(asked, withheldMs)) === 'answered'
    let late = false
    void talk.expect(asked, personMs).then((waited) => (late = waited === 'answered'))
    ask('put-paper-back')
    if (!(await until('ready', 'paper-near-end'))) return { ok: false, code: failures.printerSetupUnfinished }
    for (let looks = 0; looks < lastLooks && !early && !late; looks++) await pause()
    const withoutPaper = early ? 'early' : late ? 'withheld' : 'lost'
    return {
      ok: true,
      findings: {
        settings: { ...found, processId: withoutPaper === 'withheld' ? 'trusted' : 'untrusted' },
        ...known,
        withoutPaper,
      },
    }
  } finally {
    talk.close()
  }
}
