/** Which names may come in, and how what is stored already is shown. All names are invented. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NameOnRecord } from '../../src-shared/hub-api/agent/words.ts'
import { codesCsv } from '../../src-hub/kiosks/index.ts'
import { DeskId } from '../../src-shared/domain/index.ts'
import { saveable } from './human-text-doors.ts'
import {
  failureOfText,
  hiddenIn,
  HumanText,
  isolated,
  isolating,
  shownDeep,
  shownText,
} from '../../src-shared/domain/human-text.ts'

const read = (text: string) => {
  const parsed = HumanText(120).safeParse(text)
  return parsed.success ? 'ok' : (failureOfText(parsed.error.issues[0])?.code ?? parsed.error.issues[0]?.code)
}

/** Names that people have, with what their scripts need: every one comes in, and is shown as it is. */
const real: Readonly<Record<string, string>> = {
  'a Persian name with a non-joiner': 'علی\u200cرضا',
  'another, and a space': 'محمد\u200cعلی رضایی',
  'Sinhala with a joiner': 'ශ්\u200dරී',
  'Bengali, a joiner before its sign': 'র\u200d্যাচেল',
  'Malayalam, a letter of old spelling at the end': 'മോഹന്\u200d',
  'the same, before a space': 'മോഹന്\u200d ദാസ്',
  'Devanagari with a non-joiner': 'क्\u200cष',
  'Kannada with a joiner': 'ರ\u200d್ಯ',
  'Mongolian with its vowel separator': 'ᠬᠠ\u180eᠠ',
  'Japanese with an ideographic variation': '葛\u{e0100}城',
  'Japanese with a standardised variation': '辻\ufe00',
  'Arabic with vowel signs and a doubled letter': 'مُحَمَّد',
  Hebrew: 'יוסף בן־דוד',
  'Hebrew with points': 'יִשְׂרָאֵל',
  Vietnamese: 'Nguyễn Thị Ánh',
  'Vietnamese, taken apart': 'Nguyễn'.normalize('NFD'),
  Yoruba: 'Ọ̀ṣun',
  Navajo: 'Tł’éé’',
  Hawaiian: 'Keawe‘ōpala',
  Thai: 'น้ำทิพย์',
  Burmese: 'မြန်မာ',
  Khmer: 'ស្រីមុំ',
  Tibetan: 'བསྟན་འཛིན',
  'a middle dot and hyphens of every length': 'Col·lell-Vidal‐Roca‑Puig',
  Georgian: 'ნინო',
  'a no-break space': 'de\u00a0la Cruz',
}

describe('a real name comes in and is shown as it is', () => {
  it.each(Object.entries(real))('%s', (_what, name) => {
    expect(read(name)).toBe('ok')
    expect(shownText(name)).toBe(name)
    expect(NameOnRecord.safeParse({ family: name, given: '' }).success).toBe(true)
  })
})

/** What must not come in, and how it is shown where it is stored already. */
const hostile: readonly (readonly [what: string, text: string, refusal: string, shown: string])[] = [
  ['right-to-left override', 'Aino\u202enenatriV', 'L-720', 'AinonenatriV'],
  ['left-to-right override', '\u202dAino', 'L-720', 'Aino'],
  ['embedding and its end', '\u202bAino\u202c', 'L-720', 'Aino'],
  ['left-to-right embedding', '\u202aAino', 'L-720', 'Aino'],
  ['isolates', '\u2066Aino\u2069', 'L-720', 'Aino'],
  ['right-to-left isolate', '\u2067Aino', 'L-720', 'Aino'],
  ['first strong isolate', 'Ai\u2068no', 'L-720', 'Aino'],
  ['left-to-right mark', 'Aino\u200e', 'L-720', 'Aino'],
  ['right-to-left mark', 'Aino\u200fX', 'L-720', 'AinoX'],
  ['Arabic letter mark', 'علی\u061cرضا', 'L-720', 'علیرضا'],
  ['null', 'Ai\u0000no', 'L-720', 'Aino'],
  ['bell', 'Ai\u0007no', 'L-720', 'Aino'],
  ['escape', 'Ai\u001b[31mno', 'L-720', 'Ai[31mno'],
  ['line feed', 'Ai\nno', 'L-720', 'Ai\nno'],
  ['tab', 'Ai\tno', 'L-720', 'Ai\tno'],
  ['delete', 'Ai\u007fno', 'L-720', 'Aino'],
  ['C1, next line', 'Ai\u0085no', 'L-720', 'Aino'],
  ['C1, sequence introducer', 'Ai\u009bno', 'L-720', 'Aino'],
  ['line separator', 'Ai\u2028no', 'L-720', 'Aino'],
  ['paragraph separator', 'Ai\u2029no', 'L-720', 'Aino'],
  ['zero width space', 'Ai\u200bno', 'L-720', 'Aino'],
  ['word joiner', 'Ai\u2060no', 'L-720', 'Aino'],
  ['byte order mark', 'Ai\ufeffno', 'L-720', 'Aino'],
  ['soft hyphen', 'Ai\u00adno', 'L-720', 'Aino'],
  ['non-joiner between Latin letters', 'Ai\u200cno', 'L-720', 'Aino'],
  ['joiner at the end of a Latin name', 'Aino\u200d', 'L-720', 'Aino'],
  ['non-joiner twice', 'علی\u200c\u200cرضا', 'L-720', 'علیرضا'],
  ['non-joiner at the beginning', '\u200cعلی', 'L-720', 'علی'],
  ['joiner at the end of a Persian name', 'علی\u200d', 'L-720', 'علی'],
  ['variation selector on a Latin letter', 'A\ufe0fino', 'L-720', 'Aino'],
  ['two variation selectors', '葛\u{e0100}\u{e0101}', 'L-720', '葛\u{e0100}'],
  ['Hangul filler', 'Ai\u3164no', 'L-720', 'Aino'],
  ['half-width Hangul filler', 'Ai\uffa0no', 'L-720', 'Aino'],
  ['empty Braille cell', 'Ai\u2800no', 'L-720', 'Aino'],
  ['tag characters', 'Aino\u{e0041}\u{e0042}', 'L-720', 'Aino'],
  ['language tag', 'Aino\u{e0001}', 'L-720', 'Aino'],
  ['invisible plus', 'Ai\u2064no', 'L-720', 'Aino'],
  ['combining grapheme joiner', 'Ai\u034fno', 'L-720', 'Aino'],
  ['lone high surrogate', 'Ai\ud800no', 'L-720', 'Ai\ufffdno'],
  ['lone low surrogate', 'Aino\udc00', 'L-720', 'Aino\ufffd'],
  ['surrogates the wrong way round', '\udc00\ud800', 'L-720', '\ufffd\ufffd'],
  ['noncharacter', 'Ai\uffffno', 'L-720', 'Ai\ufffdno'],
  ['annotation anchor', 'Ai\ufff9no', 'L-720', 'Aino'],
  ['thirty marks on a letter', `A${'\u0301'.repeat(30)}ino`, 'L-722', 'Á\u0301\u0301ino'],
  ['marks of many kinds', 'A\u0300\u0316\u0301\u0317\u0302\u0318ino', 'L-722', 'A\u0300\u0316\u0301ino'],
  ['a mark on nothing', '\u0301Aino', 'L-722', '\u25cc\u0301Aino'],
  ['a mark on a space', 'Aino \u0301', 'L-722', 'Aino \u25cc\u0301'],
  ['a Thai vowel sign thirty times', `ก${'\u0e34'.repeat(30)}`, 'L-722', `ก${'\u0e34'.repeat(8)}`],
  ['an enclosing mark on nothing', '\u20e0', 'L-722', '\u25cc\u20e0'],
  ['too many characters', 'ä'.repeat(121), 'too_big', 'ä'.repeat(121)],
  ['too many bytes', '葛'.repeat(101), 'L-721', '葛'.repeat(101)],
]

