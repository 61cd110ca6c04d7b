/** Which other desks a screen at rest names: open ones that hand something over to people, and never itself. */
import { expect, test } from 'vitest'
import { DeskId, type DeskKind } from '../../src-shared/domain/index.ts'
import type { OpeningHours } from '../../src-shared/domain/opening-hours.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { createOtherDesks, openElsewhere } from '../../src-main/desk/other-desks.ts'
import { noon, place } from '../counter/facts.ts'

const words = { fi: 'Piste', sv: 'Disken', en: 'Desk' }
const never: OpeningHours = { weekly: [[], [], [], [], [], [], []], exceptions: [] }
const desk = (kind: DeskKind, hours: OpeningHours | null = null) => ({
  ...{ id: DeskId.parse(newId()), kind, name: words, unit: words, address: 'Katu 1, 00100 Helsinki', hours },
})

test('open desks of the kinds that the policy serves at', () => {
  const here = place()
  const [open, shut, hr, post] = [desk('porter'), desk('porter', never), desk('hr'), desk('post-room')]
  const itself = { ...desk('porter'), id: here.desk.id }
  const found = openElsewhere({ ...here, directory: [open, shut, hr, post, itself] }, noon)
  expect(found.map(({ id }) => id)).toEqual([open.id])
})

test('a list is kept for a minute, and not beyond a change of the directory', () => {
  let now = noon
  let of = { ...place(), directory: [desk('porter')] }
  const others = createOtherDesks(
    () => of,
    () => now,
  )
  const first = others()
  expect(first).toHaveLength(1)
  now += 59_000
  expect(others()).toBe(first)
  now += 1_000
  expect(others()).not.toBe(first)
  of = { ...of, directory: [] }
  expect(others()).toEqual([])
})
