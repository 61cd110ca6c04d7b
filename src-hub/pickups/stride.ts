/**
 * How many rows of a long piece of work go into its next transaction, so that each takes about as long as the pace
 * says.
 */
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Pace } from './grant-parts.ts'

const least = 5
/** The longest pause between two transactions, ms. */
const longestPauseMs = 100

export interface Stride {
  readonly rows: number
  /**
   * A transaction that began at `from` (by the pace's clock) is through: the next one takes more rows, or fewer. Others
   * come in between; where the pace rests, for as long as the transaction took.
   */
  took(from: number): Promise<void>
}

/** `most`: never more rows than that in one transaction; `first`: so many in the first. */
export function createStride({ clock, rows: fixed, batchMs, rests }: Pace, most = 200, first = least): Stride {
  let rows = fixed ?? first
  return {
    get rows() {
      return rows
    },
    async took(from) {
      if (fixed !== null) return
      const took = clock() - from
      const fitting = Math.round((rows * batchMs) / Math.max(1, took))
      rows = Math.max(least, Math.min(most, fitting, rows * 2))
      await (rests ? setTimeout(Math.min(longestPauseMs, took)) : setImmediate())
    },
  }
}
