/**
 * A cell of a CSV file, made text where a spreadsheet would take it for a formula (OWASP, "CSV Injection"): it then
 * begins with an apostrophe. White space before the sign does not save it, since some programs drop that first.
 */
export function spreadsheetCell(text: string): string {
  return /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/.test(text) ? `'${text}` : text
}
