/** One open connection and what is being waited for on it: an answer, or its end, or time. */
import { askIdentity, askProcessId, askStatus, clearBuffers } from './escpos/commands.ts'
import { createReplyParser, type Reply } from './escpos/replies.ts'
import { readState } from './escpos/state.ts'
import type { PrinterState } from '../../src-shared/kiosk-api/index.ts'
import type { PrinterLink } from './port.ts'

export interface Timers {
  set(run: () => void, ms: number): () => void
}

export type Waited = 'answered' | 'timeout' | 'gone'

export interface Conversation {
  readonly gone: () => boolean
  /**
   * Asks DLE EOT 1-4, one at a time, for their answers do not name their question. null when one is not answered, then
   * and ever after.
   */
  state(): Promise<PrinterState | null>
  /** Writes bytes, no longer than `ms`. */
  write(bytes: Uint8Array, ms: number): Promise<Waited>
  /**
   * Asks for a process id and waits for just that one. `onTick` runs every `tickMs` meanwhile; returning true gives up.
   */
  fence(id: Buffer, ms: number, onTick?: () => Promise<boolean>): Promise<Waited>
  /** Waits for the answer to a process id that was asked before. */
  expect(id: Buffer, ms: number): Promise<Waited>
  /** Empties the printer's buffers in real time (DLE DC4 fn 8) and waits until it says so. */
  clear(ms: number): Promise<Waited>
  /** GS I 67, asked once for each link: the model's name, or '' when it does not say. */
  identify(ms: number): Promise<string>
  /** GS I 65, 66 or 67 at set-up; null when it is not answered. */
  describe(n: 65 | 66 | 67, ms: number): Promise<string | null>
  close(): void
}

const statusMs = 800
const tickMs = 400

/** Who waits for an answer of the printer. */
interface Waits {
  /** Resolves with the first reply that `takes` accepts, after `ms`, or at the end of the link. */
  add(takes: (reply: Reply) => boolean, ms: number): Promise<Waited>
  take(reply: Reply): void
  /** The link has ended: nobody is answered any more. */
  end(): void
}

function createWaits(timers: Timers): Waits {
  const waiting = new Set<{ takes: (reply: Reply) => boolean; settle: (waited: Waited) => void }>()
  return {
    add: (takes, ms) =>
      new Promise((resolve) => {
        const cancel = timers.set(() => wait.settle('timeout'), ms)
        const wait = {
          takes,
          settle(waited: Waited) {
            if (!waiting.delete(wait)) return
            cancel()
            resolve(waited)
          },
        }
        waiting.add(wait)
      }),
    take(reply) {
      for (const wait of [...waiting]) if (wait.takes(reply)) wait.settle('answered')
    },
    end() {
      for (const wait of [...waiting]) wait.settle('gone')
    },
  }
}

/** What `work` comes to, or `late` after `ms`. */
async function within<T, L>(work: Promise<T>, ms: number, timers: Timers, late: L): Promise<T | L> {
  let cancel = (): void => undefined
  const timeout = new Promise<L>((resolve) => {
    cancel = timers.set(() => resolve(late), ms)
  })
  const first = await Promise.race([work, timeout])
  cancel()
  return first
}

/** Waits for `answer`, and runs `onTick` every `tickMs` meanwhile; true gives up. */
async function ticking(answer: Promise<Waited>, onTick: () => Promise<boolean>, timers: Timers): Promise<Waited> {
  let settled: Waited | null = null
  void answer.then((waited) => {
    settled = waited
  })
  for (;;) {
    const first = await within(answer, tickMs, timers, null)
    if (first !== null) return first
    if (await onTick()) return settled ?? 'timeout'
    if (settled !== null) return settled
  }
}

export function createConversation(link: PrinterLink, timers: Timers, onGone: () => void): Conversation {
  const parser = createReplyParser()
  let gone = false
  /** A status question went unanswered: its answer may still come and would be taken for another's. */
  let deaf = false
  const waits = createWaits(timers)

  link.onData((bytes) => {
    for (const reply of parser.push(bytes)) waits.take(reply)
  })
  /** The other side ended the link. A write may learn it before the link says so: whoever learns it first tells. */
  function lost(): void {
    if (gone) return
    gone = true
    waits.end()
    onGone()
  }
  link.onClose(lost)

  const waitFor = (takes: (reply: Reply) => boolean, ms: number): Promise<Waited> =>
    gone ? Promise.resolve('gone') : waits.add(takes, ms)

  async function write(bytes: Uint8Array, ms: number): Promise<Waited> {
    if (gone) return 'gone'
    const sent = link.write(bytes).then(
      (): Waited => 'answered',
      (): Waited => {
        lost()
        return 'gone'
      },
    )
    return within(sent, ms, timers, 'timeout')
  }

  /** Asks, and waits for the first reply that says something. null: none in time, or the link is gone. */
  async function ask<T>(question: Uint8Array, ms: number, says: (reply: Reply) => T | null): Promise<T | null> {
    let said: T | null = null
    const answer = waitFor((reply) => (said = says(reply)) !== null, ms)
    const sent = await write(question, ms)
    return sent === 'answered' && (await answer) === 'answered' ? said : null
  }

  const status = (n: 1 | 2 | 3 | 4): Promise<number | null> =>
    ask(askStatus(n), statusMs, (reply) => (reply.kind === 'status' ? reply.byte : null))

  const describe = (n: 65 | 66 | 67, ms: number): Promise<string | null> =>
    ask(askIdentity(n), ms, (reply) => (reply.kind === 'identity' ? reply.text : null))

  async function state(): Promise<PrinterState | null> {
    if (deaf) return null
    const printer = await status(1)
    const offline = printer === null ? null : await status(2)
    const error = offline === null ? null : await status(3)
    const paper = error === null ? null : await status(4)
    if (printer === null || offline === null || error === null || paper === null) {
      deaf = true
      return null
    }
    return readState({ printer, offline, error, paper })
  }

  function expect(id: Buffer, ms: number): Promise<Waited> {
    const text = id.toString('latin1')
    return waitFor((reply) => reply.kind === 'process-id' && reply.id === text, ms)
  }

  let model: string | null = null

  return {
    gone: () => gone,
    describe,
    async identify(ms) {
      model ??= (await describe(67, ms)) ?? ''
      return model
    },
    state,
    write,
    expect,
    async fence(id, ms, onTick) {
      const answer = expect(id, ms)
      const sent = await write(askProcessId(id), ms)
      if (sent !== 'answered') return sent
      return onTick === undefined ? answer : ticking(answer, onTick, timers)
    },
    async clear(ms) {
      const answer = waitFor((reply) => reply.kind === 'cleared', ms)
      const sent = await write(clearBuffers, ms)
      return sent === 'answered' ? answer : sent
    },
    close() {
      gone = true
      link.close()
      waits.end()
    },
  }
}
