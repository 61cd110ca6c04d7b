/** What the engine sees of card and document readers, and what a HID bus must offer. */
import type { Failure, Result } from '../../src-shared/failures/result.ts'
import type { CardFormat } from '../identity/card-formats/index.ts'
import type { ReaderRule } from './config.ts'
import type { ReaderCounts } from './counts.ts'
import type { LearnState } from './learn/state.ts'

export interface HidDeviceInfo {
  readonly path: string
  readonly vendorId: number
  readonly productId: number
  readonly usagePage: number
  readonly usage: number
  readonly product: string
  readonly manufacturer: string
  readonly serialNumber: string
  readonly interface: number
}

export interface HidHandle {
  /** Registers the only listener for input reports. */
  onReport(listener: (report: Buffer) => void): void
  /** The device is gone or broken; at most once. */
  onError(listener: (error: unknown) => void): void
  getFeatureReport(id: number, length: number): Promise<Buffer>
  sendFeatureReport(data: Buffer): Promise<void>
  /** Safe to call twice. */
  close(): Promise<void>
}

export interface HidBus {
  /**
   * One entry for each top-level collection. Fails with L-703 where libusb or libudev is missing, L-701 where listing
   * fails otherwise.
   */
  devices(): Promise<Result<HidDeviceInfo[]>>
  /** Fails with L-702 without permission, L-701 when it is gone, L-703 without its library. */
  open(path: string): Promise<Result<HidHandle>>
  /** Told when devices may have come or gone, where the bus can tell. */
  onChange?(listener: () => void): () => void
  /** Whether the desktop is kept from a keyboard's keys. A bus without it has no desktop. */
  isolated?(path: string): Promise<boolean>
  stop(): Promise<void>
}

export type ReaderKind = ReaderRule['decoder']

/** One whole read: a card id, a bar code, a badge, or the MRZ lines of a document joined by newlines. */
export interface Scan {
  readonly reader: string
  readonly kind: ReaderKind
  readonly text: string
  /** AIM symbology identifier (`]E0`, `]Q3`), where the reader sends one. */
  readonly symbology: string | null
  readonly at: number
  /** Number of bits, where the card was read as bits. */
  readonly bits?: number
  /** The formats that this reader's cards have. */
  readonly cards?: readonly CardFormat[]
  /** Read off a document, or by OCR: it may be one (`offDocument`). Never true of a bar code or a 2D symbol. */
  readonly offDocument?: boolean
  /** The reader says of its reads what they are, and said nothing of this one: it is not taken for a document. */
  readonly unidentified?: boolean
}

export interface ReaderStatus {
  readonly state: 'ready' | 'none' | 'trouble'
  readonly names: readonly string[]
  readonly failure: Failure | null
}

/** A device on the bus, for diagnostics. */
export interface ListedDevice {
  readonly info: HidDeviceInfo
  /** Open and read. */
  readonly used: boolean
  /** The rule of the allow-list that names it; null: not on the list, and never opened. */
  readonly rule: string | null
  /** Why a listed device is not read. */
  readonly failure: Failure | null
}

export interface ReaderSupervisor {
  start(): Promise<void>
  /** Every device is closed when it resolves. */
  stop(): Promise<void>
  status(): ReaderStatus
  /** Told when the status, the list of devices or the learning has changed. */
  onStatus(listener: () => void): () => void
  onScan(listener: (scan: Scan) => void): () => void
  /** A read that is no scan: torn (L-704), two at once (L-711), or what came instead (L-712 to L-719). */
  onTorn(listener: (failure: Failure) => void): () => void
  /** Drops half-read scans, the rest of them included: called when the screen changes. */
  flush(): void
  /** Every device on the bus and whether it is used, for diagnostics. */
  devices(): readonly ListedDevice[]
  /** What became of every report, by the reader's name, since the start. */
  counts(): readonly { readonly reader: string; readonly counts: ReaderCounts }[]
  /**
   * "Learn this reader": what the device at `path` reads next goes to the learning alone, until three reads are in or
   * it is stopped with null. Fails with L-701 (no such device), L-702, L-706, L-710.
   */
  learn(path: string | null): Promise<Result<null>>
  learning(): LearnState | null
}
