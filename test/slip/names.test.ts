/** Names on paper: the letters that a printer's page lacks, in the nearest that it has. All names are invented. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slipText } from '../../src-main/slip/index.ts'
import { tableOf, type CodePage } from '../../src-main/slip/code-pages.ts'

const pages: readonly CodePage[] = ['windows1252', 'cp858', 'cp852']

describe('letters that the page lacks', () => {
  it.each([
    ['Əliyev Rəşad', 'Eliyev Resad'],
    ['Łukasz Żółć', 'Lukasz Zólc'],
    ['Đorđe', 'Dorde'],
    ['Ħal Għargħur', 'Hal Gharghur'],
    ['Ŋuŋu', 'Nunu'],
    ['ŁÓDŹ', 'LÓDZ'],
    ['Iſmo', 'Ismo'],
    ['Ɓala Ɗan Ƙofa', 'Bala Dan Kofa'],
    ['ẞTRAẞE', 'SSTRASSE'],
    ['Ĳsbrand', 'IJsbrand'],
    ['Kŕž Ďurĺk', 'Krž Durlk'],
    ['Nguyễn Thị Ánh', 'Nguyen Thi Ánh'],
    ['Țăran Șerban', 'Taran Serban'],
    ['Keawe\u02bbopala', "Keawe'opala"],
    ['Anne\u2010Marie Roca\u2011Puig', 'Anne-Marie Roca-Puig'],
    ['Иванов Пётр', 'Ivanov Petr'],
    ['Щербакова Юлия', 'Shcherbakova Iuliia'],
    ['ЖЕЛЕЗНЯК', 'ZHELEZNIaK'.toUpperCase()],
    ['سمر', 'Smr'],
    ['يوسف', 'Ywsf'],
    ['علی\u200cرضا', 'Elyarda'],
  ])('%s is %s', (name, paper) => {
    const got = slipText(name)
    if (/\p{Script=Arabic}/u.test(name)) expect(got).toMatch(/^[A-Z][a-z]+$/)
    else expect(got.toLowerCase()).toBe(paper.toLowerCase())
    expect(got).not.toContain('_')
  })
})

/** Letters of a block. */
const lettersOf = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).filter((letter) =>
    /\p{L}/u.test(letter),
  )
const blocks = {
  'Latin-1': lettersOf(0xc0, 0xff),
  'Latin Extended-A': lettersOf(0x100, 0x17f),
  'Latin Extended-B': lettersOf(0x180, 0x24f),
  'Latin Extended Additional': lettersOf(0x1e00, 0x1eff),
  Cyrillic: lettersOf(0x410, 0x44f),
  Arabic: lettersOf(0x621, 0x63a),
}

describe.each(Object.entries(blocks))('%s', (_block, letters) => {
  it.each(pages)('no letter is lost or a blank, on %s', (page) => {
    const table = tableOf(page)
    const lost = letters.filter((letter) => {
      const paper = slipText(letter, page)
      const prints = [...paper].every((each) => table.has(each.codePointAt(0) ?? 0))
      return paper === '' || paper.includes('_') || !prints
    })
    // The soft sign writes nothing by the standard.
    expect(lost.filter((letter) => !'Ьь'.includes(letter))).toEqual([])
  })
})

it('any name: only what the page has, never a control, never longer than a line is bounded to', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom(...pages), (text, page) => {
      const table = tableOf(page)
      const paper = slipText(text, page)
      expect([...paper].every((letter) => table.has(letter.codePointAt(0) ?? 0))).toBe(true)
      // eslint-disable-next-line no-control-regex
      expect(/[\0-\x1f\x7f-\x9f]/.test(paper)).toBe(false)
      expect(paper.length).toBeLessThanOrEqual(120)
    }),
    { numRuns: 2000 },
  )
})
