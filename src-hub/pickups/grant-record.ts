/**
 * What a kiosk is told of a pickup it is granted: the person from the hub's tables, tags under that kiosk's own key.
 */
import type { Epoch } from '../../src-shared/domain/index.ts'
import { secretUntil } from '../../src-shared/domain/secret-end.ts'
import { GrantedPickup, PersonName } from '../../src-shared/hub-api/index.ts'
import { areNamesakes, type Likeness } from '../../src-shared/protocol/namesakes.ts'
import { birthTag, cardTag, pickupCodeTag, type TagKey } from '../../src-shared/protocol/tags.ts'
import { bulkOf, type Tx } from '../database/index.ts'
import { agreeingBirths, type HubKeys } from '../keys/index.ts'
import { openAddress } from './policy-check.ts'

export type Grantee = Awaited<ReturnType<typeof loadGrantees>> extends Map<string, infer G> ? G : never

/** Pickups with their people and cards, by pickup id: a few statements for any number. */
export async function loadGrantees(tx: Tx, keys: HubKeys, pickups: readonly string[]) {
  const bulk = bulkOf(tx)
  const rows = await tx
    .selectFrom('pickup')
    .innerJoin('recipient', 'recipient.id', 'pickup.recipient')
    .innerJoin('account', 'account.account', 'pickup.account')
    .select([
      'pickup.id',
      'pickup.account',
      'pickup.channel',
      'pickup.request_reference',
      'pickup.secret_kind',
      'pickup.pickup_code',
      'pickup.issued_at',
      'pickup.expires_at',
      'pickup.secret_days',
      'recipient.id as recipient',
      'recipient.class',
      'recipient.family',
      'recipient.given',
      'recipient.former_names',
      'recipient.language',
      'recipient.birth_date',
      'recipient.sponsor',
      'recipient.address',
      'account.valid_until',
    ])
    .where(bulk.among('pickup.id', pickups))
    .execute()
  const people = [...new Set(rows.map((row) => row.recipient))]
  const found =
    people.length === 0
      ? []
      : await tx.selectFrom('card').select(['recipient', 'sealed']).where(bulk.among('recipient', people)).execute()
  const cards = new Map<string, Buffer[]>()
  for (const { recipient, sealed } of found) cards.set(recipient, [...(cards.get(recipient) ?? []), sealed])
  const namesakes = await namesakesAmong(tx, keys, rows)
  return new Map(
    rows.map((row) => [
      row.id,
      { ...row, cards: cards.get(row.recipient) ?? [], namesake: namesakes.has(row.recipient) },
    ]),
  )
}

interface Named {
  readonly recipient: string
  readonly family: string
  readonly given: string
  readonly former_names: unknown
}

const likenessOf = ({ recipient, family, given, former_names }: Named): Likeness => ({
  recipient,
  name: { family, given },
  formerNames: PersonName.array().parse(former_names),
})

/** Of PostgreSQL's 65,535 values in a statement. */
const bornAtOnce = 10_000

/** Everybody on record with one of these birth dates, by its blind index. */
async function bornOn(tx: Tx, births: readonly Buffer[]): Promise<ReadonlyMap<string, readonly Named[]>> {
  const born: (Named & { readonly birth_blind: Buffer | null })[] = []
  for (let at = 0; at < births.length; at += bornAtOnce)
    born.push(
      ...(await tx
        .selectFrom('recipient')
        .select(['id as recipient', 'family', 'given', 'former_names', 'birth_blind'])
        .where('birth_blind', 'in', births.slice(at, at + bornAtOnce))
        .execute()),
    )
  return Map.groupBy(born, ({ birth_blind: b }) => (b === null ? '' : text(b)))
}

/**
 * Those of whom somebody else on record has the name, and a birth date that agrees as far as both are known: a document
 * with the whole date bears out both.
 */
async function namesakesAmong(
  tx: Tx,
  keys: HubKeys,
  people: readonly (Named & { readonly birth_date: Buffer | null })[],
): Promise<ReadonlySet<string>> {
  const agreeing = new Map(
    people.flatMap(({ recipient, birth_date: sealed }) =>
      sealed === null ? [] : [[recipient, agreeingBirths(keys, sealed)] as const],
    ),
  )
  const births = new Map([...agreeing.values()].flat().map((blind) => [text(blind), blind]))
  const byBirth = await bornOn(tx, [...births.values()])
  // Each once, whoever they are compared with: what is made of a name is kept with it.
  const likenesses = new Map<Named, Likeness>()
  const like = (one: Named) => {
    const known = likenesses.get(one) ?? likenessOf(one)
    likenesses.set(one, known)
    return known
  }
  return new Set(
    people
      .filter((person) => {
        const others = (agreeing.get(person.recipient) ?? []).flatMap((blind) => byBirth.get(text(blind)) ?? [])
        return others.length > 1 && others.some((each) => areNamesakes(like(person), like(each)))
      })
      .map(({ recipient }) => recipient),
  )
}

const text = (tag: Buffer) => tag.toString('base64url')

/**
 * `openingKey` is the key that the envelope is sealed to; null where the grant was made before grants named it. Throws
 * for a record that the contract does not allow.
 */
export function grantRecord(
  keys: HubKeys,
  grantee: Grantee,
  kiosk: { readonly id: string; readonly lookup: TagKey; readonly openingKey: Buffer | null },
  epoch: Epoch,
  envelope: Buffer,
): GrantedPickup {
  const { lookup } = kiosk
  return GrantedPickup.parse({
    id: grantee.id,
    epoch,
    envelope: envelope.toString('base64url'),
    ...(kiosk.openingKey === null ? {} : { sealedTo: kiosk.openingKey.toString('base64url') }),
    secretKind: grantee.secret_kind,
    channel: grantee.channel,
    requestReference: grantee.request_reference,
    recipient: grantee.recipient,
    recipientClass: grantee.class,
    name: { family: grantee.family, given: grantee.given },
    formerNames: grantee.former_names,
    language: grantee.language,
    account: grantee.account,
    sponsor: grantee.sponsor,
    accountValidUntil: grantee.valid_until,
    // Where a letter goes: told to the post room, and with no other pickup.
    ...(grantee.channel === 'registered-letter' ? { address: openAddress(keys, grantee.address) } : {}),
    birthTag:
      grantee.birth_date === null ? null : birthTag(lookup, keys.open(grantee.birth_date)).toString('base64url'),
    cardTags: grantee.cards.map((card) => cardTag(lookup, keys.open(card)).toString('base64url')),
    pickupCodeTag: pickupCodeTag(lookup, keys.open(grantee.pickup_code)).toString('base64url'),
    ...(grantee.namesake ? { namesake: true } : {}),
    issuedAt: Number(grantee.issued_at),
    expiresAt: Number(grantee.expires_at),
    ...(Number(grantee.secret_days) > 0
      ? { secretUntil: secretUntil(Number(grantee.expires_at), Number(grantee.secret_days)) }
      : {}),
  })
}
