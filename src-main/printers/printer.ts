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

/** One printer at the end of its link. */
interface Wire {
  readonly ports: PrinterPorts
  readonly config: PrinterSettings
  readonly listeners: Set<() => void>
  readonly leftListeners: Set<(left: KnownInside) => void>
  /**
   * Says nothing by itself, or nothing that counts: people say what came out, if the desk's configuration takes their
   * word.
   */
  readonly wordless: boolean
  current: PrinterStatus
  conversation: Conversation | null
  inside: Inside
  stopped: boolean
  /** A check was made just now. */
  fresh: boolean
}

export function createEscPosPrinter(ports: PrinterPorts, config: PrinterSettings): Printer {
  const { timers } = ports
  const leftListeners = new Set<(left: KnownInside) => void>()
  const link: Wire = {
    ports,
    config,
    listeners: new Set(),
    leftListeners,
    wordless: config.status === 'none' || config.processId === 'none',
    current: statusOf('not-answering'),
    conversation: null,
    inside: insideFrom(leftListeners, 'nothing'),
    stopped: true,
    fresh: false,
  }
  let cancelPoll: (() => void) | null = null
  let cancelFresh: () => void = () => undefined
  let queue: Promise<unknown> = Promise.resolve()

  /** One thing at a time on the wire. */
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = queue.then(work, work)
    queue = run.catch(() => undefined)
    return run
  }

  async function freshLook(): Promise<PrinterStatus> {
    const status = await look(link)
    cancelFresh()
    link.fresh = true
    cancelFresh = timers.set(() => {
      link.fresh = false
    }, freshMs)
    return status
  }

  function schedule(): void {
    cancelPoll?.()
    if (link.stopped) return
    cancelPoll = timers.set(() => {
      void exclusively(() => look(link)).finally(schedule)
    }, config.pollMs)
  }

  return {
    async start(known = 'nothing') {
      link.stopped = false
      link.inside = insideFrom(leftListeners, known)
      // The first look must not hold up the desk: a printer that is off takes seconds to say nothing.
      void exclusively(() => look(link)).finally(schedule)
      return Promise.resolve()
    },
    async stop() {
      link.stopped = true
      cancelPoll?.()
      cancelFresh()
      await queue
      hangUp(link)
    },
    status: () => link.current,
    onStatus(listener) {
      link.listeners.add(listener)
      return () => link.listeners.delete(listener)
    },
    onLeftInside(listener) {
      leftListeners.add(listener)
      return () => leftListeners.delete(listener)
    },
    check: () => exclusively(freshLook),
    print: (job, onPhase, { justChecked = false } = {}) =>
      exclusively(async () => {
        const outcome = await printNow(link, job, onPhase, justChecked)
        // After trouble, clear at once: what is left inside must not come out when someone changes the roll.
        if (link.inside.left() === 'job') await look(link)
        return outcome
      }),
  }
}

function insideFrom(listeners: Wire['leftListeners'], known: KnownInside): Inside {
  return createInside(known, (left) => {
    for (const listener of listeners) listener(left)
  })
}

function show(link: Wire, state: PrinterState): PrinterStatus {
  if (state !== link.current.state) {
    link.current = statusOf(state, link.config.staffWord)
    for (const listener of link.listeners) listener()
  }
  return link.current
}

async function connected(link: Wire): Promise<Conversation | null> {
  if (link.conversation !== null && !link.conversation.gone()) return link.conversation
  link.conversation = null
  try {
    const opened = await link.ports.open()
    if (link.stopped) {
      opened.close()
      return null
    }
    link.conversation = createConversation(opened, link.ports.timers, () => {
      if (link.config.onlyUnopenedIsOff !== true) link.inside.off()
      show(link, link.inside.left() === 'power-cycle' ? 'needs-power-cycle' : 'not-answering')
    })
    return link.conversation
  } catch (error) {
    if (!(error instanceof LinkRefused)) link.inside.off()
    return null
  }
}

function processId(link: Wire): Buffer {
  return Buffer.from(link.ports.random(4).map(printable))
}

function hangUp(link: Wire): void {
  link.conversation?.close()
  link.conversation = null
}

async function stateOf(link: Wire, open: Conversation): Promise<PrinterState | null> {
  return link.config.status === 'none' || (link.wordless && !link.config.staffWord) ? 'no-status' : open.state()
}

/**
 * In real time, whatever the printer is at: without paper the rest of a slip must go before someone changes the roll.
 */
async function clearAtOnce(link: Wire, open: Conversation): Promise<boolean> {
  if (link.inside.left() === 'nothing') return true
  if (link.config.clears === 'no' || link.config.status === 'none' || !link.inside.mayAsk()) return false
  if ((await open.clear(clearMs)) !== 'answered') return false
  // A command that was cut off must not swallow the beginning of the next slip.
  await open.write(forgetCommands, clearMs)
  link.inside.cleared()
  return true
}

