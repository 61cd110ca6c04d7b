/** Three languages, one set of texts: nothing missing, nothing left over, nothing written past the locales. */
import { globSync, readFileSync } from 'node:fs'
import { parse } from 'vue/compiler-sfc'
import { describe, expect, it } from 'vitest'
import { describeFailure, errorCodes } from '../../src-shared/errors.ts'
import { languages, NoSlipReason, PickupState, ProofKind, RecipientClass, SecretKind, Settlement } from '../../src-shared/domain.ts'
import { ledgerFacts } from '../../src-shared/ledger-entry.ts'
import { PrinterState } from '../../src-shared/kiosk-api.ts'
import { makeI18n } from '../../src-renderer/i18n.ts'

const root = new URL('../../src-renderer/', import.meta.url)

function texts(language: string): Map<string, string> {
  const found = new Map<string, string>()
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'string') found.set(path, value)
    else for (const [key, inner] of Object.entries(value as object)) walk(inner, path === '' ? key : `${path}.${key}`)
  }
  walk(JSON.parse(readFileSync(new URL(`locales/${language}.json`, root), 'utf8')), '')
  return found
}
const all = { fi: texts('fi'), sv: texts('sv'), en: texts('en') }
const sources = globSync('**/*.{vue,ts}', { cwd: root }).map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }))

/** Literal keys, and the literal beginnings of keys completed at run time. */
function usedKeys(): { whole: Set<string>; beginnings: Set<string> } {
  const whole = new Set<string>()
  const beginnings = new Set<string>()
  for (const { text } of sources) {
    // Any dotted word in single quotes counts, and what TrilingualText is given.
    for (const [, quoted, handed] of text.matchAll(/'([a-z][A-Za-z]*(?:\.[A-Za-z-]+)+)'|\btext="([a-zA-Z.-]+)"/g)) whole.add(quoted ?? handed ?? '')
    for (const [, key] of text.matchAll(/\b(?:t|te)\(`([a-zA-Z.-]+\.)\$\{/g)) if (key !== undefined) beginnings.add(key)
  }
  return { whole, beginnings }
}

interface Node {
  readonly type: number
  readonly content?: unknown
  readonly children?: readonly Node[]
  readonly props?: readonly { readonly type: number; readonly name: string; readonly value?: { readonly content: string } }[]
  readonly loc: { readonly start: { readonly line: number } }
}

describe('the locales', () => {
  it('hold the same keys', () => {
    const keys = [...all.en.keys()].sort()
    expect(keys.length).toBeGreaterThan(100)
    expect([...all.fi.keys()].sort()).toEqual(keys)
    expect([...all.sv.keys()].sort()).toEqual(keys)
  })

  it('hold the same placeholders, no empty text, and either no plural or one of two forms', () => {
    for (const [key, english] of all.en) {
      const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort()
      for (const language of languages) {
        const text = all[language].get(key) ?? ''
        expect(text.trim(), `${language} ${key}`).not.toBe('')
        expect(names(text), `${language} ${key}`).toEqual(names(english))
        expect(text.split('|').length, `${language} ${key}`).toBe(english.split('|').length)
      }
    }
  })

  it('answer every key that a screen uses', () => {
    const { whole, beginnings } = usedKeys()
    const groups = new Set([...all.en.keys()].map((key) => key.split('.')[0]))
    const missing = [...whole].filter((key) => groups.has(key.split('.')[0]) && !all.en.has(key))
    expect(missing).toEqual([])
    expect([...beginnings].filter((beginning) => ![...all.en.keys()].some((key) => key.startsWith(beginning)))).toEqual([])
  })

  it('hold no text that no screen uses', () => {
    const { whole, beginnings } = usedKeys()
    const unused = [...all.en.keys()].filter((key) => !whole.has(key) && ![...beginnings].some((beginning) => key.startsWith(beginning)))
    expect(unused).toEqual([])
  })

  it('name every value that the engine may send', () => {
    const named: readonly [string, readonly string[]][] = [
      ['class', RecipientClass.options],
      ['state', PickupState.options],
      ['secret', SecretKind.options],
      ['proof', ProofKind.options],
      ['status.printer', PrinterState.options],
      ['verify.noSlip', NoSlipReason.options],
      ['handOver', Settlement.options],
      ['done', [...Settlement.options, 'no-slip']],
      ['journal.kind', Object.keys(ledgerFacts)],
    ]
    for (const [group, values] of named) for (const value of values) expect(all.en.has(`${group}.${value}`), `${group}.${value}`).toBe(true)
  })

  it('can all be read by the message compiler, and each language says it in its own way', () => {
    const { t } = makeI18n().global
    for (const language of languages) {
      for (const [key, text] of all[language]) {
        const said = t(key, { n: 2 }, { locale: language })
        expect(said, `${language} ${key}`).not.toBe(key)
        if (!text.includes('{') && !text.includes('|')) expect(said).toBe(text)
      }
    }
    expect(t('status.unsent.waiting', 1, { locale: 'fi' })).toBe('1 kirjaus odottaa')
    expect(t('status.unsent.waiting', 3, { locale: 'fi' })).toBe('3 kirjausta odottaa')
    expect(t('status.unsent.waiting', 3, { locale: 'en' })).toBe('3 records waiting')
  })

  it('leave no error code without a next step in any language', () => {
    for (const code of errorCodes) for (const language of languages) expect(describeFailure({ code }, language).next, `${code} ${language}`).not.toBe('')
  })
})

describe('the templates', () => {
  it('write no words past the locales', () => {
    const spoken = new Set(['title', 'placeholder', 'aria-label', 'alt', 'aria-description'])
    const found: string[] = []
    let seen = 0
    for (const { path, text } of sources.filter((source) => source.path.endsWith('.vue'))) {
      const walk = (node: Node): void => {
        seen += 1
        if (node.type === 2 && typeof node.content === 'string' && /\p{L}/u.test(node.content))
          found.push(`${path}:${node.loc.start.line} ${node.content.trim()}`)
        for (const prop of node.props ?? [])
          if (prop.type === 6 && spoken.has(prop.name) && /\p{L}/u.test(prop.value?.content ?? ''))
            found.push(`${path} ${prop.name}=${prop.value?.content ?? ''}`)
        for (const child of node.children ?? []) walk(child)
      }
      const ast = parse(text).descriptor.template?.ast
      if (ast !== undefined) walk(ast as unknown as Node)
    }
    expect(seen).toBeGreaterThan(300)
    expect(found).toEqual([])
  })
})
