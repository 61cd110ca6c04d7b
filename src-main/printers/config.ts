/** The desk's printer, declared: nothing about it is guessed. */
import { z } from 'zod'

const common = {
  /** Paper width, mm. */
  paper: z.union([z.literal(58), z.literal(80)]).default(80),
  /**
   * GS ( H process ids. `trusted` only where set-up saw the answer withheld without paper; `untrusted` where it comes
   * all the same: staff say what came out. `none`: no answer at all.
   */
  processId: z.enum(['trusted', 'untrusted', 'none']).default('untrusted'),
  /** Whether it answers DLE EOT. */
  status: z.enum(['real-time', 'none']).default('real-time'),
  /**
   * A printer without status or process ids is refused (L-508) unless this desk takes the staff's word for every slip.
   */
  staffWord: z.boolean().default(false),
  /** Whether it is asked to clear itself in real time (DLE DC4): `no` for a model that does not know it. */
  clears: z.enum(['ask', 'no']).default('ask'),
  /** What the printer called itself at set-up (GS I): another one that stands in its place is not trusted. */
  model: z.string().min(1).max(80).optional(),
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
  z.strictObject({
    kind: z.literal('serial'),
    path: z.string().regex(/^\/dev\/(tty(S|USB|ACM|AMA)\d+|serial\/by-id\/[\w.:+-]+|pts\/\d+)$/),
    /** As the printer's switches or self-test page say. */
    baudRate: z.union([9600, 19_200, 38_400, 57_600, 115_200].map((rate) => z.literal(rate))).default(38_400),
    dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
    parity: z.enum(['none', 'even', 'odd']).default('none'),
    /** `hardware`: the printer's busy line is wired to our CTS. */
    flow: z.enum(['hardware', 'xon-xoff']).default('hardware'),
    ...common,
  }),
  z.strictObject({ kind: z.literal('none') }),
])
export type PrinterConfig = z.infer<typeof PrinterConfig>
export type RealPrinterConfig = Exclude<PrinterConfig, { kind: 'none' }>
