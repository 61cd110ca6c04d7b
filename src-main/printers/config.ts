/** The desk's printer, declared: nothing about it is guessed. */
import { z } from 'zod'

const common = {
  /** Paper width, mm. */
  paper: z.union([z.literal(58), z.literal(80)]).default(80),
  /** `trusted` only where set-up saw the process-id reply withheld without paper; else staff say what came out. */
  processId: z.enum(['trusted', 'untrusted']).default('untrusted'),
  /** How long the printer may take to answer for the header, ms. */
  headerMs: z.number().int().min(200).max(30_000).default(4000),
  /** How long the printer may take to answer for the whole slip, ms. */
  slipMs: z.number().int().min(500).max(60_000).default(12_000),
  /** How often its state is asked, ms. */
  pollMs: z.number().int().min(100).max(60_000).default(2000),
}

export const PrinterConfig = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('tcp'),
    host: z.string().min(1),
    port: z.number().int().min(1).max(65_535).default(9100),
    /** Raw TCP 9100 is not encrypted: allowed only over a link that nothing else shares (promise P6). */
    dedicatedLink: z.literal(true),
    ...common,
  }),
  z.strictObject({ kind: z.literal('usb'), path: z.string().regex(/^\/dev\/(usb\/)?lp\d+$/), ...common }),
  z.strictObject({ kind: z.literal('none') }),
])
export type PrinterConfig = z.infer<typeof PrinterConfig>
export type RealPrinterConfig = Exclude<PrinterConfig, { kind: 'none' }>