/**
 * A printer that cannot be cleared from here is empty if it was off, or nothing is known to be in it, and it works
 * off a request.
 */
async function proveEmpty(link: Wire, open: Conversation): Promise<boolean> {
  if (link.inside.left() !== 'job' && link.inside.mayAsk()) {
    const worked = link.wordless ? 'answered' : await open.fence(processId(link), clearMs)
    if (worked === 'answered') {
      link.inside.cleared()
      return true
    }
  }
  // A link lost while asking says nothing of that.
  if (!open.gone()) link.inside.cannotBeCleared()
  return false
}

async function look(link: Wire): Promise<PrinterStatus> {
  link.fresh = false
  const open = await connected(link)
  const mustBeOff = () =>
    link.inside.left() === 'power-cycle' && !link.inside.mayAsk() ? show(link, 'needs-power-cycle') : null
  if (open === null) return show(link, link.inside.left() === 'power-cycle' ? 'needs-power-cycle' : 'not-answering')
  let empty = await clearAtOnce(link, open)
  const state = await stateOf(link, open)
  if (state === null || (link.config.status === 'none' && !link.inside.mayAsk())) {
    // Asked anew even when it must be switched off: a TCP link does not tell by itself that the other side lost its
    // power.
    if (state === null && link.config.offIsSilence === true) link.inside.off()
    if (link.inside.left() === 'job' && !open.gone()) link.inside.cannotBeCleared()
    hangUp(link)
    // Whether it can be reached at all is seen at once.
    if (link.inside.left() === 'power-cycle') await connected(link)
    return mustBeOff() ?? show(link, link.inside.left() === 'power-cycle' ? 'needs-power-cycle' : 'not-answering')
  }
  const able = statusOf(state, link.config.staffWord).canPrint
  // Without paper it cannot work anything off: then that is what it says, and nobody is served either way.
  if (!empty && (able || link.inside.left() === 'job') && link.inside.mayAsk()) empty = await proveEmpty(link, open)
  if (!empty && !able) return mustBeOff() ?? show(link, state)
  return mustBeOff() ?? show(link, empty ? state : 'not-answering')
}

function tearDown(link: Wire): void {
  hangUp(link)
  link.inside.jobBroke()
}

async function printNow(
  link: Wire,
  job: PrintJob,
  onPhase: (phase: PrintPhase) => void,
  justChecked: boolean,
): Promise<PrintOutcome> {
  const before = justChecked && link.fresh && link.conversation?.gone() === false ? link.current : await look(link)
  link.fresh = false
  if (!before.canPrint) return { kind: 'failed', code: before.failure?.code ?? failures.printerSilent }
  const open = link.conversation
  if (open === null) return { kind: 'failed', code: failures.printerSilent }
  const trusted =
    link.config.processId === 'trusted' &&
    (link.config.model === undefined || (await open.identify(clearMs)) === link.config.model)

  onPhase('header')
  let trouble: ErrorCode | null = null
  const troubled = async () => {
    const state = await stateOf(link, open)
    if (state === null) return false
    trouble = show(link, state).failure?.code ?? null
    return trouble !== null
  }
  /** Bytes out, and the printer's answer for them; without one of its own, only that they were taken. */
  const send = async (bytes: Uint8Array, ms: number): Promise<Waited> => {
    const sent = await open.write(bytes, ms)
    return sent !== 'answered' || link.wordless ? sent : open.fence(processId(link), ms, troubled)
  }
  if ((await send(job.header, link.config.headerMs)) !== 'answered') {
    // Not a byte of the secret has gone; the header that may be left inside is cleared before the next job.
    tearDown(link)
    if (trouble === null) show(link, 'not-answering')
    return { kind: 'failed', code: trouble ?? failures.printerSilent }
  }
  const still = await stateOf(link, open)
  if (still === null || !show(link, still).canPrint) {
    tearDown(link)
    return {
      kind: 'failed',
      code: (still === null ? null : statusOf(still, link.config.staffWord).failure?.code) ?? failures.printerSilent,
    }
  }

  onPhase('secret')
  const bodySent = await open.write(job.body, link.config.slipMs)
  if (bodySent !== 'answered') {
    tearDown(link)
    show(link, 'not-answering')
    return { kind: 'uncertain', code: failures.slipUncertain }
  }
  onPhase('confirming')
  const done = link.wordless ? 'answered' : await open.fence(processId(link), link.config.slipMs, troubled)
  if (done !== 'answered') {
    tearDown(link)
    return { kind: 'uncertain', code: trouble ?? failures.slipUncertain }
  }
  if (trusted) return { kind: 'printed' }
  // It may have answered with the slip still inside: then that slip must not come out when the roll is changed.
  const after = await stateOf(link, open)
  if (after !== null && show(link, after).canPrint) return { kind: 'uncertain', code: failures.slipUncertain }
  tearDown(link)
  return {
    kind: 'uncertain',
    code: (after === null ? null : statusOf(after, link.config.staffWord).failure?.code) ?? failures.slipUncertain,
  }
}
