/** What a correction at the hub undoes at the counter, without a desk. */
import { expect, test } from 'vitest'
import { corrects } from '../../src-main/counter/corrections.ts'
import { atRest, nothingHeld, type CounterState } from '../../src-main/counter/steps.ts'
import { facts, noon, pickup, recipientId, verifyStep } from './facts.ts'

const mine = pickup()
const other = pickup()
const ownerOf = (id: string) => [mine, other].find((each) => each.id === id)?.person.recipient
const at: CounterState = {
  ...atRest,
  step: verifyStep(facts(mine)),
  held: {
    ...nothingHeld,
    document: {
      view: { kind: 'passport', issuerCountry: 'FIN', expiry: 'valid', nameMatch: 'exact' },
      pickups: new Set([mine.id, other.id]),
      readAt: noon,
      session: 's',
    },
    apart: { recipient: mine.person.recipient, by: 'card' },
  },
}

test('what was read and told of a corrected person is let go, and their open pickup is shown anew', () => {
  const next = corrects(at, [mine.id], ownerOf)
  expect(next.show).toEqual({ do: 'open', pickup: mine.id })
  expect(next.hold.apart).toBeNull()
  expect([...(next.hold.document?.pickups ?? [])]).toEqual([other.id])
})

test('a correction of somebody else leaves what is open, and whom it was told apart from', () => {
  const next = corrects(at, [other.id], ownerOf)
  expect(next.show).toEqual({ do: 'nothing' })
  expect(next.hold.apart).toEqual({ recipient: mine.person.recipient, by: 'card' })
  expect([...(next.hold.document?.pickups ?? [])]).toEqual([mine.id])
  expect(corrects(at, [], recipientId).hold.document).toBe(at.held.document)
})

test('people to choose from are chosen from anew, and a slip that is out is only written anew', () => {
  const views = [facts(mine).view, facts(other).view]
  const choose: CounterState = { ...at, step: { step: 'choose', pickups: views, document: null, namesakes: false } }
  expect(corrects(choose, [other.id], ownerOf).show).toEqual({ do: 'choose', pickups: [mine.id, other.id] })
  expect(corrects({ ...at, step: { step: 'idle' } }, [mine.id], ownerOf).show).toEqual({ do: 'nothing' })
})
