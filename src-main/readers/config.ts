/** The desk's allow-list of readers: only what is listed is ever opened (DESIGN section 10). */
import { z } from 'zod'

const u16 = z.number().int().min(0).max(0xffff)

export const ReaderRule = z.strictObject({
  name: z.string().min(1).max(60),
  vendorId: u16.optional(),
  productId: u16.optional(),
  usagePage: u16.optional(),
  usage: u16.optional(),
  decoder: z.enum(['hid-pos', 'keyboard-wedge']),
  /** Keyboard layout that a wedge types in. */
  layout: z.enum(['us', 'fi']).default('us'),
})
export type ReaderRule = z.infer<typeof ReaderRule>

export const ReadersConfig = z
  .strictObject({
    allow: z.array(ReaderRule).default([{ name: 'HID POS', usagePage: 0x8c, decoder: 'hid-pos', layout: 'us' }]),
    /** The same text from the same reader within this time is one read. */
    debounceMs: z.number().int().min(0).max(10_000).default(1500),
    /** A scan must be whole within this time after its first report. */
    tornMs: z.number().int().min(50).max(10_000).default(800),
    /** How often devices are listed, for plugging in and out. */
    pollMs: z.number().int().min(100).max(60_000).default(1000),
  })
  .prefault({})
export type ReadersConfig = z.infer<typeof ReadersConfig>
