/**
 * The Finnish personal identity code (Digital and Population Data Services Agency; Government Decree 690/2022 on the
 * intermediate characters): `DDMMYY`, a century character, a number 002-999 and a check character. Some cards carry it
 * as a bar code. It is recognised only to be refused: it is never a card's id.
 */
const form = /^(\d{2})(\d{2})(\d{2})([-+A-FU-Y])(\d{3})([0-9A-FHJKLMNPRSTUVWXY])$/
const checkCharacters = '0123456789ABCDEFHJKLMNPRSTUVWXY'

function centuryOf(character: string): number {
  if (character === '+') return 1800
  return /[-U-Y]/.test(character) ? 1900 : 2000
}

/**
 * Individual numbers 002-899 are people's, 900-999 temporary and test codes: all are refused; 000 and 001 are nobody's.
 */
export function isIdentityCode(text: string): boolean {
  const match = form.exec(text.trim().toUpperCase())
  if (match === null) return false
  const [, day = '', month = '', year = '', century = '', number = '', check = ''] = match
  const date = new Date(Date.UTC(centuryOf(century) + Number(year), Number(month) - 1, Number(day)))
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== Number(month) - 1) return false
  if (Number(number) < 2) return false
  return checkCharacters[Number(day + month + year + number) % 31] === check
}
