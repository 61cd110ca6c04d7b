/** Time, the order of events, and the story they make. One event runs until nobody can go on; then the next. */
import { setImmediate } from 'node:timers/promises'
import { createRandom, type Random } from './random.ts'

/** A promise of the design was broken. */
export class Violation extends Error {
  override name = 'Violation'
}

interface Event {
  readonly at: number
  readonly order: number
  readonly run: () => void | Promise<void>
}

/** A heap by time, then by the order of planning. */
class Agenda {
  readonly #events: Event[] = []
  get size(): number {
    return this.#events.length
  }
  push(event: Event): void {
    const list = this.#events
    let at = list.push(event) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      if (before(list[up] as Event, event)) break
      list[at] = list[up] as Event
      at = up
    }
    list[at] = event
  }
  pop(): Event | undefined {
    const list = this.#events
    const first = list[0]
    const last = list.pop()
    if (first === undefined || last === undefined || list.length === 0) return first
    let at = 0
    for (;;) {
      let down = 2 * at + 1
      if (down >= list.length) break
      if (down + 1 < list.length && before(list[down + 1] as Event, list[down] as Event)) down += 1
      if (before(last, list[down] as Event)) break
      list[at] = list[down] as Event
      at = down
    }
    list[at] = last
    return first
  }
}
const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

const start = Date.UTC(2026, 8, 1, 8, 0, 0)

export class World {
  readonly random: Random
  readonly story: string[] = []
  now = start
  /** Days that went by at once: every clock has them, and nothing that was planned. */
  leap = 0
  #order = 0
  readonly #agenda = new Agenda()
  readonly #wrong: Error[] = []
  readonly #held: Promise<unknown>[] = []
  /** Looked at after every event; throws a Violation. */
  check: () => void = () => undefined

  constructor(seed: number) {
    this.random = createRandom(seed)
  }
  /** Plans an event in `ms` from now. */
  in(ms: number, run: () => void | Promise<void>): void {
    this.#agenda.push({ at: this.now + Math.max(0, Math.floor(ms)), order: this.#order++, run })
  }
  /** What a right clock says, ms. */
  get time(): number {
    return this.now + this.leap
  }
  tell(line: string): void {
    const seconds = Math.floor((this.now - start) / 1000)
    const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
      .map((n) => String(n).padStart(2, '0'))
      .join(':')
    this.story.push(`${clock}.${String((this.now - start) % 1000).padStart(3, '0')}  ${line}`)
  }
  /** Time stands still until this is done: real cryptography takes its own. */
  hold<T>(work: Promise<T>): Promise<T> {
    this.#held.push(work)
    return work
  }
  /** Something broke where nobody waits for it: told after the event. */
  broke(error: unknown): void {
    this.#wrong.push(error instanceof Error ? error : new Error(String(error)))
  }
  /** Runs what is planned up to `until` ms from now. */
  async play(ms: number): Promise<void> {
    const end = this.now + ms
    this.in(ms, () => undefined)
    while (this.now < end) {
      const event = this.#agenda.pop()
      if (event === undefined) break
      this.now = event.at
      await event.run()
      // The rules go on in microtasks; the kiosk's pull lets a request leave for three turns of the loop.
      for (let turn = 0; turn < 4; turn++) {
        await setImmediate()
        for (let held = this.#held.shift(); held !== undefined; held = this.#held.shift()) await held
      }
      const wrong = this.#wrong.shift()
      if (wrong !== undefined) throw wrong
      this.check()
    }
  }
}
