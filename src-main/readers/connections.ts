/** The readers that are open: opens and closes devices, and brings their reports. */
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { startAsking, type Asking } from './asking.ts'
import type { ReaderRule, ReadersConfig } from './config.ts'
import { noCounts, type ReaderCounts } from './counts.ts'
import type { HidBus, HidDeviceInfo, HidHandle } from './port.ts'
import { countForeign, newReading, type Reading } from './reading.ts'
import { wake } from './wake.ts'

export interface Connection {
  readonly info: HidDeviceInfo
  readonly reading: Reading
  readonly handle: HidHandle
  asking: Asking | null
  /** Cancels the wait for the rest of a read. */
  cancelTorn: (() => void) | null
}

/** What the supervisor does about an open device. */
export interface ConnectionEvents {
  report(connection: Connection, report: Buffer): void
  /** The device is gone or broken. */
  lost(connection: Connection): void
  /** The device is read no more; its handle is still to be closed. */
  leaving(connection: Connection): void
}

export interface Connections {
  readonly open: ReadonlyMap<string, Connection>
  /** By the name of their rule, kept through unplugging. */
  readonly counts: ReadonlyMap<string, ReaderCounts>
  /** Never two openings of one device at a time: a second call joins the first. `asks`: a pcProx is asked for reads. */
  connect(info: HidDeviceInfo, rule: ReaderRule | null, asks: boolean): Promise<Result<null>>
  /** Does nothing for a device that is not open. */
  disconnect(path: string): Promise<void>
  /** Resolves when an opening of this device, or of any, is over. */
  settled(path?: string): Promise<void>
}

interface Bounds {
  readonly bus: HidBus
  readonly timers: { set(run: () => void, ms: number): () => void }
  readonly config: ReadersConfig
  readonly stopped: () => boolean
  readonly events: ConnectionEvents
}

export function createConnections(bounds: Bounds): Connections {
  const { stopped, events } = bounds
  const open = new Map<string, Connection>()
  const opening = new Map<string, Promise<Result<null>>>()
  const counts = new Map<string, ReaderCounts>()

  async function openNow(info: HidDeviceInfo, rule: ReaderRule | null, asks: boolean): Promise<Result<null>> {
    const opened = await bounds.bus.open(info.path)
    if (!opened.ok) return opened
    const handle = opened.value
    if (stopped()) {
      await handle.close()
      return fail(failures.noReader)
    }
    const reading = newReading(info.path, rule, countsFor(counts, rule))
    const connection: Connection = { info, reading, handle, asking: null, cancelTorn: null }
    open.set(info.path, connection)
    handle.onReport((report) => events.report(connection, report))
    handle.onError(() => events.lost(connection))
    await wake(info, handle)
    if (asks && open.get(info.path) === connection) connection.asking = ask(connection, bounds)
    return ok(null)
  }

  return {
    open,
    counts,
    connect(info, rule, asks) {
      const under = opening.get(info.path)
      if (under !== undefined) return under
      const begun = openNow(info, rule, asks).finally(() => opening.delete(info.path))
      opening.set(info.path, begun)
      return begun
    },
    async disconnect(path) {
      const connection = open.get(path)
      if (connection === undefined) return
      open.delete(path)
      connection.asking?.stop()
      connection.cancelTorn?.()
      events.leaving(connection)
      try {
        await connection.handle.close()
      } catch {
        // An unplugged device cannot be closed any better than it is.
      }
    },
    async settled(path) {
      if (path === undefined) await Promise.allSettled(opening.values())
      else await opening.get(path)
    },
  }
}

function ask(connection: Connection, { config, timers, events }: Bounds): Asking {
  return startAsking(
    connection.handle,
    config.askMs,
    timers,
    (answer) => events.report(connection, answer),
    () => countForeign(connection.reading),
    () => events.lost(connection),
  )
}

function countsFor(all: Map<string, ReaderCounts>, rule: ReaderRule | null): ReaderCounts {
  if (rule === null) return noCounts()
  const counts = all.get(rule.name) ?? noCounts()
  all.set(rule.name, counts)
  return counts
}
