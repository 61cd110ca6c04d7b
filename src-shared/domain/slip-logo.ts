/** A logo as a thermal printer takes it: black dots in rows of whole bytes, the leftmost dot in the highest bit. */
import { z } from 'zod'

/** Dots: the width of 58 mm paper, and a height that the slowest serial link carries in two seconds. */
export const logoMost = { width: 384, height: 160 } as const
/** Characters of one language that the slip has room for; two lines and a half on 80 mm paper. */
export const slipNoteMost = 120

export const SlipLogo = z
  .object({
    /** A multiple of eight. */
    width: z.number().int().min(8).max(logoMost.width).multipleOf(8),
    height: z.number().int().min(1).max(logoMost.height),
    /** `width / 8` times `height` bytes, base64. */
    dots: z
      .string()
      .max(12_000)
      .regex(/^[A-Za-z0-9+/]+={0,2}$/),
  })
  .refine(({ width, height, dots }) => Math.floor((dots.replace(/=+$/, '').length * 3) / 4) === (width / 8) * height)
export type SlipLogo = z.infer<typeof SlipLogo>

const plain = /^\P{Cc}*$/u
const Line = z.string().max(slipNoteMost).regex(plain)
/** The institution's own words at the end of a slip; an empty one is not printed. */
export const SlipNote = z.object({ fi: Line, sv: Line, en: Line })
export type SlipNote = z.infer<typeof SlipNote>
