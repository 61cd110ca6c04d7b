/** Languages, texts in each of them, and dates. */
import { z } from 'zod'

/** Calendar date, `YYYY-MM-DD`. */
export const DateText = z.iso.date()

export const Language = z.enum(['fi', 'sv', 'en'])
export type Language = z.infer<typeof Language>
export const languages = Language.options

/** A text in the three languages of the house. */
export const Localized = z.object({ fi: z.string(), sv: z.string(), en: z.string() })
export type Localized = z.infer<typeof Localized>
