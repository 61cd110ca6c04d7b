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

export function createConversation(link: PrinterLink, timers: Timers, onGone: () => void): Conversation {
  const parser = createReplyParser()
  let gone = false
  /** A status question went unanswered: its answer may still come and would be taken for another's. */
  let deaf = false
  const waiting = new Set<{ takes: (reply: Reply) => boolean; settle: (waited: Waited) => void }>()

  link.onData((bytes) => {
    for (const reply of parser.push(bytes)) {
      for (const wait of [...waiting]) if (wait.takes(reply)) wait.settle('answered')
    }
  })
  /** The other side ended the link. A write may learn it before the link says so: whoever learns it first tells. */
  function lost(): void {
    if (gone) return
    gone = true
    for (const wait of [...waiting]) wait.settle('gone')
    onGone()
  }
  link.onClose(lost)

  function waitFor(takes: (reply: Reply) => boolean, ms: number): Promise<Waited> {
    if (gone) return Promise.resolve('gone')
    return new Promise((resolve) => {
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
    })
  }

  async function write(bytes: Uint8Array, ms: number): Promise<Waited> {
    if (gone) return 'gone'
    let cancel = () => undefined as void
    const late = new Promise<Waited>((resolve) => {
      cancel = timers.set(() => resolve('timeout'), ms)
    })
    const sent = link.write(bytes).then(
      (): Waited => 'answered',
      (): Waited => {
        lost()
        return 'gone'
      },
    )
    const waited = await Promise.race([sent, late])
    cancel()
    return waited
  }

  async function ask(n: 1 | 2 | 3 | 4): Promise<number | null> {
    let byte: number | null = null
    const answer = waitFor((reply) => {
      if (reply.kind !== 'status') return false
      byte = reply.byte
      return true
    }, statusMs)
    const sent = await write(askStatus(n), statusMs)
    if (sent !== 'answered') return null
    return (await answer) === 'answered' ? byte : null
  }

  async function state(): Promise<PrinterState | null> {
    if (deaf) return null
    const printer = await ask(1)
    const offline = printer === null ? null : await ask(2)
    const error = offline === null ? null : await ask(3)
    const paper = error === null ? null : await ask(4)
    if (printer === null || offline === null || error === null || paper === null) {
      deaf = true
      return null
    }
    return readState({ printer, offline, error, paper })
  }

  async function describe(n: 65 | 66 | 67, ms: number): Promise<string | null> {
    let text: string | null = null
    const answer = waitFor((reply) => {
      if (reply.kind !== 'identity') return false
      text = reply.text
      return true
    }, ms)
    const sent = await write(askIdentity(n), ms)
    return sent === 'answered' && (await answer) === 'answered' ? text : null
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
    expect: (id, ms) => waitFor((reply) => reply.kind === 'process-id' && reply.id === id.toString('latin1'), ms),
    async fence(id, ms, onTick) {
      const text = id.toString('latin1')
      let settled: Waited | null = null
      const answer = waitFor((reply) => reply.kind === 'process-id' && reply.id === text, ms).then((waited) => {
        settled = waited
        return waited
      })
      const sent = await write(askProcessId(id), ms)
      if (sent !== 'answered') return sent
      if (onTick === undefined) return answer
      for (;;) {
        let cancel = () => undefined as void
        const tick = new Promise<null>((resolve) => {
          cancel = timers.set(() => resolve(null), tickMs)
        })
        const first = await Promise.race([answer, tick])
        cancel()
        if (first !== null) return first
        if (await onTick()) return settled ?? 'timeout'
        if (settled !== null) return settled
      }
    },
    async clear(ms) {
      const answer = waitFor((reply) => reply.kind === 'cleared', ms)
      const sent = await write(clearBuffers, ms)
      return sent === 'answered' ? answer : sent
    },
    close() {
      gone = true
      link.close()
      for (const wait of [...waiting]) wait.settle('gone')
    },
  }
}
