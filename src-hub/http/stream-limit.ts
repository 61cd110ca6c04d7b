/** Streams stay open, so they are counted: of one caller the oldest ends when there would be too many. */
import type { ServerResponse } from 'node:http'

/** A kiosk has one, and for a while a second when its line broke. */
export const streamsOfKiosk = 3
/** A person has one for each window of the console. */
export const streamsOfPerson = 20

export interface StreamLimit {
  open(caller: string, stream: ServerResponse): void
}

export function createStreamLimit(most: number): StreamLimit {
  const open = new Map<string, Set<ServerResponse>>()
  return {
    open(caller, stream) {
      const streams = open.get(caller) ?? new Set()
      open.set(caller, streams)
      streams.add(stream)
      stream.once('close', () => {
        streams.delete(stream)
        if (streams.size === 0 && open.get(caller) === streams) open.delete(caller)
      })
      // Insertion order: the first is the oldest. Cut off rather than ended: who does not read does not end either.
      for (const oldest of streams) {
        if (streams.size <= most) break
        streams.delete(oldest)
        oldest.destroy()
      }
    },
  }
}
