/**
 * Bar codes of goods: GTIN-8, -12 and -13 (GS1 General Specifications, section 7.9: the check digit), which a reader
 * that says no symbology sends like any card.
 */
const goods = /^(?:\d{8}|\d{12,13})$/
/** AIM identifiers of EAN and UPC, and what such a symbol holds: digits, perhaps with an add-on. */
const eanUpc = /^\]E/
const eanText = /^\d{8,18}$/

export function isShopCode({
  text,
  symbology,
}: {
  readonly text: string
  readonly symbology?: string | null
}): boolean {
  const digits = text.trim()
  if (symbology !== undefined && symbology !== null) return eanUpc.test(symbology) && eanText.test(digits)
  if (!goods.test(digits)) return false
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, place) => total + Number(digit) * (place % 2 === 0 ? 1 : 3), 0)
  return sum % 10 === 0
}
