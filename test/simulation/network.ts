/** The network between kiosks and hub processes: it drops, duplicates, delays (and so reorders) and parts. */
import type { Transport, TransportReply } from '../../src-main/sync/index.ts'
import type { Hub } from './hub.ts'
import type { World } from './world.ts'

/** The kiosk gives up on an answer after this long, ms, as its client does. */
const timeoutMs = 10_000

export interface Weather {
  readonly drop: number
  readonly duplicate: number
  /** Share of feed pages in which a change is missing: a hub that has lost a row. */
  readonly holes: number
  /** Share of messages that take long, and how long at most, ms. */
  readonly slow: number
  readonly slowMs: number
}
export const fair: Weather = { drop: 0, duplicate: 0, holes: 0, slow: 0, slowMs: 0 }

/** Reports that may come once more. */
const reportsKept = 12

/** The page without one of its changes, but for the last. */
function withHole(reply: TransportReply, world: World): TransportReply {
  const page = JSON.parse(Buffer.from(reply.bytes).toString()) as { changes?: unknown[] }
  const { changes } = page
  if (changes === undefined || changes.length < 2) return reply
  const lost = world.random.int(changes.length - 1)
  world.tell('a page of the feed comes with a hole')
  return {
    ...reply,
    bytes: Buffer.from(JSON.stringify({ ...page, changes: changes.filter((_, place) => place !== lost) })),
  }
}

export class Network {
  weather: Weather = fair
  readonly parted = new Set<string>()
  readonly #world: World
  readonly #hub: Hub
  constructor(world: World, hub: Hub) {
    this.#world = world
    this.#hub = hub
  }

  /** What kiosks last said of themselves, as it was sent: it comes again, late. */
  #reports: readonly ((ms: number) => void)[] = []
  replayReports(): void {
    for (const again of this.#reports) if (this.#world.random.chance(0.5)) again(this.#world.random.int(60_000))
  }

  #delay(): number {
    const { random } = this.#world
    return random.chance(this.weather.slow) ? random.int(this.weather.slowMs) : 5 + random.int(80)
  }
  #lost(kiosk: string): boolean {
    return this.parted.has(kiosk) || this.#world.random.chance(this.weather.drop)
  }

  /** The kiosk's end; an answer for one that has died is never heard. */
  transport(kiosk: string, alive: () => boolean): Transport {
    return (method, path, headers, body) =>
      new Promise<TransportReply>((resolve, reject) => {
        const world = this.#world
        let over = false
        world.in(timeoutMs, () => {
          if (!over && alive()) reject(new Error('timeout'))
          over = true
        })
        const deliver = async (kept: boolean) => {
          // What the network has kept comes through whether or not its kiosk is there.
          if (!kept && this.#lost(kiosk)) return
          const answer = await this.#hub.answer(method, path, headers, String(body ?? ''))
          if (answer === null || this.#lost(kiosk)) return
          const reply =
            path.startsWith('/v1/feed') && world.random.chance(this.weather.holes) ? withHole(answer, world) : answer
          world.in(this.#delay(), () => {
            if (!over && alive()) resolve(reply)
            over = true
          })
        }
        // Not awaited: the hub's work waits for its turns while time goes on.
        const deliverIn = (ms: number, kept = false) => {
          world.in(ms, () => {
            deliver(kept).catch((error: unknown) => {
              world.broke(error)
            })
          })
        }
        const copies = world.random.chance(this.weather.duplicate) ? 2 : 1
        for (let copy = 0; copy < copies; copy++) deliverIn(this.#delay())
        if (path === '/v1/report')
          this.#reports = [...this.#reports.slice(1 - reportsKept), (ms) => deliverIn(ms, true)]
      })
  }
}
