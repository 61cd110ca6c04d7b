/** A check-in screen keeps what was asked for at it only as long as the limit of requests in a day needs. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { screenKeepsMs, sendRequests } from '../../src-main/desk/send-requests.ts'
import { createDeliveryRequests, type DeliveryRequests } from '../../src-main/pickups/index.ts'
import type { HubClient } from '../../src-main/sync/index.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import { enrolledFolder, openRooms, type EnrolledFolder, type Rooms } from '../staff/rooms.ts'

const tag = Buffer.alloc(16, 3)
let at: EnrolledFolder
let rooms: Rooms
let requests: DeliveryRequests
let now = 0
let away = false

beforeEach(() => {
  now = Date.UTC(2026, 2, 2, 9)
  away = false
  at = enrolledFolder()
  rooms = openRooms(at)
  requests = createDeliveryRequests(rooms.store.db, rooms.keys.cacheKey)
})
afterEach(() => {
  rooms.close()
  at.remove()
})
const hub = {
  call: (_: string, { body }: { body: { request: string } }): Promise<Result<object>> =>
    Promise.resolve(
      away ? fail('L-601') : ok({ request: body.request, state: 'waiting', reason: null, reference: null }),
    ),
} as unknown as HubClient
const file = () => requests.file(tag, { cardTag: tag.toString('base64url'), account: null }, now, null)
const round = (forgetMs?: number) => sendRequests({ requests, hub, now: () => now, forgetMs })()
const rows = () => rooms.store.db.prepare('SELECT count(*) AS n FROM delivery_request').get()

test('a screen forgets a request a day after, so that the same person may ask another time', async () => {
  file()
  await round(screenKeepsMs)
  expect(requests.latest(tag)).toMatchObject({ sent: true, state: 'waiting' })
  now += screenKeepsMs - 1
  await round(screenKeepsMs)
  expect(requests.latest(tag)).not.toBeNull()
  now += 1
  await round(screenKeepsMs)
  expect(requests.latest(tag)).toBeNull()
  expect(rows()).toEqual({ n: 0 })
})

test('what the hub has not got is kept until it has', async () => {
  away = true
  file()
  now += 3 * screenKeepsMs
  await round(screenKeepsMs)
  expect(requests.unsent(5)).toHaveLength(1)
  away = false
  await round(screenKeepsMs)
  expect(rows()).toEqual({ n: 0 })
})

test('a desk’s own kiosk, which is told of decisions, keeps its requests', async () => {
  file()
  await round()
  now += 30 * screenKeepsMs
  await round()
  expect(requests.latest(tag)).toMatchObject({ state: 'waiting' })
})
