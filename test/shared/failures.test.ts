/** Each expected failure has a code, a name and words in three languages, and none of them twice. */
import { expect, it } from 'vitest'
import { errorCodes } from '../../src-shared/failures/codes.ts'
import * as named from '../../src-shared/failures/named.ts'

it('every code has one name, and every name a code that has words', () => {
  expect(Object.values(named).toSorted()).toEqual(errorCodes.toSorted())
})
