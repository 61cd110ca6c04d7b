/**
 * The rooms behind sign-in on a real database, with a clock of the test's own: what the engine composes, without
 * devices.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeskId,
  Incarnation,
  KioskId,
  PickupId,
  RecipientId,
  StaffId,
  type StaffRole,
} from '../../src-shared/domain/index.ts'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { openEnvelope, sealEnvelope } from '../../src-shared/protocol/envelope.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { birthTag, cardTag, normaliseCardId, pickupCodeTag } from '../../src-shared/protocol/tags.ts'
import { createLedger } from '../../src-main/ledger/index.ts'
import { createPickupCache } from '../../src-main/pickups/index.ts'
import {
  createOpeningKeys,
  createRoster,
  createSignIn,
  createTrusting,
  type BadgeInHand,
  type Session,
} from '../../src-main/staff/index.ts'
import { openStore } from '../../src-main/storage/index.ts'
import { createKioskRecords } from '../../src-main/sync/index.ts'
import { newSigningKey, unwrapUnattendedKeys, wrapUnattendedKeys } from '../../src-main/vault/index.ts'

/** As cheap as Argon2id gets: these tests ask what happens, not how long it takes. */
export const cheapPin = { memoryKib: 8192, passes: 1 }
export const incarnation = Incarnation.parse(newId())

export interface Person {
  readonly id: StaffId
  readonly name: string
  readonly role: StaffRole
  readonly card: string
}
export const person = (name: string, role: StaffRole, card: string): Person => ({
  id: StaffId.parse(newId()),
  name,
  role,
  card,
})

/** A folder with an enrolled kiosk's database; `open` composes the rooms on it, as an engine's start does. */
export function enrolledFolder(keyEncryptionKey = randomBytes(32)) {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-rooms-'))
  const file = join(folder, 'kiosk.db')
  const kiosk = KioskId.parse(newId())
  const desk = DeskId.parse(newId())
  const lookup = randomBytes(32)
  const made = openStore(file)
  if (!made.ok) throw new Error(made.failure.code)
  const wrapped = wrapUnattendedKeys(keyEncryptionKey, newSigningKey().der, Buffer.from(lookup))
  made.value.db
    .prepare(
      'INSERT INTO kiosk (one, kiosk, desk, hub_address, hub_authority, incarnation, sign_key, lookup_key, cache_key) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(kiosk, desk, 'https://127.0.0.1:9', 'none', incarnation, wrapped.signKey, wrapped.lookupKey, wrapped.cacheKey)
  made.value.close()
  return {
    folder,
    file,
    kiosk,
    desk,
    lookup,
    keyEncryptionKey,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
export type EnrolledFolder = ReturnType<typeof enrolledFolder>

export function openRooms(
  at: EnrolledFolder,
  { floorYears = 0, now = () => Date.now(), resumeMs = () => 4 * 3_600_000 } = {},
) {
  const opened = openStore(at.file)
  if (!opened.ok) throw new Error(opened.failure.code)
  const store = opened.value
  const records = createKioskRecords(store.db)
  const record = records.read()
  const keys = record === null ? null : unwrapUnattendedKeys(at.keyEncryptionKey, record.keys)
  if (keys === null) {
    store.close()
    throw new Error('keys')
  }
  const ledger = createLedger(store.db, keys, now)
  const pickups = createPickupCache(store.db, keys.cacheKey)
  const roster = createRoster(store.db, keys.cacheKey, at.keyEncryptionKey)
  const openingKeys = createOpeningKeys({
    store,
    keyEncryptionKey: at.keyEncryptionKey,
    kiosk: at.kiosk,
    hubCountersign: () => records.read()?.hubCountersign ?? null,
    setVouch: roster.setVouch,
    announce: records.setOpening,
    now,
  })
  const signIn = createSignIn({
    store,
    ledger,
    pickups,
    roster,
    openingKeys,
    trusting: createTrusting({ store, roster, kiosk: at.kiosk }),
    inForce: () => records.read()?.openingRegistered === true,
    resumeMs,
    hubFacts: records.hubFacts,
    keyEncryptionKey: at.keyEncryptionKey,
    now,
    pinCost: cheapPin,
    floorYears,
  })

  function know(...people: Person[]): void {
    store.transact(() => {
      for (const { id, name, role, card } of people) {
        roster.change({ id, name, role, badgeTags: [cardTag(at.lookup, card).toString('base64url')] })
      }
    })
  }
  function badge({ id, card }: Person): BadgeInHand {
    const member = roster.get(id)
    if (member === null) throw new Error('not on the roster')
    return { member, cardId: normaliseCardId(card), tag: cardTag(at.lookup, card) }
  }
  /** A grant as the hub makes it: sealed to the key it was last told of. */
  async function grant(
    secret: string,
    n = 1,
    id = PickupId.parse(newId()),
    more: Partial<GrantedPickup> = {},
  ): Promise<GrantedPickup> {
    const sealedTo = records.read()?.openingPublic
    if (sealedTo === null || sealedTo === undefined) throw new Error('no opening key')
    const envelope = await sealEnvelope(sealedTo, Buffer.from(secret), {
      pickup: id,
      kiosk: at.kiosk,
      epoch: { incarnation, n },
    })
    const pickup: GrantedPickup = {
      id,
      epoch: { incarnation, n },
      envelope: envelope.toString('base64url'),
      sealedTo: sealedTo.toString('base64url'),
      secretKind: 'password',
      channel: 'porter',
      requestReference: 'PYY-1',
      recipient: RecipientId.parse(newId()),
      recipientClass: 'student',
      name: { family: 'Koe', given: 'Kaisa' },
      formerNames: [],
      language: 'fi',
      account: `koekaisa${n}`,
      sponsor: null,
      accountValidUntil: null,
      birthTag: birthTag(at.lookup, '2001-02-03').toString('base64url'),
      cardTags: [cardTag(at.lookup, '04AABBCCDDEE01').toString('base64url')],
      pickupCodeTag: pickupCodeTag(at.lookup, 'ABCD2345').toString('base64url'),
      issuedAt: 1_772_438_400_000,
      expiresAt: 4_000_000_000_000,
      ...more,
    }
    store.transact(() => {
      pickups.grant(pickup)
    })
    return pickup
  }
  /** What the session's keys make of an envelope. */
  async function read(session: Session, { id, epoch }: GrantedPickup): Promise<string | null> {
    for (const { privateKey } of session.openingKeys) {
      try {
        return (
          await openEnvelope(privateKey, pickups.envelopeOf(id), { pickup: id, kiosk: at.kiosk, epoch })
        ).toString()
      } catch {
        // The next key.
      }
    }
    return null
  }
  const kinds = () => ledger.recent(200).map((row) => row.kind)
  return {
    store,
    records,
    keys,
    ledger,
    pickups,
    roster,
    openingKeys,
    signIn,
    know,
    badge,
    grant,
    read,
    kinds,
    close: () => store.close(),
  }
}
export type Rooms = ReturnType<typeof openRooms>
