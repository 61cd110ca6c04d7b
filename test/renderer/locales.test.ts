/** Three languages, one set of texts: nothing missing, nothing left over, nothing written past the locales. */
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'vue/compiler-sfc'
import { describe, expect, it } from 'vitest'
import { describeFailure, errorCodes } from '../../src-shared/failures/codes.ts'
import {
  languages,
  NoSlipReason,
  PickupState,
  ProofKind,
  RecipientClass,
  SecretKind,
  Settlement,
} from '../../src-shared/domain/index.ts'
import { ledgerFacts } from '../../src-shared/hub-api/ledger-entry.ts'
import { PrinterState } from '../../src-shared/kiosk-api/index.ts'
import { localeFaults, textsOf, windowSources } from '../../resources/locales/check.ts'
import { helpFor } from '../../src-renderer/help/help-for.ts'
import { makeI18n } from '../../src-renderer/i18n.ts'

const root = new URL('../../src-renderer/', import.meta.url)

const all = { fi: textsOf(windowSources, 'fi'), sv: textsOf(windowSources, 'sv'), en: textsOf(windowSources, 'en') }
const sources = globSync('**/*.{vue,ts}', { cwd: root }).map((path) => ({
  path,
  text: readFileSync(new URL(path, root), 'utf8'),
}))

interface Node {
  readonly type: number
  readonly content?: unknown
  readonly children?: readonly Node[]
  readonly props?: readonly {
    readonly type: number
    readonly name: string
    readonly value?: { readonly content: string }
  }[]
  readonly loc: { readonly start: { readonly line: number } }
}

describe('the locales', () => {
  it('lack nothing, hold nothing that no screen uses, and say the same keys in each language', () => {
    expect(all.en.size).toBeGreaterThan(100)
    expect(localeFaults()).toEqual([])
  })

  it('fail the build and the lint when they lack something', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lodge-locales-'))
    try {
      mkdirSync(join(folder, 'locales'))
      for (const [language, texts] of Object.entries({
        fi: { a: { b: '1', d: '3' } },
        sv: { a: { b: '1' } },
        en: { a: { b: '1', d: '3' } },
      }))
        writeFileSync(join(folder, `locales/${language}.json`), JSON.stringify(texts))
      writeFileSync(join(folder, 'Screen.vue'), "<template>{{ t('a.b') }}{{ t('a.c') }}</template>")
      expect(localeFaults(folder)).toEqual([
        'sv: a.d is missing',
        'a.c is used by a screen and is in no language',
        'a.d is used by no screen',
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
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
    for (const [group, values] of named)
      for (const value of values) expect(all.en.has(`${group}.${value}`), `${group}.${value}`).toBe(true)
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
    for (const code of errorCodes)
      for (const language of languages)
        expect(describeFailure({ code }, language).next, `${code} ${language}`).not.toBe('')
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

describe('the help', () => {
  const screens = [
    ...new Set(
      sources.flatMap(({ text }) =>
        [...text.matchAll(/data-testid="screen-([a-z-]+)"/g)].map(([, name]) => name ?? ''),
      ),
    ),
  ]

  it.each(languages)('is there for every screen, and as long in each language: %s', (language) => {
    expect(screens.length).toBeGreaterThan(15)
    const general = helpFor('general', language)
    for (const screen of screens) {
      const own = helpFor(screen, language)
      expect(own, screen).not.toBe(general)
      expect(own.steps, screen).toHaveLength(helpFor(screen, 'en').steps.length)
      expect(own.note === undefined, screen).toBe(helpFor(screen, 'en').note === undefined)
    }
  })
})
