/** A decoder turns raw input reports of one device into whole scans. It is pure: no clock, no device, no log. */
export interface DecodedScan {
  readonly text: string
  readonly symbology: string | null
}

export interface Decoder {
  /** Feeds one input report; returns the scans it completes, usually none or one. Never throws. */
  push(report: Uint8Array): DecodedScan[]
  /** Whether a scan has begun and not ended. */
  pending(): boolean
  /** Forgets what has begun. */
  reset(): void
}

/** Longest scan kept, in characters; beyond it the input is noise and is dropped up to the next end of scan. */
export const longestScan = 512
