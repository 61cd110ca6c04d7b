/**
 * Real-time commands (DLE EOT n, DLE DC4 fn): a printer takes them out of the stream as they arrive, before its buffer,
 * even while it stands still (ESC/POS Command Reference, "Real-time commands").
 */
export interface RealTimeEvents {
  onAskStatus(n: number): void
  onClear(): void
  /** Not a real-time command: these bytes wait in the buffer. */
  onData(bytes: readonly number[]): void
}

const dle = 0x10
const eot = 0x04
const dc4 = 0x14
const clearFunction = 8

export interface RealTimeFilter {
  push(byte: number): void
  reset(): void
}

export function createRealTimeFilter(events: RealTimeEvents): RealTimeFilter {
  let pending: number[] = []

  function pass(): void {
    const bytes = pending
    pending = []
    events.onData(bytes)
  }

  return {
    push(byte) {
      pending.push(byte)
      const [first, second, fn] = pending
      if (first !== dle) pass()
      else if (second === undefined) return
      else if (second === eot) {
        if (fn === undefined) return
        pending = []
        events.onAskStatus(fn)
      } else if (second === dc4) {
        if (fn === undefined || pending.length < (fn === clearFunction ? 10 : 5)) return
        pending = []
        if (fn === clearFunction) events.onClear()
      } else pass()
    },
    reset() {
      pending = []
    },
  }
}
