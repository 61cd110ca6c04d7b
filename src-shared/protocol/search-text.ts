/**
 * The one folding of names, accounts and references for search. What is kept is a text's words; what is asked for is a
 * query; each word asked for begins a word kept. The hub's SQL (`searchFunctions`) makes the same words from the same
 * table.
 */
import {
  apostrophes,
  betweenParts,
  betweenWords,
  leftOut,
  longestWord,
  oneForMore,
  oneForOne,
  twoLetters,
  twoLettersPlainA,
} from './search-letters.ts'

const ascii = /^[\0-\x7f]*$/u
const anyApostrophe = new RegExp(`[${apostrophes}]`, 'gu')
const out = new RegExp(`[${leftOut}]`, 'gu')
const words = new RegExp(`[${betweenWords}]+`, 'u')
const parts = new RegExp(`[${betweenParts}]+`, 'u')
const anyTwo = new RegExp(`[${twoLetters.map(([letter]) => letter).join('')}]`, 'u')
const allTwo = new RegExp(anyTwo.source, 'gu')
const tables = [new Map(twoLetters), new Map(twoLettersPlainA)]
const folded = new Map([...oneForOne, ...oneForMore])

/** Small letters without marks; hyphens, apostrophes and spaces stay where they are. */
function plain(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  let result = ''
  for (const letter of text.replace(anyApostrophe, "'").normalize('NFKD').replace(out, ''))
    result += folded.get(letter) ?? letter
  return result
}

const cut = (word: string) => (word.length <= longestWord ? word : [...word].slice(0, longestWord).join(''))

/**
 * One word as typed: its parts, and the whole without what parts them. Empty when there is no letter or digit in it.
 */
function partsOf(word: string): { readonly parts: readonly string[]; readonly whole: string } {
  const found = word.split(parts).filter((part) => part !== '')
  return { parts: found.map(cut), whole: cut(found.join('')) }
}

/** As typed, and as an ICAO register writes it, with Å as AA and as A; one alone where they are the same. */
function spelt(text: string): readonly string[] {
  const composed = text.normalize('NFC')
  if (!anyTwo.test(composed)) return [text]
  return [text, ...tables.map((table) => composed.replace(allTwo, (letter) => table.get(letter) ?? letter))]
}

/**
 * The words under which a text is found: every part of a word, and the whole word where a hyphen, an apostrophe or a
 * dot parts it.
 */
export function searchWords(text: string): Set<string> {
  const found = new Set<string>()
  for (const form of spelt(text))
    for (const word of plain(form).split(words)) {
      const { parts: each, whole } = partsOf(word)
      for (const part of each) found.add(part)
      if (whole !== '') found.add(whole)
    }
  return found
}

/** `searchWords` as one text for `findsIn`: a space before each. */
export function searchText(text: string): string {
  let result = ''
  for (const word of searchWords(text)) result += ` ${word}`
  return result
}

/** Every term must be found; a term is found when every word of one of its ways begins a word. */
export type SearchQuery = readonly (readonly (readonly string[])[])[]

/** What somebody typed. Empty: it has no letter or digit, and finds nothing. */
export function searchQuery(text: string): SearchQuery {
  return text.split(/\s+/u).flatMap((typed) => {
    const [first = [], ...more] = spelt(typed).map((form) => plain(form).split(words))
    // A word may hold several by its punctuation: `Virtanen,Aino`.
    return first.flatMap((word, i) => {
      const ways = [word, ...more.map((form) => form[i] ?? '')].flatMap((each) => {
        const { parts: of, whole } = partsOf(each)
        return whole === '' ? [] : of.length > 1 ? [[...new Set(of)], [whole]] : [of]
      })
      const distinct = ways.filter((way, at) => ways.findIndex((other) => other.join(' ') === way.join(' ')) === at)
      return distinct.length === 0 ? [] : [distinct]
    })
  })
}

/** Whether a text of `searchText` has what is asked for. */
export function findsIn(text: string, query: SearchQuery): boolean {
  return query.every((ways) => ways.some((way) => way.every((word) => text.includes(` ${word}`))))
}

/**
 * The query for PostgreSQL's `tsquery`; null when nothing was asked for. Words hold letters and digits alone: quoting
 * cannot be talked round.
 */
export function searchTsquery(text: string): string | null {
  const quoted = (word: string) => `'${word.replaceAll(/['\\]/g, '')}':*`
  const terms = searchQuery(text).map(
    (ways) => `(${ways.map((way) => `(${way.map(quoted).join(' & ')})`).join(' | ')})`,
  )
  return terms.length === 0 ? null : terms.join(' & ')
}

const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`

/** `lodge_plain(text)` and `lodge_words(text)` as SQL: `plain` and `searchWords` above, in PostgreSQL. */
export function searchFunctions(): string {
  const from = [...oneForOne.keys()].join('')
  const to = [...oneForOne.values()].join('')
  const replaced = (text: string, pairs: readonly (readonly [string, string])[]) =>
    pairs.reduce((inner, [letter, more]) => `replace(${inner}, ${sqlText(letter)}, ${sqlText(more)})`, text)
  const spelt = (table: typeof twoLetters) =>
    `UNION ALL SELECT lodge_plain(${replaced('normalize($1, NFC)', table)})
      WHERE octet_length($1) <> length($1) AND normalize($1, NFC) ~ '[${twoLetters.map(([letter]) => letter).join('')}]'`
  const bare = `regexp_replace(normalize(translate($1, ${sqlText(apostrophes)}, ${sqlText("'".repeat(apostrophes.length))}), NFKD), '[${leftOut}]', '', 'g')`
  return `
CREATE OR REPLACE FUNCTION lodge_plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN octet_length($1) = length($1) THEN lower($1 COLLATE "C")
    ELSE ${replaced(`translate(${bare}, ${sqlText(from)}, ${sqlText(to)})`, oneForMore)} END
$$;
CREATE OR REPLACE FUNCTION lodge_words(text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(DISTINCT left(x.w, ${longestWord})) FILTER (WHERE x.w <> ''), '{}') FROM (
    SELECT lodge_plain($1) AS p
    ${[twoLetters, twoLettersPlainA].map(spelt).join('\n    ')}) s,
    LATERAL regexp_split_to_table(s.p, '[${betweenWords}]+') AS word,
    LATERAL (SELECT regexp_split_to_table(word, '[${betweenParts}]+') UNION ALL SELECT regexp_replace(word, '[${betweenParts}]+', '', 'g')) AS x(w)
$$;
`
}
