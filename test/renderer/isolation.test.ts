/**
 * Every name on every page of both windows stands in an element of its own direction, so that it cannot turn its
 * surroundings.
 */
import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('../../', import.meta.url).pathname
/** What in a template is somebody's or some place's name. */
const named =
  /\.(?:name|displayName|sponsor|actor|createdBy|byStaff|decidedBy|staffName|initials)\b(?!\()|(?:fullName|listedName|local|desks\.name|desks\.place)\(|\.unit\[/
/** Interpolations that hold such a word and no name. */
const none: ReadonlySet<string> = new Set([
  'counts[place.name]',
  'fact.name',
  't(`nav.${place.name}`)',
  'session.me?.name',
])

it('no name without isolation', () => {
  const bare: string[] = []
  let seen = 0
  for (const file of globSync(['src-renderer/**/*.vue', 'src-hub/console/**/*.vue'], { cwd: root })) {
    const text = readFileSync(root + file, 'utf8')
    const template = text.slice(text.indexOf('<template>'), text.lastIndexOf('</template>'))
    for (const match of template.matchAll(/\{\{([\s\S]*?)\}\}/g)) {
      const expression = (match[1] ?? '').trim().replaceAll(/\s+/g, ' ')
      // Values of a translation are isolated where they are put in (`isolating`).
      if (!named.test(expression) || none.has(expression) || /^(?:t|te|said\.name)\(|\bisolated\(/.test(expression))
        continue
      const before = template.slice(0, match.index).trimEnd()
      const element = before.slice(before.lastIndexOf('<'))
      // Choices of a list may turn on `t(...)` alone; each side is text of the house or isolated by `desks.name`.
      const ternary =
        /\bt\(/.test(expression) && !/\.(?:name|actor)\b(?!\()/.test(expression.replaceAll(/desks\.name/g, ''))
      seen += 1
      if (!ternary && !/^<bdi\b|dir="auto"/.test(element)) bare.push(`${file}: ${expression}`)
    }
  }
  expect(seen).toBeGreaterThan(40)
  expect(bare).toEqual([])
})
