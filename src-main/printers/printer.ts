/**
 * One slip printer, over any transport. The rule that all else follows from: no byte of the secret goes before the
 * printer has answered for the header, and after the first such byte nothing but the printer's own confirmation is
 * called `printed`, nothing at all is called `failed`.
 */
import type { ErrorCode } from '../../src-shared/errors.ts'
import type { PrinterState } from '../../src-shared/kiosk-api.ts'
import type { RealPrinterConfig } from './config.ts'
import { createConversation, type Conversation, type Timers } from './conversation.ts'
import { statusOf } from './escpos/state.ts'
import type { OpenLink, PrintJob, PrintOutcome, Printer, PrinterStatus } from './port.ts'

export interface PrinterPorts {
  readonly open: OpenLink
  readonly timers: Timers
  /** Random bytes for process ids. */
  readonly random: (size: number) => Buffer
}

const clearMs = 1500
const printable = (byte: number) => 0x21 + (byte % 0x5e)

export function createEscPosPrinter(ports: PrinterPorts, config: Pick<RealPrinterConfig, 'processId' | 'headerMs' | 'slipMs' | 'pollMs'>): Printer {
  const { timers } = ports
  const listeners = new Set<() => void>()
  let current: PrinterStatus = statusOf('not-answering')
  let conversation: Conversation | null = null
  /**
   * A job may be left inside the printer: it must be cleared, or seen switched off and on, before it serves again. At
   * the start too, for an engine that died in the middle of a slip may have left the rest of it there.
   */
  let unclear: 'no' | 'at-start' | 'clear-it' | 'power-cycle' = 'at-start'
  let seenGone = false
  let stopped = true
  let cancelPoll: (() => void) | null = null
  let queue: Promise<unknown> = Promise.resolve()

  function show(state: PrinterState): PrinterStatus {
    if (state !== current.state) {
      current = statusOf(state)
      for (const listener of listeners) listener()
    }
    return current
  }

  /** One thing at a time on the wire. */
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = queue.then(work, work)
    queue = run.catch(() => undefined)
    return run
  }

  async function connected(): Promise<Conversation | null> {
    if (conversation !== null && !conversation.gone()) return conversation
    conversation = null
    try {
      const link = await ports.open()
      if (stopped) {
        link.close()
        return null
      }
      conversation = createConversation(link, timers, () => {
        seenGone = true
        show(unclear === 'power-cycle' ? 'needs-power-cycle' : 'not-answering')
      })
      return conversation
    } catch {
      seenGone = true
      return null
    }
  }

  /** Empties the printer of what a broken job may have left in it. */
  async function clear(open: Conversation): Promise<boolean> {
    if (unclear === 'no') return true
    if (unclear === 'power-cycle' && !seenGone) return false
    // A printer that cannot be cleared from here holds nothing if it answers a fence, once it was off or before any job.
    const cleared = (await open.clear(clearMs)) === 'answered'
    if (cleared || (unclear !== 'clear-it' && (await open.fence(processId(), clearMs)) === 'answered')) {
      unclear = 'no'
      return true
    }
    // Only switching it off empties it, and we must see that happen. A link lost while asking says nothing of that.
    if (!open.gone()) {
      if (unclear !== 'power-cycle') seenGone = false
      unclear = 'power-cycle'
    }
    return false
  }

  async function look(): Promise<PrinterStatus> {
    const open = await connected()
    if (open === null) return show(unclear === 'power-cycle' ? 'needs-power-cycle' : 'not-answering')
    const empty = await clear(open)
    const state = await open.state()
    if (state === null) {
      // Asked even when it must be switched off: a TCP link does not tell by itself that the other side lost its power.
      open.close()
      conversation = null
    }
    if (!empty && unclear === 'power-cycle') return show('needs-power-cycle')
    return show(state === null || !empty ? 'not-answering' : state)
  }

  function processId(): Buffer {
    return Buffer.from(ports.random(4).map(printable))
  }

  function tearDown(): void {
    conversation?.close()
    conversation = null
    if (unclear !== 'power-cycle') unclear = 'clear-it'
    seenGone = false
  }

  async function printNow(job: PrintJob, onPhase: (phase: 'header' | 'secret' | 'confirming') => void): Promise<PrintOutcome> {
    const before = await look()
    if (!before.canPrint) return { kind: 'failed', code: before.failure?.code ?? 'L-503' }
    const open = conversation
    if (open === null) return { kind: 'failed', code: 'L-503' }

    onPhase('header')
    let trouble: ErrorCode | null = null
    const troubled = async () => {
      const state = await open.state()
      if (state === null) return false
      trouble = show(state).failure?.code ?? null
      return trouble !== null
    }
    const headerSent = await open.write(job.header, config.headerMs)
    const headerDone = headerSent === 'answered' ? await open.fence(processId(), config.headerMs, troubled) : headerSent
    if (headerDone !== 'answered') {
      // Not a byte of the secret has gone; the header that may be left inside is cleared before the next job.
      tearDown()
      if (trouble === null) show('not-answering')
      return { kind: 'failed', code: trouble ?? 'L-503' }
    }
    const still = await open.state()
    if (still === null || !show(still).canPrint) {
      tearDown()
      return { kind: 'failed', code: (still === null ? null : statusOf(still).failure?.code) ?? 'L-503' }
    }

    onPhase('secret')
    const bodySent = await open.write(job.body, config.slipMs)
    if (bodySent !== 'answered') {
      tearDown()
      show('not-answering')
      return { kind: 'uncertain', code: 'L-506' }
    }
    onPhase('confirming')
    const done = await open.fence(processId(), config.slipMs, troubled)
    if (done !== 'answered') {
      tearDown()
      return { kind: 'uncertain', code: trouble ?? 'L-506' }
    }
    if (config.processId === 'trusted') return { kind: 'printed' }
    // It may have answered with the slip still inside: then that slip must not come out when the roll is changed.
    const after = await open.state()
    if (after !== null && show(after).canPrint) return { kind: 'uncertain', code: 'L-506' }
    tearDown()
    return { kind: 'uncertain', code: (after === null ? null : statusOf(after).failure?.code) ?? 'L-506' }
  }

  function schedule(): void {
    cancelPoll?.()
    if (stopped) return
    cancelPoll = timers.set(() => {
      void exclusively(look).finally(schedule)
    }, config.pollMs)
  }

  return {
    async start() {
      stopped = false
      if (unclear === 'no') unclear = 'at-start'
      // The first look must not hold up the desk: a printer that is off takes seconds to say nothing.
      void exclusively(look).finally(schedule)
      return Promise.resolve()
    },
    async stop() {
      stopped = true
      cancelPoll?.()
      await queue
      conversation?.close()
      conversation = null
    },
    status: () => current,
    onStatus(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    check: () => exclusively(look),
    print: (job, onPhase) =>
      exclusively(async () => {
        const outcome = await printNow(job, onPhase)
        // After trouble, clear at once: what is left inside must not come out when someone changes the roll.
        if (unclear === 'clear-it') await look()
        return outcome
      }),
  }
}
