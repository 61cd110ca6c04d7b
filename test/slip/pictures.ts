/**
 * Makes docs/pictures/slips.png and slips-58.png: the slip in three languages, as the simulated printer puts it on
 * paper. `node test/slip/pictures.ts`
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as resvg from '@resvg/resvg-wasm'
import { slipPng } from '../../src-main/printers/simulated/index.ts'
import { layoutInstructions, layoutSlip, type SlipContent } from '../../src-main/slip/index.ts'
import type { Language } from '../../src-shared/domain/index.ts'
import { onPaper } from './on-paper.ts'

const folder = fileURLToPath(new URL('../../docs/pictures/', import.meta.url))
mkdirSync(folder, { recursive: true })
const words: Readonly<Record<Language, Pick<SlipContent, 'organisation' | 'desk' | 'validUntil'>>> = {
  fi: { organisation: 'Meren yliopisto', desk: 'Järvikampus, vahtimestari', validUntil: '30.11.2026' },
  sv: { organisation: 'Havets universitet', desk: 'Campus Sjön, vaktmästaren', validUntil: '30.11.2026' },
  en: {
    organisation: 'University of the Sea',
    desk: 'Lakeside campus, porter’s lodge',
    validUntil: '30 November 2026',
  },
}

function contentIn(language: Language): SlipContent {
  return {
    ...words[language],
    language,
    recipient: 'Åsa Öberg',
    account: 'aoberg',
    secretKind: 'password',
    slipNumber: 'JRV-001042',
    changeAddress: 'https://salasana.meri.example/vaihda',
    requestReference: 'PYY-2291',
  }
}

interface Picture {
  readonly png: Buffer
  readonly width: number
  readonly height: number
}

async function picture(bytes: Uint8Array, paper: 58 | 80): Promise<Picture> {
  const [strip] = onPaper(bytes, paper)
  if (strip === undefined) throw new Error('nothing was printed')
  const png = await slipPng(strip)
  // PNG, IHDR: width and height.
  return { png, width: png.readUInt32BE(16), height: png.readUInt32BE(20) }
}

/** Side by side on one sheet, at half size. */
function sheet(pictures: readonly Picture[], file: string): void {
  const gap = 16
  const width = pictures.reduce((sum, one) => sum + one.width + gap, gap)
  const height = Math.max(...pictures.map((one) => one.height)) + 2 * gap
  let x = gap
  const images = pictures.map((one) => {
    const image = `<image x="${x}" y="${gap}" width="${one.width}" height="${one.height}" href="data:image/png;base64,${one.png.toString('base64')}"/>`
    x += one.width + gap
    return image
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="#d9dce0"/>${images.join('')}</svg>`
  const drawing = new resvg.Resvg(svg, { fitTo: { mode: 'zoom', value: 0.6 } })
  writeFileSync(`${folder}${file}`, drawing.render().asPng())
}

function slip(language: Language, paper: 58 | 80): Promise<Picture> {
  const made = layoutSlip(contentIn(language), Buffer.from('Ilves-0O1lI{7}'), paper)
  if (!made.ok) throw new Error(made.failure.code)
  return picture(Buffer.concat([made.value.header, made.value.body]), paper)
}

for (const paper of [80, 58] as const) {
  const slips = [await slip('fi', paper), await slip('sv', paper), await slip('en', paper)]
  const { header, body } = layoutInstructions(contentIn('sv'), paper)
  sheet([...slips, await picture(Buffer.concat([header, body]), paper)], paper === 80 ? 'slips.png' : 'slips-58.png')
}
