/**
 * Where a letter goes (docs/architecture.md#channels-and-rules-of-the-institution): postal addresses, and which of them
 * lie in Greater Helsinki.
 */
import { z } from 'zod'
import { HumanLabel, HumanText } from '../domain/human-text.ts'

/** ISO 3166-1 alpha-2. */
const Country = z.string().regex(/^[A-Z]{2}$/)
const line = z.string().trim().max(80)

/** As it stands in the window of an envelope; the name comes first and is the recipient's. */
export const PostalAddress = z.object({
  /** Street or box, and what else the country needs: one to three lines. */
  lines: z.array(line.min(1)).min(1).max(3),
  /** Five digits in Finland; as the country writes it elsewhere, empty where there is none. */
  postalCode: z.string().trim().max(12),
  city: line.min(1),
  country: Country,
})
export type PostalAddress = z.infer<typeof PostalAddress>

/** An address that is put on record, at every door. */
export const AddressOnRecord = PostalAddress.extend({
  lines: z.array(HumanLabel(80)).min(1).max(3),
  postalCode: HumanText(12),
  city: HumanLabel(80),
})

const PostalCode = z.string().regex(/^\d{5}$/)
export const PostalRange = z.object({ from: PostalCode, to: PostalCode })
export type PostalRange = z.infer<typeof PostalRange>

/**
 * Helsinki, Espoo, Vantaa and Kauniainen. Source: Posti's postal code file (PCF) of May 2026, municipality of every
 * code from 00000 to 02999. Left out between the ranges: 011xx Sipoo, 018xx and 019xx Nurmijärvi, 02390-02599
 * Kirkkonummi and Siuntio, 0288x Kirkkonummi (Veikkola).
 */
export const greaterHelsinki: readonly PostalRange[] = [
  { from: '00000', to: '01099' },
  { from: '01200', to: '01799' },
  { from: '02000', to: '02389' },
  { from: '02600', to: '02879' },
  { from: '02890', to: '02999' },
]

/** `unknown`: no address, or one in Finland without five digits. */
export type PostalArea = 'inside' | 'outside' | 'unknown'

/** Abroad counts as outside (Åland, with the country code AX, too). */
export function postalArea(
  address: Pick<PostalAddress, 'postalCode' | 'country'> | null,
  inside: readonly PostalRange[],
): PostalArea {
  if (address === null) return 'unknown'
  if (address.country !== 'FI') return 'outside'
  const code = address.postalCode.replace(/^FI-?/i, '').replaceAll(' ', '')
  if (!/^\d{5}$/.test(code)) return 'unknown'
  return inside.some(({ from, to }) => from <= code && code <= to) ? 'inside' : 'outside'
}

/**
 * As an envelope is addressed: name, lines, postal code and place; abroad the country's name in capitals at the end, in
 * English, so that every post office on the way can read it (UPU Convention, Regulations, "Addressing").
 */
export function addressLines(name: string, { lines, postalCode, city, country }: PostalAddress): string[] {
  const place = [postalCode, city].filter((part) => part !== '').join(' ')
  const abroad =
    country === 'FI' ? [] : [(new Intl.DisplayNames(['en'], { type: 'region' }).of(country) ?? country).toUpperCase()]
  return [name, ...lines, country === 'FI' ? place.toUpperCase() : place, ...abroad]
}
