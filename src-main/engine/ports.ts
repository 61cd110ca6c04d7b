/** What the engine is given: devices, clocks and random sources (docs/architecture.md#rules-of-the-house, rule 5). */
import type { EventName, PayloadOf } from '../../src-shared/kiosk-api/contract.ts'
import type { KioskApi } from '../../src-shared/kiosk-api/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import type { EngineConfig, SystemClock, Timers } from '../desk/index.ts'
import type { Printer } from '../printers/index.ts'
import type { ReaderSupervisor } from '../readers/index.ts'
import type { Sticks } from '../sync/index.ts'

export interface EnginePorts {
  readonly config: EngineConfig
  /** 32 bytes from the operating system's keystore, by the shell. */
  readonly keyEncryptionKey: Uint8Array
  /** The keystore sits in hardware: a stolen disk cannot be searched for a PIN at all. */
  readonly hardwareBacked?: boolean
  readonly readers: ReaderSupervisor
  readonly printer: Printer
  readonly system: SystemClock
  readonly timers: Timers
  readonly random: () => number
  /** Memory sticks that are plugged in: those of this Linux unless given. */
  readonly sticks?: Sticks
  readonly version: string
  /** Free bytes where the database is; asked of the disk unless a test has its own. */
  readonly freeBytes?: () => number | null
  readonly emit: <E extends EventName<KioskApi>>(event: E, payload: PayloadOf<KioskApi, E>) => void
  /** The database is damaged under the running desk: it serves no more, and the shell's own screen says so. */
  readonly onDamaged?: (failure: Failure) => void
  readonly checkpoint?: (name: string) => void
}
