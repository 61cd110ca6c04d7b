/**
 * The search finds each form, alone, inside other bytes, and across base64's alignments: a search that cannot find
 * proves nothing.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSearch, formsOf } from './needles.ts'

const secret = 'Åäö€ž{|}~^`@#-K9'

it('finds every form of a value that is planted among random bytes', () => {
  const needles = formsOf('secret', secret)
  expect(needles.length).toBeGreaterThan(15)
  const search = createSearch(needles)
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(...needles),
      (before, after, needle) => {
        expect(search(Buffer.concat([before, needle.bytes, after])).some(({ form }) => form === needle.form)).toBe(true)
      },
    ),
  )
})
it('finds a value inside a longer text that was base64-encoded whole', () => {
  const search = createSearch(formsOf('secret', secret))
  fc.assert(
    fc.property(
      fc.string({ maxLength: 40 }),
      fc.string({ maxLength: 40 }),
      fc.constantFrom('base64' as const, 'base64url' as const),
      (before, after, encoding) => {
        expect(search(Buffer.from(Buffer.from(before + secret + after).toString(encoding))).length).toBeGreaterThan(0)
      },
    ),
  )
})
it('finds nothing in what does not hold it', () => {
  const search = createSearch(formsOf('secret', secret))
  fc.assert(fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => search(Buffer.from(bytes)).length === 0))
})
