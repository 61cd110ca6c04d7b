/** Between the simulated bus in the engine and the reader bench: newline-separated JSON over loopback TCP. */
import { z } from 'zod'

export const SimulatedDevice = z.object({
  path: z.string(),
  vendorId: z.number(),
  productId: z.number(),
  usagePage: z.number(),
  usage: z.number(),
  product: z.string(),
})
export type SimulatedDevice = z.infer<typeof SimulatedDevice>

export const BenchMessage = z.discriminatedUnion('t', [
  z.object({ t: z.literal('plug'), device: SimulatedDevice }),
  z.object({ t: z.literal('unplug'), path: z.string() }),
  /** One raw input report, hex. */
  z.object({ t: z.literal('report'), path: z.string(), hex: z.string() }),
])
export type BenchMessage = z.infer<typeof BenchMessage>
