/**
 * Builds machine-readable zones with right check digits, for trying and for tests (ICAO Doc 9303 part 3 section 4.9,
 * parts 4 to 6).
 */
export interface Specimen {
  readonly issuer: string
  readonly number: string
  readonly family: string
  readonly given: string
  readonly nationality: string
  /** `YYYY-MM-DD`; `YYYY-MM` or `YYYY` where the rest is unknown; empty: all of it. */
  readonly birthDate: string
  readonly expiryDate: string
  readonly sex?: 'M' | 'F' | '<'
}

const transliteration: Readonly<Record<string, string>> = {
  Å: 'AA',
  Ä: 'AE',
  Ö: 'OE',
  Ü: 'UE',
  Ø: 'OE',
  Æ: 'AE',
  ß: 'SS',
}

/** Weights 7, 3, 1 over 0-9, A=10..Z=35, `<`=0; modulo 10. */
export function checkDigit(text: string): string {
  let sum = 0
  for (const [i, character] of [...text].entries()) {
    const value = character === '<' ? 0 : /\d/.test(character) ? Number(character) : character.charCodeAt(0) - 55
    sum += value * ([7, 3, 1][i % 3] ?? 0)
  }
  return String(sum % 10)
}

function mrzText(text: string): string {
  return [...text.normalize('NFC').toUpperCase()]
    .map((letter) => transliteration[letter] ?? letter.normalize('NFD').replace(/\p{M}/gu, ''))
    .join('')
    .replace(/['’.]/g, '')
    .replace(/[^A-Z]+/g, '<')
}

const yymmdd = (date: string) => date.slice(2).replaceAll('-', '').padEnd(6, '<')
const names = (specimen: Specimen, length: number) =>
  `${mrzText(specimen.family)}<<${mrzText(specimen.given)}`.padEnd(length, '<').slice(0, length)

/** A passport: two lines of 44. */
export function buildTd3(specimen: Specimen): string[] {
  const first = `P<${specimen.issuer.padEnd(3, '<')}${names(specimen, 39)}`
  const number = specimen.number.padEnd(9, '<').slice(0, 9)
  const numberPart = number + checkDigit(number)
  const birth = yymmdd(specimen.birthDate) + checkDigit(yymmdd(specimen.birthDate))
  const expiry = yymmdd(specimen.expiryDate) + checkDigit(yymmdd(specimen.expiryDate))
  const optional = '<'.repeat(14)
  const optionalPart = optional + checkDigit(optional)
  const composite = checkDigit(numberPart + birth + expiry + optionalPart)
  return [
    first,
    `${numberPart}${specimen.nationality.padEnd(3, '<')}${birth}${specimen.sex ?? '<'}${expiry}${optionalPart}${composite}`,
  ]
}

/** An identity card of the older size: two lines of 36 (9303 part 6). */
export function buildTd2(specimen: Specimen, code = 'I<'): string[] {
  const first = `${code}${specimen.issuer.padEnd(3, '<')}${names(specimen, 31)}`
  const number = specimen.number.padEnd(9, '<').slice(0, 9)
  const numberPart = number + checkDigit(number)
  const birth = yymmdd(specimen.birthDate) + checkDigit(yymmdd(specimen.birthDate))
  const expiry = yymmdd(specimen.expiryDate) + checkDigit(yymmdd(specimen.expiryDate))
  const optional = '<'.repeat(7)
  const composite = checkDigit(numberPart + birth + expiry + optional)
  return [
    first,
    `${numberPart}${specimen.nationality.padEnd(3, '<')}${birth}${specimen.sex ?? '<'}${expiry}${optional}${composite}`,
  ]
}

/** An identity card: three lines of 30. `code` is `I<`, or e.g. `IR` for a residence permit. */
export function buildTd1(specimen: Specimen, code = 'I<'): string[] {
  const number = specimen.number.padEnd(9, '<').slice(0, 9)
  const first = `${code}${specimen.issuer.padEnd(3, '<')}${number}${checkDigit(number)}`.padEnd(30, '<')
  const birth = yymmdd(specimen.birthDate) + checkDigit(yymmdd(specimen.birthDate))
  const expiry = yymmdd(specimen.expiryDate) + checkDigit(yymmdd(specimen.expiryDate))
  const optional = '<'.repeat(11)
  const composite = checkDigit(first.slice(5) + birth + expiry + optional)
  return [
    first,
    `${birth}${specimen.sex ?? '<'}${expiry}${specimen.nationality.padEnd(3, '<')}${optional}${composite}`,
    names(specimen, 30),
  ]
}
