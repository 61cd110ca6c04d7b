/** What granting needs of its surroundings. */
import type { sealEnvelope } from '../../src-shared/protocol/envelope.ts'
import type { isCountersigned } from '../../src-shared/protocol/opening-link.ts'
import type { HubKeys } from '../keys/index.ts'
import type { Secrets } from '../secret-source/index.ts'

/** The work on a desk's many pickups, cut up so that nobody at that desk waits for it. */
export interface Pace {
  /** Milliseconds since any moment; never back. */
  readonly clock: () => number
  /** Pickups in one transaction: null for as many as take about `batchMs`. */
  readonly rows: number | null
  readonly batchMs: number
  /**
   * Whether the work pauses after each transaction for as long as that took: half of the hub's time is then left to
   * everybody else. False where a caller waits for the whole of it.
   */
  readonly rests: boolean
  /** How long the request that asked for the work does it itself; what is left then is the worker's. */
  readonly patienceMs: number
}

export const usualPace: Pace = {
  clock: () => performance.now(),
  rows: null,
  batchMs: 30,
  rests: true,
  patienceMs: 1500,
}

/**
 * The counter of one hub, and what it was when this process last saw it: a database that has less went back in time.
 */
export interface MarkFloor {
  readonly hub: string
  readonly n: number
}

export interface GrantParts {
  readonly keys: HubKeys
  readonly now: () => number
  /** Seals a secret to a kiosk's opening key: HPKE, unless a simulation has its own. */
  readonly seal?: typeof sealEnvelope
  /** Whether an older opening key's holder has vouched for a newer one: HPKE, unless a simulation has its own. */
  readonly isCountersigned?: typeof isCountersigned
  /** Makes a pickup's id: random, unless a simulation has its own. */
  readonly newId?: () => string
  /** How long jobs of many pickups go on in one piece; by default as `usualPace`. */
  readonly pace?: Pace
  /** How secrets are made, and whether a directory must have them first; without it the house's generator and none. */
  readonly secrets?: Secrets
  /** What a transaction that grants must find in the database; without it nothing is asked for. */
  readonly floor?: () => MarkFloor
}
