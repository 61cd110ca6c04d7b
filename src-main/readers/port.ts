/** What the engine sees of card and document readers, and what a HID bus must offer. */
import type { Failure, Result } from '../../src-shared/result.ts'

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
  close(): Promise<void>
}

export interface HidBus {
  /** Fails with L-703 where libusb or libudev is missing. */
  devices(): Promise<Result<HidDeviceInfo[]>>
  /** Fails with L-702 without permission, L-701 when it is gone. */
  open(path: string): Promise<Result<HidHandle>>
  /** Told when devices may have come or gone, where the bus can tell. */
  onChange?(listener: () => void): () => void
  stop(): Promise<void>
}

export type ReaderKind = 'hid-pos' | 'keyboard-wedge'

/** One whole read: a card id, a bar code, a badge, or the MRZ lines of a document joined by newlines. */
export interface Scan {
  readonly reader: string
  readonly kind: ReaderKind
  readonly text: string
  /** AIM symbology identifier (`]E0`, `]Q3`), where the reader sends one. */
  readonly symbology: string | null
  readonly at: number
}

export interface ReaderStatus {
  readonly state: 'ready' | 'none' | 'trouble'
  readonly names: readonly string[]
  readonly failure: Failure | null
}

export interface ReaderSupervisor {
  start(): Promise<void>
  stop(): Promise<void>
  status(): ReaderStatus
  onStatus(listener: () => void): () => void
  onScan(listener: (scan: Scan) => void): () => void
  /** A read that began and did not end. */
  onTorn(listener: (failure: Failure) => void): () => void
  /** Forgets half-read scans: called when the screen changes. */
  flush(): void
  /** Every device on the bus and whether it is used, for diagnostics. */
  devices(): readonly { readonly info: HidDeviceInfo; readonly used: boolean }[]
}
