import { spreadsheetCell } from '../../../src-shared/domain/spreadsheet-cell.ts'

/** Rows of a CSV file, each cell as text: what a spreadsheet would take for a formula begins with an apostrophe. */
export function csvText(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => `"${spreadsheetCell(text).replaceAll('"', '""')}"`
  return rows.map((row) => row.map(cell).join(',')).join('\r\n')
}

/** Hands a text to the browser as a file to save. */
export function saveFile(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  window.setTimeout(() => {
    URL.revokeObjectURL(address)
  }, 10_000)
}
