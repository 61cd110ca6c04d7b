/**
 * One slip printer, over any transport. The rule that all else follows from: no byte of the secret goes before the
 * printer has answered for the header, and after the first such byte nothing but the printer's own confirmation is
 * called `printed`, nothing at all is called `failed`.
 */
import type { ErrorCode } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { PrinterState } from '../../src-shared/kiosk-api/index.ts'
import type { RealPrinterConfig } from './config.ts'
import { createConversation, type Conversation, type Timers, type Waited } from './conversation.ts'
import { forgetCommands } from './escpos/commands.ts'
import { statusOf } from './escpos/state.ts'
import { createInside, type Inside, type KnownInside } from './inside.ts'
import type { OpenLink, PrintJob, PrintOutcome, Printer, PrinterStatus, PrintPhase } from './port.ts'
import { LinkRefused } from './transports/refused.ts'

export interface PrinterPorts {
  readonly open: OpenLink
  readonly timers: Timers
  /** Random bytes for process ids. */
  readonly random: (size: number) => Buffer
}

/** What the printer does, as set-up found it (src-main/printers/config.ts). */
export type PrinterSettings = Pick<
  RealPrinterConfig,
  'processId' | 'status' | 'staffWord' | 'clears' | 'model' | 'headerMs' | 'slipMs' | 'pollMs'
> & {
  /** This link does not end when the printer is switched off: its silence is all there is to see. */
  readonly offIsSilence?: boolean
  /**
   * A link that ends is no sign that the printer is off: only one that cannot be opened is. TCP printers end links at
   * will.
   */
  readonly onlyUnopenedIsOff?: boolean
}

const clearMs = 1500
/** A check so recent need not be repeated before the header. */
const freshMs = 500
const printable = (byte: number) => 0x21 + (byte % 0x5e)

