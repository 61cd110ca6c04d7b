/** One word for each thing and audience (docs/glossary.md): a visitor reads none of the staff's words. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { languages, type Language } from '../../src-shared/domain/index.ts'
import { describeFailure, errorCodes, type ErrorCode } from '../../src-shared/failures/codes.ts'
import { errorTexts } from '../../src-shared/failures/texts.ts'
import * as named from '../../src-shared/failures/named.ts'
import { visitorTexts } from '../../src-shared/failures/visitor-texts.ts'
import { policyCodes } from '../../src-shared/policy/index.ts'
import { slipTexts } from '../../src-shared/domain/slip-texts.ts'
import { phonePage } from '../../src-hub/e-id/pages.ts'
import { textsOf, windowSources } from '../../resources/locales/check.ts'
import { helpFor } from '../../src-renderer/help/help-for.ts'

const source = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')
const rows = (heading: string) =>
  (source('docs/glossary.md').split(`## ${heading}\n`)[1] ?? '')
    .split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ) ?? []
/** `kioski-` is the beginning of a word, `piste` a whole one. */
function pattern(cells: string): RegExp | null {
  const words = cells.split(',').flatMap((word) => {
    const text = word.trim()
    return text === '' ? [] : [text.endsWith('-') ? text.slice(0, -1) : `${text}(?!\\p{L})`]
  })
  return words.length === 0 ? null : new RegExp(`(?<![\\p{L}-])(?:${words.join('|')})`, 'iu')
}
const columns: Readonly<Record<Language, number>> = { fi: 1, sv: 2, en: 3 }
const offending = (heading: string, text: string, language: Language) =>
  rows(heading).flatMap(([thing, ...cells]) =>
    (pattern(cells[columns[language] - 1] ?? '')?.test(text) ?? false) ? [`${thing ?? ''}: ${text}`] : [],
  )
const staffOnly = 'Words that no visitor reads'
const nowhere = 'Words that nobody reads'

