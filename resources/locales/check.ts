/**
 * Missing and unused texts of the window, in any language: `node resources/locales/check.ts` says them and ends with 1.
 * The window's build asks the same, so that a screen never ships with a key in place of words.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const windowSources = fileURLToPath(new URL('../../src-renderer/', import.meta.url))
const languages = ['fi', 'sv', 'en'] as const

/** `group.key` to its text. `folder`: of the window's sources. */
export function textsOf(folder: string, language: (typeof languages)[number]): Map<string, string> {
  const found = new Map<string, string>()
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'string') found.set(path, value)
    else for (const [key, inner] of Object.entries(value as object)) walk(inner, path === '' ? key : `${path}.${key}`)
  }
  walk(JSON.parse(readFileSync(join(folder, `locales/${language}.json`), 'utf8')), '')
  return found
}

/** Literal keys, and the literal beginnings of keys completed at run time. */
function usedKeys(folder: string): { whole: Set<string>; beginnings: Set<string> } {
  const whole = new Set<string>()
  const beginnings = new Set<string>()
  for (const path of globSync('**/*.{vue,ts}', { cwd: folder })) {
    const text = readFileSync(join(folder, path), 'utf8')
    // Any dotted word in single quotes counts, and what TrilingualText is given.
    for (const [, quoted, handed] of text.matchAll(/'([a-z][A-Za-z]*(?:\.[A-Za-z-]+)+)'|\btext="([a-zA-Z.-]+)"/g))
      whole.add(quoted ?? handed ?? '')
    for (const [, key] of text.matchAll(/\b(?:t|te)\(`([a-zA-Z.-]+\.)\$\{/g)) if (key !== undefined) beginnings.add(key)
  }
  return { whole, beginnings }
}

/** One line for each text that is missing in a language, asked for and not there, or there and not asked for. */
export function localeFaults(folder = windowSources): string[] {
  const texts = new Map(languages.map((language) => [language, textsOf(folder, language)]))
  const all = new Set([...texts.values()].flatMap((each) => [...each.keys()]))
  const { whole, beginnings } = usedKeys(folder)
  const groups = new Set([...all].map((key) => key.split('.')[0]))
  const faults: string[] = []
  for (const [language, own] of texts)
    for (const key of all) if (!own.has(key)) faults.push(`${language}: ${key} is missing`)
  for (const key of whole)
    if (groups.has(key.split('.')[0]) && !all.has(key)) faults.push(`${key} is used by a screen and is in no language`)
  for (const beginning of beginnings)
    if (![...all].some((key) => key.startsWith(beginning)))
      faults.push(`${beginning}… is used by a screen and is in no language`)
  for (const key of all)
    if (!whole.has(key) && ![...beginnings].some((beginning) => key.startsWith(beginning)))
      faults.push(`${key} is used by no screen`)
  return faults
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = localeFaults()
  for (const fault of faults) process.stderr.write(`${fault}\n`)
  process.exitCode = faults.length === 0 ? 0 : 1
}
