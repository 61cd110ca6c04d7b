/** What a slip that is missing means where a hub that was put back from its backup has forgotten the grant. */
import { expect, test } from 'vitest'
import { Incarnation, PickupId, SlipId } from '../../src-shared/domain/index.ts'
import { genesisHash } from '../../src-shared/hub-api/ledger-entry.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import type { CheckedEntry } from '../../src-hub/ledger/check.ts'
import { applyEntry, noEffects, type OpenGrant, type WorkingSet } from '../../src-hub/ledger/rules.ts'

const pickup = PickupId.parse(newId())
const [before, now] = [Incarnation.parse(newId()), Incarnation.parse(newId())]
const epoch = { incarnation: before, n: 3 }

function missing(): CheckedEntry {
  const facts = { slip: SlipId.parse(newId()) }
  const entry = { seq: 7, time: 1, kind: 'slip-missing', pickup, epoch, actor: null, facts, prev: genesisHash } as const
  return { seq: 7, kind: entry.kind, time: 1, pickup, epoch, bytes: '', hash: genesisHash, signature: null, entry }
}

/** The hub knows the pickup in `state`, and of no grant of it but `other`. */
function forgetful(state: string, restored: boolean, other: OpenGrant | null = null): WorkingSet {
  const row = { was: state, state, movingTo: null, ending: 'revoked' as const, held: false }
  return {
    pickups: new Map([[pickup, row]]),
    grants: new Map(other === null ? [] : [[pickup, other]]),
    ...{ handedOver: new Map(), granted: new Set(), told: new Set(), writtenOff: false },
    ...{ desk: 'desk', incarnation: now, restored },
  }
}

test('its pickup is burned: no other slip of that secret is ever handed over', () => {
  const set = forgetful('unassigned', true)
  const effects = noEffects()
  applyEntry(set, effects, 'kiosk', missing())
  expect(set.pickups.get(pickup)?.state).toBe('burned')
  expect([...effects.changed]).toEqual([pickup])
})

test('granted to another kiosk meanwhile, it is asked back from there', () => {
  const other = { pickup, incarnation: now, n: 1, kiosk: 'other', ended: null }
  const set = forgetful('granted', true, other)
  const effects = noEffects()
  applyEntry(set, effects, 'kiosk', missing())
  expect(effects.recalled).toEqual([{ pickup, kiosk: 'other', epoch: { incarnation: now, n: 1 } }])
})

test('what has ended stays as it ended, and a hub that has forgotten nothing takes it for no word of its own', () => {
  const ended = forgetful('handed-over', true)
  applyEntry(ended, noEffects(), 'kiosk', missing())
  expect(ended.pickups.get(pickup)?.state).toBe('handed-over')
  const whole = forgetful('unassigned', false)
  const effects = noEffects()
  applyEntry(whole, effects, 'kiosk', missing())
  expect(whole.pickups.get(pickup)?.state).toBe('unassigned')
  expect(effects.alarms.map(({ kind }) => kind)).toEqual(['foreign-entry'])
})
