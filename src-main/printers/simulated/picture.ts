/** A slip as a picture: its dots as SVG, drawn by resvg with a fixed-width face, on paper. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type * as ResvgWasm from '@resvg/resvg-wasm'
import type { Mark, Strip } from './marks.ts'

const margin = 32
const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string) => text.replace(/[&<>"]/g, (c) => escapes[c] ?? c).replace(/[^\t\n\u0020-\uFFFD]/g, '')

function draw(mark: Mark): string {
  if (mark.kind === 'dots') {
    const cells: string[] = []
    mark.bits.forEach((bit, i) => {
      if (bit)
        cells.push(
          `M${mark.x + (i % mark.width) * mark.module} ${mark.y + Math.floor(i / mark.width) * mark.module}h${mark.module}v${mark.module}h-${mark.module}z`,
        )
    })
    return `<path d="${cells.join('')}"/>`
  }
  const { wide, high, bold, invert, underline } = mark.style
  const letters = [...mark.text]
    .map((letter, i) => (letter === ' ' ? '' : `<text x="${i * 12}" y="19.5">${escape(letter)}</text>`))
    .join('')
  const box = invert ? `<rect width="${mark.text.length * 12}" height="24"/>` : ''
  const line = underline ? `<rect y="22" width="${mark.text.length * 12}" height="2"/>` : ''
  return `<g transform="translate(${mark.x} ${mark.y}) scale(${wide} ${high})" font-weight="${bold ? 700 : 400}">${box}<g${invert ? ' fill="#fdfcf7"' : ''}>${letters}</g>${line}</g>`
}

export function slipSvg(strip: Strip): string {
  const width = strip.width + margin * 2
  const height = strip.height + margin * 2
  const teeth = Array.from(
    { length: Math.ceil(width / 12) },
    (_, i) => `L${i * 12 + 6} ${height - 6}L${(i + 1) * 12} ${height}`,
  ).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<path d="M0 0H${width}V${height}H0z" fill="#d9dce0"/><path d="M0 0L0 ${height}${teeth}V0z" fill="#fdfcf7"/>
<g transform="translate(${margin} ${margin})" fill="#1c1a1d" font-family="DejaVu Sans Mono" font-size="20">${strip.marks.map(draw).join('')}</g></svg>`
}

type Resvg = typeof ResvgWasm
let ready: Promise<{ resvg: Resvg; fonts: Uint8Array[] }> | null = null

async function load(): Promise<{ resvg: Resvg; fonts: Uint8Array[] }> {
  const require = createRequire(import.meta.url)
  const resvg = await import('@resvg/resvg-wasm')
  await resvg.initWasm(await readFile(require.resolve('@resvg/resvg-wasm/index_bg.wasm')))
  const fonts = await Promise.all(
    ['DejaVuSansMono.ttf', 'DejaVuSansMono-Bold.ttf'].map((file) =>
      readFile(require.resolve(`dejavu-fonts-ttf/ttf/${file}`)),
    ),
  )
  return { resvg, fonts }
}

/** PNG bytes of a slip, one picture dot per printer dot. */
export async function slipPng(strip: Strip): Promise<Buffer> {
  ready ??= load()
  const { resvg, fonts } = await ready
  const drawing = new resvg.Resvg(slipSvg(strip), {
    font: { fontBuffers: fonts, defaultFontFamily: 'DejaVu Sans Mono', loadSystemFonts: false },
  })
  const picture = drawing.render()
  const png = Buffer.from(picture.asPng())
  picture.free()
  drawing.free()
  return png
}

/** The picture as pixels (RGBA), for reading its QR code in tests. */
export async function slipPixels(strip: Strip): Promise<{ width: number; height: number; data: Uint8ClampedArray }> {
  ready ??= load()
  const { resvg, fonts } = await ready
  const drawing = new resvg.Resvg(slipSvg(strip), {
    font: { fontBuffers: fonts, defaultFontFamily: 'DejaVu Sans Mono', loadSystemFonts: false },
  })
  const picture = drawing.render()
  const result = { width: picture.width, height: picture.height, data: new Uint8ClampedArray(picture.pixels) }
  picture.free()
  drawing.free()
  return result
}
