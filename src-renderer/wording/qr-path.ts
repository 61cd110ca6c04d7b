/** A QR code as one SVG path, a unit square per dark module. */
import { create } from 'qrcode'

export function qrPath(text: string): { readonly path: string; readonly size: number } {
  const { modules } = create(text, { errorCorrectionLevel: 'M' })
  let path = ''
  for (let row = 0; row < modules.size; row += 1) {
    for (let column = 0; column < modules.size; column += 1) {
      if (modules.get(row, column) !== 0) path += `M${column} ${row}h1v1h-1z`
    }
  }
  return { path, size: modules.size }
}
