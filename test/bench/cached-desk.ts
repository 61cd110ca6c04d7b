/** A kiosk database as it is after months of work: enrolled, synced, 100,000 pickups cached. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Desk, DeskId, Incarnation, KioskId, PickupId, RecipientId } from '../../src-shared/domain/index.ts'
import { Policy } from '../../src-shared/policy/index.ts'
import type { GrantedPickup } from '../../src-shared/hub-api/index.ts'
import { newId } from '../../src-shared/protocol/ids.ts'
import { birthTag, cardTag, pickupCodeTag } from '../../src-shared/protocol/tags.ts'
import { createPickupCache } from '../../src-main/pickups/index.ts'
import { openStore } from '../../src-main/storage/index.ts'
import { createKioskRecords } from '../../src-main/sync/index.ts'
import { newSigningKey, unwrapUnattendedKeys, wrapUnattendedKeys } from '../../src-main/vault/index.ts'
import { readInstitution } from '../../src-main/demo/institution.ts'

export const keyEncryptionKey = Buffer.alloc(32, 7)

/** Card id of the i-th pickup, 14 hex digits. */
export const cardOf = (i: number) => `04${i.toString(16).toUpperCase().padStart(12, '0')}`

const words = { fi: 'Vahtimestari', sv: 'Vaktmästaren', en: 'Porter’s lodge' }

export function buildCachedDesk(folder: string, count: number): void {
  const opened = openStore(join(folder, 'kiosk.db'))
  if (!opened.ok) throw new Error(opened.failure.code)
  const store = opened.value
  const incarnation = Incarnation.parse(newId())
  const desk = DeskId.parse(newId())
  const lookup = randomBytes(32)
  const wrapped = wrapUnattendedKeys(keyEncryptionKey, newSigningKey().der, Buffer.from(lookup))
  store.db
    .prepare(
      'INSERT INTO kiosk (one, kiosk, desk, hub_address, hub_authority, incarnation, sign_key, lookup_key, cache_key) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    .run(
      KioskId.parse(newId()),
      desk,
      'https://127.0.0.1:9',
      'none',
      incarnation,
      wrapped.signKey,
      wrapped.lookupKey,
      wrapped.cacheKey,
    )
  const records = createKioskRecords(store.db)
  records.setDesk(
    Desk.parse({
      id: desk,
      kind: 'porter',
      name: words,
      unit: words,
      address: '',
      slipPrefix: 'BEN',
      organisation: words,
      changeAddress: 'https://a.example',
      selfServiceAddress: 'https://a.example',
    }),
  )
  records.setPolicy(
    Policy.parse({
      version: 1,
      rules: [
        {
          recipientClass: 'student',
          channel: 'porter',
          deskKind: 'porter',
          proofs: ['passport'],
          needsRequestReference: true,
          showSponsor: false,
        },
      ],
      verificationSeconds: 300,
      accountOnSlip: 'full',
    }),
  )
  records.setCursor(incarnation, count, true)
  const keys = unwrapUnattendedKeys(keyEncryptionKey, wrapped)
  if (keys === null) throw new Error('keys')
  const pickups = createPickupCache(store.db, keys.cacheKey)
  const people = readInstitution().recipients
  for (let from = 0; from < count; from += 5000) {
    store.transact(() => {
      for (let i = from; i < Math.min(count, from + 5000); i++) {
        const person = people[i % people.length]
        if (person === undefined) throw new Error('people')
        const pickup: GrantedPickup = {
          id: PickupId.parse(newId()),
          epoch: { incarnation, n: 1 },
          envelope: randomBytes(169).toString('base64url'),
          secretKind: 'password',
          channel: 'porter',
          requestReference: `PYY-${i}`,
          recipient: RecipientId.parse(newId()),
          recipientClass: 'student',
          name: { family: person.family, given: person.given },
          formerNames: [],
          language: 'fi',
          account: `${person.account}${i}`,
          sponsor: null,
          accountValidUntil: null,
          birthTag: birthTag(lookup, `19${60 + (i % 40)}-01-${String((i % 28) + 1).padStart(2, '0')}`).toString(
            'base64url',
          ),
          cardTags: [cardTag(lookup, cardOf(i)).toString('base64url')],
          pickupCodeTag: pickupCodeTag(lookup, i.toString(32).toUpperCase().padStart(8, '0')).toString('base64url'),
          issuedAt: 1_700_000_000_000 + i,
          expiresAt: 4_000_000_000_000,
        }
        pickups.grant(pickup)
      }
    })
  }
  store.close()
}
