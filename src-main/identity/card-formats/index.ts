import { fail, type Result } from '../../../src-shared/result.ts'
import { readAs, type CardFormat, type CardText } from './format.ts'
import { knownFormats } from './known.ts'

export { checkDigits, checks, type CheckDigit } from './check-digits.ts'
export { CardFormat, readAs, type CardText } from './format.ts'
export { CardFormatSetting, knownFormats } from './known.ts'
export { encodeWiegand, wiegandFormats, wiegandNames, type WiegandFormat } from './wiegand.ts'

const plain = knownFormats.get('plain')

/**
 * The id of a card by the first format that its text has; without formats any 4 to 32 letters and digits. Fails with
 * L-705 (no card of these formats) or L-707 (a wrong check digit or parity: it is not tried as anything else, since
 * that would be a misread card).
 */
export function cardIdOf(card: CardText, formats: readonly CardFormat[]): Result<string> {
  const tried = formats.length > 0 || plain === undefined ? formats : [plain]
  for (const format of tried) {
    const read = readAs(format, card)
    if (read !== null) return read
  }
  return fail('L-705')
}
