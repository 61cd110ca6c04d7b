/** The console's three languages: one set of texts, nothing missing, nothing left over, nothing written past them. */
import { globSync, readFileSync } from 'node:fs'
import { parse } from 'vue/compiler-sfc'
import { describe, expect, it } from 'vitest'
import {
  Channel,
  DeskKind,
  languages,
  ProofKind,
  RecipientClass,
  SecretKind,
  StaffRole,
} from '../../src-shared/domain/index.ts'
import { alarmKinds } from '../../src-shared/domain/alarm-kinds.ts'
import { DeclineReason, RequestState } from '../../src-shared/hub-api/kiosk/requests.ts'
import { letterRoutes } from '../../src-shared/hub-api/agent/letters.ts'
import { AgentRole, HubPickupState } from '../../src-shared/hub-api/agent/words.ts'
import { DeskWatch } from '../../src-shared/hub-api/agent/health.ts'
import { ChainProgress } from '../../src-shared/hub-api/agent/audit.ts'
import { Standing } from '../../src-shared/hub-api/agent/queries.ts'
import { ledgerFacts } from '../../src-shared/hub-api/ledger-entry.ts'
import { PrinterState } from '../../src-shared/kiosk-api/index.ts'
import { makeTexts } from '../../src-hub/console/i18n.ts'
import { places } from '../../src-hub/console/places.ts'

const root = new URL('../../src-hub/console/', import.meta.url)

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
const sources = globSync('**/*.{vue,ts}', { cwd: root }).map((path) => ({
  path,
  text: readFileSync(new URL(path, root), 'utf8'),
}))

