/** Pages of grants read beside the desk's thread come out as those read on it, and no death of the thread loses one. */
import { createSecretKey, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { Channel, Incarnation, PickupId, RecipientId } from '../../src-shared/domain/index.ts'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { unwrap } from '../../src-main/vault/index.ts'
import { createPageReader, createPageThread, type PageThread } from '../../src-main/sync/index.ts'

const cacheKey = createSecretKey(randomBytes(32))
const incarnation = Incarnation.parse(newId())
const tag = () => newId()

function pickup(i: number): GrantedPickup {
  return {
    id: PickupId.parse(newId()),
    epoch: { incarnation, n: i + 1 },
    envelope: randomBytes(169).toString('base64url'),
    ...(i % 3 === 0 ? { sealedTo: randomBytes(32).toString('base64url') } : {}),
    secretKind: 'password',
    channel: Channel.parse('porter'),
    requestReference: i % 2 === 0 ? null : `PYY-${i}`,
    recipient: RecipientId.parse(newId()),
    recipientClass: 'student',
    name: { family: 'Ääkkönen-Öström', given: `Aino ${i}` },
    formerNames: [],
    language: 'fi',
    account: `aino${i}`,
    sponsor: null,
    accountValidUntil: null,
    birthTag: i % 5 === 0 ? null : tag(),
    cardTags: Array.from({ length: i % 4 }, tag),
    pickupCodeTag: tag(),
    issuedAt: 1_700_000_000_000 + i,
    expiresAt: 4_000_000_000_000,
  }
}

async function page(pickups: readonly GrantedPickup[], more: boolean) {
  const changes = [
    { seq: 1, kind: 'pickup-revoke', pickup: newId(), epoch: { incarnation, n: 1 }, reason: 'revoked' },
    ...pickups.map((granted, i) => ({ seq: i + 2, kind: 'pickup-granted', pickup: granted })),
  ]
  const text = JSON.stringify({ incarnation, next: changes.length, more, hubTime: 1_772_438_400_000, changes })
  return { bytes: new Uint8Array(await promisify(zstdCompress)(text)), encoding: 'zstd', next: null }
}

let thread: PageThread | null = null
afterEach(async () => {
  await thread?.stop()
})

/** Reads long pages until one was read on the thread; the thread is started by the first. */
async function untilReady(on: PageThread, bytes: Awaited<ReturnType<typeof page>>): Promise<void> {
  on.wake()
  await expect.poll(() => on.read('feed', bytes, cacheKey) !== null, { timeout: 30_000 }).toBe(true)
}

/** As much as the contract lets a pickup say: several times what one usually does. */
function largest(i: number): GrantedPickup {
  const name = { family: 'Ö'.repeat(100), given: 'ä'.repeat(100) }
  return {
    ...pickup(i),
    name,
    formerNames: Array.from({ length: 10 }, () => name),
    cardTags: Array.from({ length: 20 }, tag),
    account: 'å'.repeat(120),
  }
}

test.each([
  ['usual', pickup],
  ['the largest', largest],
])(
  'a page of %s pickups read on the thread is the page read here, names sealed for their own pickup',
  { timeout: 60_000 },
  async (_, make) => {
    const pickups = Array.from({ length: 250 }, (_, i) => make(i))
    const bytes = await page(pickups, true)
    thread = createPageThread()
    await untilReady(thread, bytes)
    const plain = createPageReader(cacheKey, null)
    const threaded = createPageReader(cacheKey, thread)
    const [there, here] = [await threaded.read('feed', bytes), await plain.read('feed', bytes)]
    expect(there?.head).toEqual(here?.head)
    const grants = (await there?.grants()) ?? []
    const same = (await here?.grants()) ?? []
    // A seal has a nonce of its own; what is in it is the same.
    const opened = (list: typeof grants) =>
      list.map((grant) => ({
        ...grant,
        person: unwrap(cacheKey, `lodge/person/1|${grant.id}`, grant.person)?.toString(),
        envelope: Buffer.from(grant.envelope).toString('base64url'),
        sealedTo: grant.sealedTo === null ? null : Buffer.from(grant.sealedTo).toString('base64url'),
        birthTag: grant.birthTag === null ? null : Buffer.from(grant.birthTag).toString('base64url'),
        codeTag: Buffer.from(grant.codeTag).toString('base64url'),
        cardTags: grant.cardTags.map((card) => Buffer.from(card).toString('base64url')),
      }))
    expect(opened(grants)).toEqual(opened(same))
    expect(opened(grants)[7]).toMatchObject({
      cardTags: pickups[7]?.cardTags,
      birthTag: pickups[7]?.birthTag,
      envelope: pickups[7]?.envelope,
    })
    expect(opened(grants)[7]?.person).toContain(pickups[7]?.name.family)
  },
)

test(
  'a thread that dies with pages in hand loses none, and a page that is none is refused at both',
  { timeout: 60_000 },
  async () => {
    const bytes = await page(
      Array.from({ length: 250 }, (_, i) => pickup(i)),
      true,
    )
    thread = createPageThread()
    await untilReady(thread, bytes)
    const reader = createPageReader(cacheKey, thread)
    const pages = [reader.read('feed', bytes), reader.read('feed', bytes), reader.read('feed', bytes)]
    await thread.stop()
    for (const read of await Promise.all(pages)) expect(await read?.grants()).toHaveLength(250)

    thread = createPageThread()
    await untilReady(thread, bytes)
    const torn = { bytes: new Uint8Array(bytes.bytes.slice(0, -40)), encoding: 'zstd', next: null }
    for (const again of [createPageReader(cacheKey, thread), createPageReader(cacheKey, null)]) {
      expect(await again.read('feed', torn)).toBeNull()
      expect(await again.read('snapshot', bytes)).toBeNull()
    }
  },
)
