/** The network between kiosks and hub processes: it drops, duplicates, delays (and so reorders) and parts. */
import type { Transport, TransportReply } from '../../src-main/sync/index.ts'
import type { Hub } from './hub.ts'
import type { World } from './world.ts'

/** The kiosk gives up on an answer after this long, ms, as its client does. */
const timeoutMs = 10_000

export interface Weather {
  readonly drop: number
  readonly duplicate: number
  /** Share of messages that take long, and how long at most, ms. */
  readonly slow: number
  readonly slowMs: number
}
export const fair: Weather = { drop: 0, duplicate: 0, slow: 0, slowMs: 0 }

export class Network {
  weather: Weather = fair
  readonly parted = new Set<string>()
  readonly #world: World
  readonly #hub: Hub
  constructor(world: World, hub: Hub) {
    this.#world = world
    this.#hub = hub
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
        const deliver = async () => {
          if (this.#lost(kiosk)) return
          const reply = await this.#hub.answer(method, path, headers, String(body ?? ''))
          if (reply === null || this.#lost(kiosk)) return
          world.in(this.#delay(), () => {
            if (!over && alive()) resolve(reply)
            over = true
          })
        }
        const copies = world.random.chance(this.weather.duplicate) ? 2 : 1
        // Not awaited: the hub's work waits for its turns while time goes on.
        for (let copy = 0; copy < copies; copy++)
          world.in(this.#delay(), () => {
            deliver().catch((error: unknown) => {
              world.broke(error)
            })
          })
      })
  }
}
