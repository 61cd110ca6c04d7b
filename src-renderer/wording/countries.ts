/**
 * Issuing countries offered first when a document is checked by eye: ICAO 9303 codes (Germany is `D`), with BCP 47
 * regions for their names.
 */
import type { Language } from '../../src-shared/domain/index.ts'

export interface Country {
  /** ICAO 9303 part 3 section 5. */
  readonly code: string
  /** ISO 3166-1 alpha-2. */
  readonly region: string
}

export const commonCountries: readonly Country[] = [
  { code: 'FIN', region: 'FI' },
  { code: 'SWE', region: 'SE' },
  { code: 'EST', region: 'EE' },
  { code: 'D', region: 'DE' },
  { code: 'FRA', region: 'FR' },
  { code: 'ITA', region: 'IT' },
  { code: 'ESP', region: 'ES' },
  { code: 'POL', region: 'PL' },
  { code: 'CHN', region: 'CN' },
  { code: 'IND', region: 'IN' },
  { code: 'USA', region: 'US' },
  { code: 'GBR', region: 'GB' },
]

/** A country's name in a language; the code itself where no name is known. */
export function countryName(code: string, language: Language): string {
  const region = commonCountries.find((country) => country.code === code)?.region
  if (region === undefined) return code
  return new Intl.DisplayNames([language], { type: 'region' }).of(region) ?? code
}
