/** What the cache knows of a recipient, sealed at rest under the cache key and opened only to be shown or compared. */
import { z } from 'zod'
import { DateText, Instant, Language, RecipientId } from '../../src-shared/domain/index.ts'
import { PersonName } from '../../src-shared/hub-api/index.ts'
import { PostalAddress } from '../../src-shared/policy/index.ts'
import { DamagedRow, storedJson } from '../storage/index.ts'
import { unwrap, type WrapKey } from '../vault/index.ts'
import { personLabel } from './prepared.ts'

const Person = z.object({
  recipient: RecipientId,
  name: PersonName,
  formerNames: z.array(PersonName),
  language: Language,
  account: z.string(),
  sponsor: z.string().nullable(),
  accountValidUntil: DateText.nullable(),
  requestReference: z.string().nullable(),
  address: PostalAddress.nullable().default(null),
  namesake: z.boolean().default(false),
  /** The last day of the secret, ms; without: the pickup's own end. */
  secretUntil: Instant.optional(),
})
export type Person = z.infer<typeof Person>

/** Throws when the row was tampered with: a person nobody sealed must not be shown. */
export function openPerson(cacheKey: WrapKey, pickup: string, sealed: Uint8Array): Person {
  const bytes = unwrap(cacheKey, personLabel(pickup), sealed)
  if (bytes === null) throw new DamagedRow('a cached person does not open')
  return storedJson(Person, bytes.toString('utf8'))
}
