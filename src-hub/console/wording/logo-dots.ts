/** A picture as a thermal printer takes it: scaled to fit, then each dot black or not. */
import { logoMost, type SlipLogo } from '../../../src-shared/domain/slip-logo.ts'

/** Grey below this is black, of 255: thin dark lines stay. */
const blackBelow = 160

/** `pixels`: RGBA rows, `width` a multiple of eight. What is transparent is paper. */
export function dotsOf(pixels: Uint8ClampedArray, width: number, height: number): string {
  const bytes = new Uint8Array((width / 8) * height)
  for (let dot = 0; dot < width * height; dot++) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.subarray(dot * 4, dot * 4 + 4)
    const grey = 255 + ((0.299 * red + 0.587 * green + 0.114 * blue - 255) * alpha) / 255
    if (grey < blackBelow) bytes[dot >> 3] = (bytes[dot >> 3] ?? 0) | (0x80 >> (dot & 7))
  }
  return btoa(String.fromCharCode(...bytes))
}

/** null for what is no picture. */
export async function logoFrom(file: Blob): Promise<SlipLogo | null> {
  try {
    const image = await createImageBitmap(file)
    const scale = Math.min(1, logoMost.width / image.width, logoMost.height / image.height)
    const height = Math.max(1, Math.round(image.height * scale))
    const drawn = Math.max(1, Math.round(image.width * scale))
    const width = Math.ceil(drawn / 8) * 8
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    const context = canvas.getContext('2d')
    if (context === null) return null
    context.drawImage(image, Math.floor((width - drawn) / 2), 0, drawn, height)
    return { width, height, dots: dotsOf(context.getImageData(0, 0, width, height).data, width, height) }
  } catch {
    return null
  }
}

/** Draws it as it will be on paper. */
export function drawLogo(canvas: HTMLCanvasElement, { width, height, dots }: SlipLogo): void {
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d')
  if (context === null) return
  const bytes = Uint8Array.from(atob(dots), (letter) => letter.charCodeAt(0))
  const picture = context.createImageData(width, height)
  for (let dot = 0; dot < width * height; dot++) {
    const black = ((bytes[dot >> 3] ?? 0) & (0x80 >> (dot & 7))) !== 0
    picture.data.set(black ? [17, 17, 17, 255] : [255, 255, 255, 255], dot * 4)
  }
  context.putImageData(picture, 0, 0)
}
