/** The file of an institution: its settings, and the staff, people and pickups that a hub for trying begins with. */
import { z } from 'zod'
import { BirthDate } from '../../src-shared/birth-date.ts'
import { Channel, DateText, Language, RecipientClass, SecretKind, StaffRole } from '../../src-shared/domain.ts'
import { PostalAddress } from '../../src-shared/policy/index.ts'
import { mostCards } from '../../src-shared/agent-api/words.ts'
import { hasName } from '../../src-shared/person-name.ts'
import { fail, ok, type Result } from '../../src-shared/result.ts'
import { parseSettingsFile, SettingsFile } from '../../src-shared/settings-file.ts'

/** Keys hold the file together; the hub gives opaque ids of its own. */
const Key = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/)
const CardId = z.string().regex(/^[0-9A-F]{8,20}$/)

export const Institution = SettingsFile.extend({
  staff: z
    .array(
      z.strictObject({ key: Key, name: z.string(), role: StaffRole, badges: z.array(CardId), desks: z.array(Key) }),
    )
    .default([]),
  recipients: z
    .array(
      z
        .strictObject({
          key: Key,
          class: RecipientClass,
          family: z.string(),
          given: z.string(),
          formerNames: z.array(z.strictObject({ family: z.string(), given: z.string() }).refine(hasName)).default([]),
          language: Language,
          birthDate: BirthDate.nullable(),
          /** Compared with what an e-ID says, as a keyed hash; the code itself is not kept. */
          identityCode: z.string().max(20).optional(),
          sponsor: z.string().nullable().default(null),
          account: z.string(),
          /** Further accounts of the same person. */
          otherAccounts: z.array(z.string()).default([]),
          accountValidUntil: DateText.nullable().default(null),
          cards: z.array(CardId).max(mostCards).default([]),
          /** For registered letters. */
          address: PostalAddress.nullable().default(null),
        })
        .refine(hasName),
    )
    .default([]),
  pickups: z
    .array(
      z.strictObject({
        account: z.string(),
        desk: Key,
        channel: Channel,
        requestReference: z.string().nullable(),
        secretKind: SecretKind,
        secret: z.string().optional(),
      }),
    )
    .default([]),
})
export type Institution = z.infer<typeof Institution>

/** Fails with L-726 (a newer hub's file), L-101 and the path of the first thing that is wrong. */
export function parseInstitution(raw: unknown): Result<Institution> {
  const settings = parseSettingsFile(raw)
  if (!settings.ok && settings.failure.code === 'L-726') return settings
  const parsed = Institution.safeParse(raw)
  if (parsed.success) return ok(parsed.data)
  const issue = parsed.error.issues[0]
  return fail('L-101', { where: `${issue?.path.join('.') ?? ''} – ${issue?.code ?? ''}` })
}
