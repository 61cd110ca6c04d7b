/**
 * Which grants a kiosk takes again. No history of the simulation comes here: the hub's own rules grant nothing anew
 * that was handed over. The kiosk does not rely on them.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Incarnation, PickupId, RecipientId, type PickupState } from '../../src-shared/domain/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { createPickupCache, type PickupCache } from '../../src-main/pickups/index.ts'
import { openStore, type Store } from '../../src-main/storage/index.ts'
import { inventedGrant } from './invented-grant.ts'

const incarnation = Incarnation.parse(newId())
const later = Incarnation.parse(newId())
let folder = ''
let store: Store
let cache: PickupCache
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lodge-grants-'))
  const opened = openStore(join(folder, 'kiosk.db'))
  if (!opened.ok) throw new Error(opened.failure.code)
  store = opened.value
  cache = createPickupCache(store.db, randomBytes(32))
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const grant = (id: PickupId, n: number, of = incarnation) => cache.grant(inventedGrant(id, { incarnation: of, n }))

test.each([
  'handed-over',
  'burned',
  'dispatched',
  'printing',
  'printed',
  'uncertain',
] as const satisfies readonly PickupState[])(
  'a pickup that is %s here is opened by no grant, whatever its epoch or incarnation',
  (state) => {
    const id = PickupId.parse(newId())
    expect(grant(id, 1)).toBe(true)
    if (state === 'handed-over' || state === 'burned' || state === 'dispatched') cache.end(id, state)
    else cache.setState(id, state)
    for (const [n, of] of [
      [1, incarnation],
      [2, incarnation],
      [1, later],
    ] as const)
      expect(grant(id, n, of)).toBe(false)
    expect(cache.get(id)).toMatchObject({ state, epoch: { incarnation, n: 1 } })
  },
)

test('one that was given back is taken again at a later epoch, and never at the one that was acknowledged', () => {
  const id = PickupId.parse(newId())
  grant(id, 2)
  cache.end(id, 'revoked')
  expect(grant(id, 2)).toBe(false)
  expect(grant(id, 1)).toBe(false)
  expect(cache.get(id)?.state).toBe('revoked')
  expect(grant(id, 3)).toBe(true)
  expect(cache.get(id)).toMatchObject({ state: 'waiting', epoch: { incarnation, n: 3 } })
})

const recipient = RecipientId.parse(newId())
const card = randomBytes(16)
const named = (id: PickupId, family: string) =>
  inventedGrant(
    id,
    { incarnation, n: 1 },
    { recipient, name: { family, given: 'Aino' }, cardTags: [card.toString('base64url')] },
  )
const familyOf = (id: PickupId) => cache.get(id)?.person.name.family

test.each([
  'waiting',
  'arrived',
  'printing',
  'printed',
  'failed',
  'uncertain',
] as const satisfies readonly PickupState[])(
  'the same grant with a corrected person is taken in while it is %s, which it stays',
  (state) => {
    const id = PickupId.parse(newId())
    cache.grant(named(id, 'Ennen'))
    cache.setState(id, state)
    cache.grant(named(id, 'Jälkeen'))
    expect([familyOf(id), cache.get(id)?.state]).toEqual(['Jälkeen', state])
  },
)

test('a proof of what stood there before is no proof any more: one that was verified has arrived', () => {
  const id = PickupId.parse(newId())
  cache.grant(named(id, 'Ennen'))
  cache.setState(id, 'verified')
  cache.grant(named(id, 'Ennen'))
  expect(cache.get(id)?.state).toBe('verified')
  cache.grant(named(id, 'Jälkeen'))
  expect(cache.get(id)?.state).toBe('arrived')
})

test.each(['handed-over', 'burned', 'revoked', 'returned', 'dispatched'] as const satisfies readonly PickupState[])(
  'a correction brings nothing of a pickup back that is %s',
  (end) => {
    const id = PickupId.parse(newId())
    cache.grant(named(id, 'Ennen'))
    cache.end(id, end)
    cache.grant(named(id, 'Jälkeen'))
    expect([familyOf(id), cache.get(id)?.state]).toEqual(['Ennen', end])
    expect(cache.idsByCardTag(card)).toEqual([])
  },
)
