/**
 * What a job that broke may have left inside the printer (promise P3). It is known again only when the printer was
 * cleared and said so, or was seen switched off and on; until then nobody is served.
 *
 * `unknown`: this engine has just begun and heard of nothing. `job`: the rest of a slip may be in there. `power-cycle`:
 * the same, and the printer could not be cleared from here.
 */
export type LeftInside = 'nothing' | 'unknown' | 'job' | 'power-cycle'
/** What is worth remembering over a restart. */
export type KnownInside = Exclude<LeftInside, 'unknown'>

export interface Inside {
  left(): LeftInside
  /** The printer may be asked whether it is empty: not one that must be switched off first, and was not seen so. */
  mayAsk(): boolean
  /** A job was torn down with bytes of it on their way. */
  jobBroke(): void
  /** The link ended, or could not be opened: as far as can be seen from here, the printer is off. */
  off(): void
  /** It said that it is empty. */
  cleared(): void
  /** It is there and would not be cleared: only switching it off empties it, and that must be seen from now on. */
  cannotBeCleared(): void
}

export function createInside(known: KnownInside, onChange: (left: KnownInside) => void): Inside {
  let left: LeftInside = known === 'nothing' ? 'unknown' : known
  let seenOff = false

  function become(next: KnownInside): void {
    if (left === next) return
    left = next
    onChange(next)
  }

  return {
    left: () => left,
    mayAsk: () => left !== 'power-cycle' || seenOff,
    jobBroke() {
      seenOff = false
      if (left !== 'power-cycle') become('job')
    },
    off() {
      seenOff = true
    },
    cleared: () => become('nothing'),
    cannotBeCleared() {
      seenOff = false
      become('power-cycle')
    },
  }
}
