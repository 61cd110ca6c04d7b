/** Builds the window with every text turned into one that cannot be mistaken for a real one. */
import { readFileSync } from 'node:fs'
import { build, type Plugin } from 'vite'
import { errorTexts } from '../../../src-shared/failures/texts.ts'
import { visitorTexts } from '../../../src-shared/failures/visitor-texts.ts'
import { rendererConfig } from '../../../src-renderer/vite.config.ts'

const accents: Readonly<Record<string, string>> = {
  a: 'á',
  e: 'é',
  i: 'í',
  o: 'ó',
  u: 'ú',
  y: 'ý',
  A: 'Á',
  E: 'É',
  I: 'Í',
  O: 'Ó',
  U: 'Ú',
  n: 'ñ',
  s: 'š',
  c: 'ç',
}

/** `Sign out {n}` becomes `⟦Šígñ óút {n}~~~⟧`; plural forms keep their bar, placeholders their names. */
export function pseudo(text: string): string {
  return text
    .split(' | ')
    .map((form) => {
      const accented = form.replace(/\{\w+\}|[A-Za-z]/g, (each) =>
        each.startsWith('{') ? each : (accents[each] ?? each),
      )
      return `⟦${accented}${' ~'.repeat(Math.ceil(form.length / 6))}⟧`
    })
    .join(' | ')
}

/** What is left of a text when everything between marks is taken out, marks within marks too. */
export function withoutPseudo(text: string): string {
  let rest = text
  for (let before = ''; before !== rest;) {
    before = rest
    rest = rest.replace(/⟦[^⟦⟧]*⟧/g, '')
  }
  return rest
}

function everyText<T>(value: T): T {
  if (typeof value === 'string') return pseudo(value) as T
  if (Array.isArray(value)) return value.map(everyText) as T
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, everyText(inner)])) as T
  return value
}

function pseudoTexts(): Plugin {
  return {
    name: 'lodge-pseudo-texts',
    enforce: 'pre',
    load(id) {
      const file = id.split('?')[0] ?? ''
      if (/\/(locales|help)\/(fi|sv|en)\.json$/.test(file)) {
        const texts = JSON.parse(readFileSync(file, 'utf8')) as { language?: object }
        // Each language is named in itself everywhere.
        const { fi, sv, en } = (texts.language ?? {}) as Record<string, string>
        return JSON.stringify({
          ...everyText(texts),
          ...(texts.language === undefined ? {} : { language: { ...everyText(texts.language), fi, sv, en } }),
        })
      }
      if (file.endsWith('/src-shared/failures/texts.ts'))
        return `export const errorTexts = ${JSON.stringify(everyText(errorTexts))}`
      if (file.endsWith('/src-shared/failures/visitor-texts.ts'))
        return `export const visitorTexts = ${JSON.stringify(everyText(visitorTexts))}`
      return null
    },
  }
}

export async function buildPseudoWindow(folder: string): Promise<void> {
  process.env['NODE_ENV'] = 'production'
  await build({
    ...rendererConfig,
    plugins: [pseudoTexts(), ...rendererConfig.plugins],
    configFile: false,
    logLevel: 'error',
    build: { ...rendererConfig.build, outDir: folder },
  })
}
