import { fail, type Result } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { readAs, type CardFormat, type CardText } from './format.ts'
import { knownFormats } from './known.ts'

export { checkDigits, checks, type CheckDigit } from './check-digits.ts'
export { CardFormat, readAs, type CardText } from './format.ts'
export { CardFormatSetting, knownFormats } from './known.ts'
export { encodeWiegand, wiegandFormats, wiegandNames, type WiegandFormat } from './wiegand.ts'

const plain = knownFormats.get('plain')

/**
 * Symbols whose data are GS1 element strings, by their AIM identifiers (GS1 General Specifications, symbology
 * identifiers): GS1-128, GS1 DataBar and composites, GS1 DataMatrix, GS1 QR Code and GS1 DotCode, with ECI or without.
 */
const gs1 = /^\](?:C1|e[0-3]|d[25]|Q[34]|J[14])$/

/**
 * The id of a card by the first format that its text has; without formats any 4 to 32 letters and digits. Fails with
 * L-705 (no card of these formats) or L-707 (a wrong check digit or parity: it is not tried as anything else, since
 * that would be a misread card). A GS1 symbol is a product's or a parcel's (L-715), with separators or without, unless
 * a format names its identifier in full (`]C1`): Code 128 (`]C`) in general is not GS1-128.
 */
export function cardIdOf(card: CardText, formats: readonly CardFormat[]): Result<string> {
  const { symbology } = card
  const isGs1 = symbology !== undefined && symbology !== null && gs1.test(symbology)
  const meant = isGs1 ? formats.filter((format) => format.symbologies?.includes(symbology) === true) : formats
  if (isGs1 && meant.length === 0) return fail(failures.gs1Code)
  const tried = meant.length > 0 || plain === undefined ? meant : [plain]
  for (const format of tried) {
    const read = readAs(format, card)
    if (read !== null) return read
  }
  return fail(failures.cardUnknown)
}
