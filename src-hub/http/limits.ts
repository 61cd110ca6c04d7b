/**
 * What callers may have of this hub process, so that one of them takes nothing from the others: requests of a kiosk,
 * those it has under way, and bytes that are unpacked for it. A kiosk that has proved itself by the head is charged by
 * itself; whoever only names a kiosk, by its name and the address it comes from, so that nobody uses up what is
 * another's.
 */
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { createAllowance } from './allowance.ts'

/** A kiosk polls every fifteen seconds, and asks for page upon page only when it starts. */
const requestsAtOnce = 300
const requestsPerSecond = 20
/** A kiosk has three connections. */
const underWay = 8
/** Bytes of text unpacked: the longest batches one after the other, then what a ledger of 2 MB a second takes. */
const unpackedAtOnce = 64 * 1024 * 1024
const unpackedPerSecond = 2 * 1024 * 1024
/** The same for whoever has only named a kiosk. */
const unprovenAtOnce = 4 * 1024 * 1024
const unprovenPerSecond = 128 * 1024

/** What refused callers owe before anything is unpacked for them again: a minute of it. */
const fine = 60 * unprovenPerSecond

export interface Limits {
  /** One more request of a kiosk that has proved itself; what ends it must be called. L-668. */
  enter(kiosk: string): Result<() => void>
  /** At most `bytes` may be unpacked for this caller: what is given back tells how many it were. L-668. */
  unpack(caller: UnpackingCaller, bytes: number): Result<(unpacked: number) => void>
  /** What it sent was not signed by whom it named: it is remembered. */
  refused(caller: UnpackingCaller): void
  /** Since the start: bytes of text that were unpacked, and how often somebody was asked to wait. */
  readonly counts: { readonly unpacked: number; readonly refused: number }
}

export interface UnpackingCaller {
  /** A kiosk's id, or an agent's name. */
  readonly name: string
  /** Its head, or its token, has shown that it is this one. */
  readonly proven: boolean
  readonly address: string
}

export function createLimits(now: () => number): Limits {
  const requests = createAllowance(requestsAtOnce, requestsPerSecond)
  const proven = createAllowance(unpackedAtOnce, unpackedPerSecond)
  const unproven = createAllowance(unprovenAtOnce, unprovenPerSecond)
  const busy = new Map<string, number>()
  const counts = { unpacked: 0, refused: 0 }
  const of = (caller: UnpackingCaller) =>
    caller.proven
      ? { bucket: proven, name: caller.name }
      : { bucket: unproven, name: `${caller.name} ${caller.address}` }

  function wait(ms: number): Result<never> {
    counts.refused += 1
    return fail(failures.deviceAsksTooOften, { seconds: Math.max(1, Math.ceil(ms / 1000)) })
  }
  return {
    counts,
    enter(kiosk) {
      const open = busy.get(kiosk) ?? 0
      const waitMs = open >= underWay ? 1000 : requests.wait(kiosk, now())
      if (waitMs > 0) return wait(waitMs)
      requests.charge(kiosk, 1, now())
      busy.set(kiosk, open + 1)
      return ok(() => {
        const left = (busy.get(kiosk) ?? 1) - 1
        if (left > 0) busy.set(kiosk, left)
        else busy.delete(kiosk)
      })
    },
    unpack(caller, bytes) {
      const { bucket, name } = of(caller)
      const waitMs = bucket.wait(name, now())
      if (waitMs > 0) return wait(waitMs)
      bucket.charge(name, bytes, now())
      return ok((unpacked) => {
        counts.unpacked += unpacked
        bucket.charge(name, unpacked - bytes, now())
      })
    },
    refused(caller) {
      if (caller.proven) return
      const { bucket, name } = of(caller)
      bucket.charge(name, unprovenAtOnce + fine, now())
    },
  }
}
