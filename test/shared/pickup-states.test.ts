/** What may be done with a pickup in which state, at a desk and at the hub. */
import { expect, test } from 'vitest'
import { HubPickupState } from '../../src-shared/hub-api/agent/words.ts'
import { PickupState } from '../../src-shared/domain/index.ts'
import { hubPickupCan, pickupCan } from '../../src-shared/domain/pickup-states.ts'

const deskStates = (may: (state: PickupState) => boolean) => PickupState.options.filter(may)
const hubStates = (may: (state: string) => boolean) => HubPickupState.options.filter(may)

test('a desk serves what has not ended, and says of each end what it was', () => {
  expect(PickupState.options.map((state) => [state, pickupCan.notBeServedFor(state)])).toEqual([
    ...['waiting', 'arrived', 'verified', 'printing', 'printed', 'failed', 'uncertain'].map((state) => [state, null]),
    ['handed-over', 'L-204'],
    ['returned', 'L-203'],
    ['revoked', 'L-203'],
    ['burned', 'L-208'],
    ['dispatched', 'L-204'],
  ])
  expect(deskStates(pickupCan.beServed)).toEqual(deskStates((state) => pickupCan.notBeServedFor(state) === null))
  expect(deskStates(pickupCan.beSentElsewhere)).toEqual(deskStates(pickupCan.beServed))
})

test('only what was proved is released, and it alone may be finished after closing', () => {
  expect(deskStates(pickupCan.release)).toEqual(['verified'])
  expect(deskStates(pickupCan.finishAfterClosing)).toEqual(['verified'])
})

test('no request and no grant of the hub undoes what is in somebody’s hand, in the post or burned', () => {
  const gone = ['handed-over', 'burned', 'dispatched']
  for (const may of [pickupCan.beAskedBack, pickupCan.beClosed, pickupCan.beGrantedAgain])
    expect(deskStates(may).filter((state) => gone.includes(state))).toEqual([])
  expect(deskStates((state) => !pickupCan.beGrantedAgain(state))).toEqual([
    ...['printing', 'printed', 'uncertain'],
    ...gone,
  ])
  // What it was asked for before has been answered.
  expect(deskStates((state) => pickupCan.beClosed(state) && !pickupCan.beAskedBack(state))).toEqual(['revoked'])
})

test('at the hub a secret that is out of its hands frees no pickup, and only what came to nothing is issued anew', () => {
  expect(hubStates(hubPickupCan.beServed)).toEqual(['unassigned', 'granted', 'revoking'])
  expect(hubStates((state) => !hubPickupCan.beFreed(state))).toEqual([
    ...['handed-over', 'burned', 'dispatched', 'delivered', 'returned-by-post'],
  ])
  expect(hubStates(hubPickupCan.beReissued)).toEqual(['burned', 'returned', 'revoked', 'returned-by-post'])
  // A state that no table knows is a bug, and no pickup that may be served.
  expect(() => hubPickupCan.beServed('lost')).toThrow()
})
