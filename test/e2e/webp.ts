/** PNGs as WebP, which the browser itself can write: a fifth of the bytes. */
import type { Page } from 'playwright-core'

/** `encoder`: any page of its own. */
export async function toWebp(encoder: Page, png: Buffer): Promise<Buffer> {
  const text = await encoder.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.72 })
    return [...new Uint8Array(await blob.arrayBuffer())].map((each) => String.fromCharCode(each)).join('')
  }, png.toString('base64'))
  return Buffer.from(text, 'latin1')
}