export function createEscPosPrinter(ports: PrinterPorts, config: PrinterSettings): Printer {
  const { timers } = ports
  const listeners = new Set<() => void>()
  const leftListeners = new Set<(left: KnownInside) => void>()
  /**
   * Says nothing by itself, or nothing that counts: people say what came out, if the desk's configuration takes their
   * word.
   */
  const wordless = config.status === 'none' || config.processId === 'none'
  let current: PrinterStatus = statusOf('not-answering')
  let conversation: Conversation | null = null
  let inside = insideFrom('nothing')
  let stopped = true
  let cancelPoll: (() => void) | null = null
  let fresh = false
  let cancelFresh: () => void = () => undefined
  let queue: Promise<unknown> = Promise.resolve()

  function insideFrom(known: KnownInside): Inside {
    return createInside(known, (left) => {
      for (const listener of leftListeners) listener(left)
    })
  }

  function show(state: PrinterState): PrinterStatus {
    if (state !== current.state) {
      current = statusOf(state, config.staffWord)
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
        if (config.onlyUnopenedIsOff !== true) inside.off()
        show(inside.left() === 'power-cycle' ? 'needs-power-cycle' : 'not-answering')
      })
      return conversation
    } catch (error) {
      if (!(error instanceof LinkRefused)) inside.off()
      return null
    }
  }

  function processId(): Buffer {
    return Buffer.from(ports.random(4).map(printable))
  }

  function hangUp(): void {
    conversation?.close()
    conversation = null
  }

  async function stateOf(open: Conversation): Promise<PrinterState | null> {
    return config.status === 'none' || (wordless && !config.staffWord) ? 'no-status' : open.state()
  }

  /**
   * In real time, whatever the printer is at: without paper the rest of a slip must go before someone changes the roll.
   */
  async function clearAtOnce(open: Conversation): Promise<boolean> {
    if (inside.left() === 'nothing') return true
    if (config.clears === 'no' || config.status === 'none' || !inside.mayAsk()) return false
    if ((await open.clear(clearMs)) !== 'answered') return false
    // A command that was cut off must not swallow the beginning of the next slip.
    await open.write(forgetCommands, clearMs)
    inside.cleared()
    return true
  }

  /**
   * A printer that cannot be cleared from here is empty if it was off, or nothing is known to be in it, and it works
   * off a request.
   */
  async function proveEmpty(open: Conversation): Promise<boolean> {
    if (inside.left() !== 'job' && inside.mayAsk()) {
      const worked = wordless ? 'answered' : await open.fence(processId(), clearMs)
      if (worked === 'answered') {
        inside.cleared()
        return true
      }
    }
    // A link lost while asking says nothing of that.
    if (!open.gone()) inside.cannotBeCleared()
    return false
  }

  async function look(): Promise<PrinterStatus> {
    fresh = false
    const open = await connected()
    const mustBeOff = () => (inside.left() === 'power-cycle' && !inside.mayAsk() ? show('needs-power-cycle') : null)
    if (open === null) return show(inside.left() === 'power-cycle' ? 'needs-power-cycle' : 'not-answering')
    let empty = await clearAtOnce(open)
    const state = await stateOf(open)
    if (state === null || (config.status === 'none' && !inside.mayAsk())) {
      // Asked anew even when it must be switched off: a TCP link does not tell by itself that the other side lost its
      // power.
      if (state === null && config.offIsSilence === true) inside.off()
      if (inside.left() === 'job' && !open.gone()) inside.cannotBeCleared()
      hangUp()
      // Whether it can be reached at all is seen at once.
      if (inside.left() === 'power-cycle') await connected()
      return mustBeOff() ?? show(inside.left() === 'power-cycle' ? 'needs-power-cycle' : 'not-answering')
    }
    const able = statusOf(state, config.staffWord).canPrint
    // Without paper it cannot work anything off: then that is what it says, and nobody is served either way.
    if (!empty && (able || inside.left() === 'job') && inside.mayAsk()) empty = await proveEmpty(open)
    if (!empty && !able) return mustBeOff() ?? show(state)
    return mustBeOff() ?? show(empty ? state : 'not-answering')
  }

  async function freshLook(): Promise<PrinterStatus> {
    const status = await look()
    cancelFresh()
    fresh = true
    cancelFresh = timers.set(() => {
      fresh = false
    }, freshMs)
    return status
  }

  function tearDown(): void {
    hangUp()
    inside.jobBroke()
  }

  async function printNow(
    job: PrintJob,
    onPhase: (phase: PrintPhase) => void,
    justChecked: boolean,
  ): Promise<PrintOutcome> {
    const before = justChecked && fresh && conversation?.gone() === false ? current : await look()
    fresh = false
    if (!before.canPrint) return { kind: 'failed', code: before.failure?.code ?? failures.printerSilent }
    const open = conversation
    if (open === null) return { kind: 'failed', code: failures.printerSilent }
    const trusted =
      config.processId === 'trusted' && (config.model === undefined || (await open.identify(clearMs)) === config.model)

    onPhase('header')
    let trouble: ErrorCode | null = null
    const troubled = async () => {
      const state = await stateOf(open)
      if (state === null) return false
      trouble = show(state).failure?.code ?? null
      return trouble !== null
    }
    /** Bytes out, and the printer's answer for them; without one of its own, only that they were taken. */
    const send = async (bytes: Uint8Array, ms: number): Promise<Waited> => {
      const sent = await open.write(bytes, ms)
      return sent !== 'answered' || wordless ? sent : open.fence(processId(), ms, troubled)
    }
    if ((await send(job.header, config.headerMs)) !== 'answered') {
      // Not a byte of the secret has gone; the header that may be left inside is cleared before the next job.
      tearDown()
      if (trouble === null) show('not-answering')
      return { kind: 'failed', code: trouble ?? failures.printerSilent }
    }
    const still = await stateOf(open)
    if (still === null || !show(still).canPrint) {
      tearDown()
      return {
        kind: 'failed',
        code: (still === null ? null : statusOf(still, config.staffWord).failure?.code) ?? failures.printerSilent,
      }
    }

    onPhase('secret')
    const bodySent = await open.write(job.body, config.slipMs)
    if (bodySent !== 'answered') {
      tearDown()
      show('not-answering')
      return { kind: 'uncertain', code: failures.slipUncertain }
    }
    onPhase('confirming')
    const done = wordless ? 'answered' : await open.fence(processId(), config.slipMs, troubled)
    if (done !== 'answered') {
      tearDown()
      return { kind: 'uncertain', code: trouble ?? failures.slipUncertain }
    }
    if (trusted) return { kind: 'printed' }
    // It may have answered with the slip still inside: then that slip must not come out when the roll is changed.
    const after = await stateOf(open)
    if (after !== null && show(after).canPrint) return { kind: 'uncertain', code: failures.slipUncertain }
    tearDown()
    return {
      kind: 'uncertain',
      code: (after === null ? null : statusOf(after, config.staffWord).failure?.code) ?? failures.slipUncertain,
    }
  }

  function schedule(): void {
    cancelPoll?.()
    if (stopped) return
    cancelPoll = timers.set(() => {
      void exclusively(look).finally(schedule)
    }, config.pollMs)
  }

  return {
    async start(known = 'nothing') {
      stopped = false
      inside = insideFrom(known)
      // The first look must not hold up the desk: a printer that is off takes seconds to say nothing.
      void exclusively(look).finally(schedule)
      return Promise.resolve()
    },
    async stop() {
      stopped = true
      cancelPoll?.()
      cancelFresh()
      await queue
      hangUp()
    },
    status: () => current,
    onStatus(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onLeftInside(listener) {
      leftListeners.add(listener)
      return () => leftListeners.delete(listener)
    },
    check: () => exclusively(freshLook),
    print: (job, onPhase, { justChecked = false } = {}) =>
      exclusively(async () => {
        const outcome = await printNow(job, onPhase, justChecked)
        // After trouble, clear at once: what is left inside must not come out when someone changes the roll.
        if (inside.left() === 'job') await look()
        return outcome
      }),
  }
}