describe('what cannot be seen, turns text around or crowds is refused, and harmless where it is stored', () => {
  it.each(hostile)('%s', (_what, text, refusal, shown) => {
    expect(read(text)).toBe(refusal)
    expect(shownText(text).normalize('NFC')).toBe(shown.normalize('NFC'))
    expect(NameOnRecord.safeParse({ family: 'Virtanen', given: text }).success).toBe(false)
  })

  it.each(hostile)('at every door: %s', (_what, text) => {
    expect(saveable(text)).toEqual([])
  })
  it.each(Object.entries(real))('and a real name at every door: %s', (_what, name) => {
    expect(saveable(name)).not.toEqual([])
    expect(saveable(name)).toEqual(saveable('Aino'))
  })
})

describe('over whole blocks of Unicode', () => {
  const anyText = fc
    .array(
      fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
      { maxLength: 20 },
    )
    .map((all) => all.join(''))
  const invisible = /[\p{Bidi_Control}\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\ufeff\u200b\u2060]/u

  it('what is shown has nothing that turns or hides, is shown the same again, and keeps every letter', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = shownText(text)
        expect(invisible.test(shown.replaceAll(/[\t\n\r]/g, ''))).toBe(false)
        expect(shownText(shown)).toBe(shown)
        const letters = (of: string) =>
          (of.replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '').match(/\p{L}/gu) ?? []).join('')
        expect(letters(shown)).toBe(letters(text))
      }),
      { numRuns: 3000 },
    )
  })
  it('what comes in is shown as it came in', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = HumanText(120).safeParse(text)
        if (parsed.success) expect(shownText(parsed.data)).toBe(parsed.data)
      }),
      { numRuns: 3000 },
    )
  })
  it('every letter of every script comes in by itself', () => {
    const refused: string[] = []
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const letter = String.fromCodePoint(code)
      if (/\p{L}/u.test(letter) && !/\p{Default_Ignorable_Code_Point}/u.test(letter) && hiddenIn(letter) !== null)
        refused.push(code.toString(16))
    }
    expect(refused).toEqual([])
  })
})

it('in a whole value: every text, keys as they are, and the same value where nothing changes', () => {
  const clean = { a: ['x', { b: 'y' }], n: 1, z: null }
  expect(shownDeep(clean)).toBe(clean)
  expect(shownDeep({ a: ['\u202ex', { b: 'y\u200b' }], n: 1 })).toEqual({ a: ['x', { b: 'y' }], n: 1 })
})

it('a name from right to left is isolated in a sentence, others are not', () => {
  expect(isolated('יוסף')).toBe('\u2068יוסף\u2069')
  expect(isolated('Aino')).toBe('Aino')
  const t = isolating((key: string, named: Record<string, unknown>) => `${key}: ${JSON.stringify(named)}`)
  expect(t('k', { name: 'علي', n: 3 })).toBe('k: {"name":"\u2068علي\u2069","n":3}')
})

it('a table of enrolment codes shows the names of desks, and no formula among them', () => {
  const text = (name: string) => ({ fi: name, sv: name, en: name })
  const desk = { id: 'AAAAAAAAAAAAAAAAAAAAAA', kind: 'porter', unit: text('=1+1'), name: text('Lo\u202edge\u200b') }
  const csv = codesCsv([{ desk: { ...desk, id: DeskId.parse(desk.id), kind: 'porter' }, code: 'C.F' }])
  expect(csv.split('\r\n')[1]).toMatch(/^'=1\+1,Lodge,porter,C\.F,/)
})
