/**
 * The desk's allow-list of readers: only what is listed is ever opened (docs/architecture.md#devices). Units, kinds and
 * examples: docs/readers.md.
 */
import { z } from 'zod'
import { CardFormatSetting } from '../identity/card-formats/index.ts'

const u16 = z.number().int().min(0).max(0xffff)
const byte = z.number().int().min(0).max(0xff)

export const decoderNames = ['hid-pos', 'keyboard-wedge', 'magnetic-stripe', 'pcprox', 'document'] as const

export const ReaderRule = z.strictObject({
  name: z.string().min(1).max(60),
  vendorId: u16.optional(),
  productId: u16.optional(),
  usagePage: u16.optional(),
  usage: u16.optional(),
  decoder: z.enum(decoderNames),
  /** Keyboard layout that a wedge types in. */
  layout: z.enum(['us', 'fi']).default('us'),
  /** Places of the fields in a HID POS report. */
  posLayout: z.enum(['common', 'newland', 'microscan']).default('common'),
  /** Track of a magnetic card that carries its number. */
  track: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(2),
  /** Places in the reports of a document reader. */
  report: z
    .strictObject({
      reportId: byte.nullable().default(null),
      lengthAt: z.number().int().min(0).max(8).nullable().default(0),
      dataAt: z.number().int().min(0).max(16).default(1),
    })
    .prefault({}),
  /**
   * It reads documents: by OCR, off paper or plastic. Only what such a reader sends may be a document; a reader of kind
   * `document` is one without saying so. Declared of a hand-held imager, it must also send AIM identifiers, or read no
   * 2D symbols: docs/readers.md.
   */
  documents: z.boolean().default(false),
  /** The formats of its cards, in the order they are tried; none: any 4 to 32 letters and digits. */
  cards: z.array(CardFormatSetting).max(16).default([]),
  /**
   * Texts that are no card of these formats, no document and no pickup code are passed over in silence: the other bar
   * codes of a card.
   */
  ignoreOthers: z.boolean().default(false),
  /** Longest silence within a scan; by default `tornMs`. A short one keeps typing by hand out of a wedge. */
  silenceMs: z.number().int().min(10).max(10_000).optional(),
})
export type ReaderRule = z.infer<typeof ReaderRule>

export const ReadersConfig = z
  .strictObject({
    allow: z
      .array(ReaderRule)
      .default(() => [ReaderRule.parse({ name: 'HID POS', usagePage: 0x8c, decoder: 'hid-pos' })]),
    /** The same card or document within this time is one read, whichever readers read it. */
    debounceMs: z.number().int().min(0).max(10_000).default(1500),
    /**
     * A different card from the same reader within this time is the other code of the card before it: refused with
     * L-711.
     */
    pairMs: z.number().int().min(0).max(1000).default(150),
    /** A scan must go on within this time after each of its reports. */
    tornMs: z.number().int().min(50).max(10_000).default(800),
    /** How often devices are listed, for plugging in and out. */
    pollMs: z.number().int().min(100).max(60_000).default(1000),
    /** How often a reader that must be asked is asked. */
    askMs: z.number().int().min(50).max(2000).default(150),
    /**
     * `udev`: a wedge is read only where udev keeps it from the desktop. `elsewhere`: the administrator's word that no
     * desktop reads keyboards on this computer, or that another program keeps this one away.
     */
    wedgeIsolation: z.enum(['udev', 'elsewhere']).default('udev'),
  })
  .prefault({})
export type ReadersConfig = z.infer<typeof ReadersConfig>