/** Literal keys, and the literal beginnings of keys completed at run time. */
function usedKeys(): { whole: Set<string>; beginnings: Set<string> } {
  const whole = new Set<string>()
  const beginnings = new Set<string>()
  for (const { text } of sources) {
    for (const [, key] of text.matchAll(/'([a-zA-Z]+(?:\.[A-Za-z0-9-]+)+)'/g)) whole.add(key ?? '')
    for (const [, key] of text.matchAll(/`([a-zA-Z]+\.[a-zA-Z0-9.-]*)\$\{/g)) beginnings.add(key ?? '')
  }
  return { whole, beginnings }
}

/**
 * Acts that the hub's sources write to the audit trail: named where the row is made, or given to a file's own short
 * hand for it.
 */
function acts(): string[] {
  const hub = new URL('../../src-hub/', import.meta.url)
  const written = new Set<string>(['alarm-closed', 'dispute-closed', 're-routed', 'revoked', 'restored'])
  for (const path of globSync('**/*.ts', { cwd: hub, exclude: (name) => name === 'console' })) {
    const text = readFileSync(new URL(path, hub), 'utf8')
    if (!text.includes("'audit'") && !/\bnote\(|audits\.push/.test(text)) continue
    // `act: 'issued'`, `act: how ? 'letter-delivered' : 'burned'`
    for (const [, line] of text.matchAll(/\bact: ([^,\n]*)/g))
      for (const [, act] of (line ?? '').matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)) written.add(act ?? '')
    // `note(tx, now, actor, 'unit-saved', …)`, `record(…, id === undefined ? 'recipient-made' : 'recipient-changed',
    // …)`
    for (const [, call] of text.matchAll(/\b(?:note|record|audit)\(([^{}]*?)(?:\{|\)\n|\)$|\),)/g))
      for (const [, act] of (call ?? '').matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)) written.add(act ?? '')
  }
  // Values of conditions and of details beside the acts.
  for (const other of [
    'more',
    'now',
    'hub',
    'later',
    'over',
    'nobody',
    'audit',
    'issue',
    'check-in',
    'running',
    'proved',
    'delivered',
    'superseded-by',
  ])
    written.delete(other)
  return [...written]
}

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

describe("the console's locales", () => {
  it('hold the same keys, placeholders and plurals, and no empty text', () => {
    const keys = [...all.en.keys()].sort()
    expect(keys.length).toBeGreaterThan(300)
    expect([...all.fi.keys()].sort()).toEqual(keys)
    expect([...all.sv.keys()].sort()).toEqual(keys)
    const names = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort()
    for (const [key, english] of all.en)
      for (const language of languages) {
        const text = all[language].get(key) ?? ''
        expect(text.trim(), `${language} ${key}`).not.toBe('')
        expect(names(text), `${language} ${key}`).toEqual(names(english))
        expect(text.split(' | ').length, `${language} ${key}`).toBe(english.split(' | ').length)
      }
  })

  it('answer every key that a page uses, and hold no other', () => {
    const { whole, beginnings } = usedKeys()
    const groups = new Set([...all.en.keys()].map((key) => key.split('.')[0]))
    const missing = [...whole].filter(
      (key) =>
        groups.has(key.split('.')[0]) &&
        !all.en.has(key) &&
        ![...all.en.keys()].some((other) => other.startsWith(`${key}.`)),
    )
    expect(missing.filter((key) => !/\.(vue|ts|js)$/.test(key))).toEqual([])
    expect(
      [...beginnings].filter(
        (key) => groups.has(key.split('.')[0]) && ![...all.en.keys()].some((other) => other.startsWith(key)),
      ),
    ).toEqual([])
    const unused = [...all.en.keys()].filter(
      (key) => !whole.has(key) && ![...beginnings].some((beginning) => key.startsWith(beginning)),
    )
    expect(unused).toEqual([])
  })

  it('name every value that the hub may send', () => {
    const named: readonly [string, readonly string[]][] = [
      ['class', RecipientClass.options],
      ['channel', Channel.options],
      ['deskKind', DeskKind.options],
      ['secret', SecretKind.options],
      ['staffRole', StaffRole.options],
      ['agentRole', AgentRole.options],
      ['roleHelp', AgentRole.options],
      ['hubState', HubPickupState.options],
      ['standing', Standing.shape.what.options],
      ['desks.reason', DeskWatch.shape.reasons.element.options],
      ['desks', DeskWatch.shape.light.options],
      ['printer', PrinterState.options],
      ['factValue', [...ProofKind.options, ...Channel.options]],
      ['event', [...Object.keys(ledgerFacts), ...acts()]],
      ['alarms.kind', [...alarmKinds, 'dead-letter', 'disable-failed']],
      ['alarms.next', [...alarmKinds, 'dead-letter', 'disable-failed']],
      ['declineReason', DeclineReason.options],
      ['requests.state', RequestState.options],
      ['letters.state', ['on-its-way', 'delivered', 'returned-by-post']],
      ['address.area', letterRoutes.setAddress.reply.shape.area.options],
      ['address.letter', letterRoutes.setAddress.reply.shape.letter.options],
      ['chains.why', ChainProgress.options[2].shape.why.options],
      ['nav', [...places.map(({ name }) => name), 'pickup', 'person', 'me', 'sign-in', 'welcome', 'nowhere']],
    ]
    for (const [group, values] of named)
      for (const value of values) expect(all.en.has(`${group}.${value}`), `${group}.${value}`).toBe(true)
  })

  it('can all be read by the message compiler, and each language counts in its own way', () => {
    const { t } = makeTexts().global
    for (const language of languages)
      for (const [key, text] of all[language]) {
        const said = t(key, { n: 2 }, { locale: language })
        expect(said, `${language} ${key}`).not.toBe(key)
        if (!/[{|]/.test(text)) expect(said).toBe(text)
      }
    expect(t('pickups.count', 1, { locale: 'fi' })).toBe('1 nouto')
    expect(t('pickups.count', 3, { locale: 'fi' })).toBe('3 noutoa')
    expect(t('pickups.count', 3, { locale: 'sv' })).toBe('3 ärenden')
  })
})

describe("the console's templates", () => {
  it('write no words past the locales, no style of their own and no HTML from text', () => {
    const spoken = new Set(['title', 'placeholder', 'aria-label', 'alt', 'aria-description'])
    const found: string[] = []
    let seen = 0
    for (const { path, text } of sources.filter((source) => source.path.endsWith('.vue'))) {
      const walk = (node: Node): void => {
        seen += 1
        if (
          node.type === 2 &&
          typeof node.content === 'string' &&
          /\p{L}{2}/u.test(node.content) &&
          !/^\s*(node verify-export|INC-|HD-|maija\.)/.test(node.content)
        )
          found.push(`${path}:${node.loc.start.line} ${node.content.trim()}`)
        for (const prop of node.props ?? []) {
          if (prop.type === 6 && spoken.has(prop.name) && /\p{L}/u.test(prop.value?.content ?? ''))
            found.push(`${path} ${prop.name}=${prop.value?.content ?? ''}`)
          if (prop.name === 'html' || (prop.type === 6 && prop.name === 'style'))
            found.push(`${path}:${node.loc.start.line} ${prop.name}`)
        }
        for (const child of node.children ?? []) walk(child)
      }
      const ast = parse(text).descriptor.template?.ast
      if (ast !== undefined) walk(ast as unknown as Node)
    }
    expect(seen).toBeGreaterThan(500)
    expect(found).toEqual([])
  })
})