/** The screens and parts of screens that somebody sees who is not signed in. */
const visitorParts = [
  'screens/IdleScreen',
  'screens/ArrivalScreen',
  'screens/LookingScreen',
  'components/CallStaff',
  'components/CardToReader',
  'components/DeliveryRequest',
  'components/EngineNotice',
  'components/LanguageSwitch',
  'components/LookPanel',
  'components/MoreTime',
  'components/OtherDesks',
  'components/PlaceList',
  'components/TrainingReset',
]
const all = { fi: textsOf(windowSources, 'fi'), sv: textsOf(windowSources, 'sv'), en: textsOf(windowSources, 'en') }
/** On screens for both audiences. */
const visitorKeys = new Set(['refused.recipientTitle', 'eId.person', 'eId.qr', 'common.back', 'common.secondsLeft'])
for (const part of visitorParts) {
  const text = source(`src-renderer/${part}.vue`)
  for (const [, quoted, handed] of text.matchAll(/'([a-z][A-Za-z]*(?:\.[A-Za-z-]+)+)'|\btext="([a-zA-Z.-]+)"/g))
    visitorKeys.add(quoted ?? handed ?? '')
  for (const [, beginning] of text.matchAll(/\bt\(`([a-zA-Z.-]+\.)\$\{/g))
    for (const key of all.en.keys()) if (key.startsWith(beginning ?? '-')) visitorKeys.add(key)
}

/** Codes of the failures that a source names. */
function namedIn(file: string, names: RegExp): ErrorCode[] {
  return [...source(file).matchAll(names)].map(([, name]) => named[name as keyof typeof named])
}

/** Refusals and notices that the engine shows while nobody is signed in, by its sources and the policy. */
function visitorCodes(): ErrorCode[] {
  const said = [
    'scanning',
    'arriving',
    'whereabouts',
    'document-means',
    'check-in-screen',
    'directions',
    'requesting',
  ].flatMap((file) => namedIn(`src-main/counter/${file}.ts`, /failures\.(\w+)/g))
  const unreadable = ['scans/classify', 'documents/mrz'].flatMap((file) =>
    namedIn(`src-main/identity/${file}.ts`, /fail\(failures\.(\w+)\)/g),
  )
  const all = new Set<string>([...said, ...unreadable, ...policyCodes, 'L-203', 'L-205', 'L-240'])
  return errorCodes.filter((code) => all.has(code) && !staffCodes.has(code))
}
/** Met only by somebody whose badge was read or who is signed in, or never by whoever checks in. */
const staffCodes: ReadonlySet<string> = new Set([
  ...['L-108', 'L-109', 'L-214', 'L-246', 'L-301', 'L-302', 'L-308', 'L-309', 'L-310', 'L-311', 'L-324', 'L-336'],
  ...['L-401', 'L-403', 'L-404', 'L-405', 'L-409', 'L-414'],
  // Of issuing, routing, letters and proving; L-222 is told a visitor as L-223.
  ...['L-222', 'L-224', 'L-225', 'L-226', 'L-227', 'L-228', 'L-229', 'L-618'],
])

describe('a visitor', () => {
  it('has screens in this test, and the glossary has words', () => {
    expect(visitorKeys.size).toBeGreaterThan(50)
    expect(visitorCodes().length).toBeGreaterThan(15)
    expect(rows(staffOnly).length).toBeGreaterThan(8)
    expect(offending(staffOnly, 'Sinulla on nouto tässä pisteessä.', 'fi')).toHaveLength(2)
    expect(offending(staffOnly, 'Mene palvelupisteeseen noutamaan salasana.', 'fi')).toEqual([])
  })

  it.each(languages)('reads no word of the staff on a screen: %s', (language) => {
    const found = [...visitorKeys].flatMap((key) => {
      const text = all[language].get(key)
      return text === undefined ? [] : offending(staffOnly, text, language).map((what) => `${key} ${what}`)
    })
    expect(found).toEqual([])
  })

  it.each(languages)('reads none in what is refused, and none in the help of those screens: %s', (language) => {
    const refused = visitorCodes().flatMap((code) => {
      const { what, next } = describeFailure({ code }, language, 'visitor')
      return offending(staffOnly, `${what} ${next}`, language).map((word) => `${code} ${word}`)
    })
    const help = ['idle', 'looking', 'arrival', 'refused'].flatMap((screen) => {
      const { title, steps, note } = helpFor(screen, language)
      return [title, ...steps, note ?? ''].flatMap((text) => offending(staffOnly, text, language))
    })
    expect([...refused, ...help]).toEqual([])
  })

  it.each(languages)('reads none on paper and on the phone: %s', (language) => {
    const texts: string[] = []
    JSON.stringify(slipTexts[language], (_, value: unknown) => {
      if (typeof value === 'string') texts.push(value)
      return value
    })
    for (const page of ['begin', 'onward', 'proved', 'L-315', 'L-317', 'L-321', 'L-619'] as const) {
      const shown = phonePage(page, language)
      const own = new RegExp(`lang="${language}"[^>]*>(.*?)</section>`, 'su').exec(shown)?.[1]
      expect(own, page).toBeDefined()
      texts.push((own ?? '').replace(/<[^>]*>/g, ' '))
    }
    expect(texts.flatMap((text) => offending(staffOnly, text, language))).toEqual([])
  })

  it('has a text of their own only for codes that exist', () => {
    for (const code of Object.keys(visitorTexts)) expect(errorCodes).toContain(code)
  })
})

describe('anybody', () => {
  it.each(languages)('reads one word for each thing: %s', (language) => {
    const texts = [
      ...all[language].values(),
      ...Object.values(errorTexts).flatMap((text) => text[language]),
      ...[...new Set(Object.keys(visitorTexts))].flatMap((code) => visitorTexts[code]?.[language] ?? []),
      JSON.stringify(slipTexts[language]),
      source(`src-renderer/help/${language}.json`),
      source(`src-hub/console/locales/${language}.json`),
    ]
    expect(texts.flatMap((text) => offending(nowhere, text, language).map((what) => what.slice(0, 200)))).toEqual([])
  })
})
