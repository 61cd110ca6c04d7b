/** JSON that is stored once and sent many times. */

const beyondAscii = /[^\0-\x7f]/g

/**
 * JSON text in ASCII alone, other characters as `\uXXXX` (RFC 8259, section 7): a text in which one name has an ä is
 * held with two bytes for every character, and so is every page that it is part of.
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(beyondAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
