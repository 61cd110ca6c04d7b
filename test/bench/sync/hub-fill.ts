/** Fills a desk of a real hub: many pickups granted to its kiosk, written as the hub itself writes them but in bulk. */
import { createSecretKey, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { Incarnation, Language, PickupId, RecipientId } from '../../../src-shared/domain/index.ts'
import type { GrantedPickup } from '../../../src-shared/hub-api/index.ts'
import { asciiJson } from '../../../src-shared/protocol/ascii-json.ts'
import { newId } from '../../../src-shared/protocol/ids.ts'
import { birthTag, cardTag, pickupCodeTag } from '../../../src-shared/protocol/tags.ts'
import type { Db } from '../../../src-hub/database/index.ts'
import { readInstitution } from '../../../src-main/demo/institution.ts'

/** Random bytes stand for the envelopes: an envelope is random to whoever has no key. */
export function inventPickups(count: number, incarnation: string, lookupKey: Buffer): GrantedPickup[] {
  const lookup = createSecretKey(lookupKey)
  const people = readInstitution().recipients.filter((person) => person.class === 'student')
  return Array.from({ length: count }, (_, i) => {
    const person = people[i % people.length]
    if (person === undefined) throw new Error('people')
    return {
      id: PickupId.parse(newId()),
      epoch: { incarnation: Incarnation.parse(incarnation), n: 1 },
      envelope: randomBytes(169).toString('base64url'),
      secretKind: 'password',
      channel: 'porter',
      requestReference: `PYY-${100_000 + i}`,
      recipient: RecipientId.parse(newId()),
      recipientClass: 'student',
      name: { family: person.family, given: person.given },
      formerNames: [],
      language: Language.parse(person.language),
      account: `${person.account}${i}`,
      sponsor: null,
      accountValidUntil: null,
      birthTag: birthTag(
        lookup,
        `19${60 + (i % 40)}-0${(i % 9) + 1}-${String((i % 28) + 1).padStart(2, '0')}`,
      ).toString('base64url'),
      cardTags: [cardTag(lookup, `04${i.toString(16).toUpperCase().padStart(12, '0')}`).toString('base64url')],
      pickupCodeTag: pickupCodeTag(lookup, i.toString(32).toUpperCase().padStart(8, '0')).toString('base64url'),
      issuedAt: 1_700_000_000_000 + i,
      expiresAt: 4_000_000_000_000,
    }
  })
}

/**
 * `code` is a sealed pickup code, where pickups shall move on to other desks. Accounts, recipients, pickups, open
 * grants and the desk's feed, in one transaction.
 */
export async function fillDesk(
  db: Db,
  desk: string,
  kiosk: string,
  pickups: readonly GrantedPickup[],
  code: Buffer = Buffer.alloc(1),
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const head = Number(
      (await tx.selectFrom('desk').select('head').where('id', '=', desk).forUpdate().executeTakeFirstOrThrow()).head,
    )
    for (let from = 0; from < pickups.length; from += 5000) {
      const page = pickups.slice(from, from + 5000)
      const texts = (pick: (pickup: GrantedPickup, i: number) => string | null) => sql`${page.map(pick)}::text[]`
      const ids = texts((pickup) => pickup.id)
      const people = texts((pickup) => pickup.recipient)
      const accounts = texts((pickup) => pickup.account)
      const issued = sql`${page.map((pickup) => pickup.issuedAt)}::bigint[]`
      await sql`INSERT INTO recipient (id, class, family, given, former_names, language)
        SELECT id, 'student', family, given, '[]', language FROM unnest(${people}, ${texts((pickup) => pickup.name.family)}, ${texts((pickup) => pickup.name.given)},
          ${texts((pickup) => pickup.language)}) AS t(id, family, given, language)`.execute(tx)
      await sql`INSERT INTO account (account, recipient) SELECT * FROM unnest(${accounts}, ${people})`.execute(tx)
      await sql`INSERT INTO pickup (id, account, recipient, desk, channel, request_reference, secret_kind, state, epoch_n, pickup_code, issued_at, expires_at)
        SELECT id, account, recipient, ${desk}, 'porter', reference, 'password', 'granted', 1, ${code}, at, 4000000000000
        FROM unnest(${ids}, ${accounts}, ${people}, ${texts((pickup) => pickup.requestReference)}, ${issued}) AS t(id, account, recipient, reference, at)`.execute(
        tx,
      )
      await sql`INSERT INTO "grant" (pickup, incarnation, n, kiosk, state, at, record)
        SELECT id, ${page[0]?.epoch.incarnation ?? ''}, 1, ${kiosk}, 'granted', at, record
        FROM unnest(${ids}, ${issued}, ${texts((pickup) => asciiJson(pickup))}) AS t(id, at, record)`.execute(tx)
      await sql`INSERT INTO feed (desk, seq, body) SELECT ${desk}, ${head + from} + ordinality, body
        FROM unnest(${texts((pickup, i) => asciiJson({ seq: head + from + i + 1, kind: 'pickup-granted', pickup }))}) WITH ORDINALITY AS t(body, ordinality)`.execute(
        tx,
      )
    }
    await tx
      .updateTable('desk')
      .set({ head: head + pickups.length })
      .where('id', '=', desk)
      .execute()
  })
  await sql`ANALYZE`.execute(db)
}
