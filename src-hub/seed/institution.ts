/** The file of an institution: its settings, and the staff, people and pickups that a hub for trying begins with. */
import { z } from 'zod'
import { BirthDate } from '../../src-shared/domain/birth-date.ts'
import { Channel, DateText, Language, RecipientClass, SecretKind, StaffRole } from '../../src-shared/domain/index.ts'
import { AddressOnRecord } from '../../src-shared/policy/index.ts'
import { HumanLabel, HumanText } from '../../src-shared/domain/human-text.ts'
import { mostCards, plainAccount } from '../../src-shared/hub-api/agent/words.ts'
import { normaliseCardId } from '../../src-shared/protocol/tags.ts'
import { hasName } from '../../src-shared/domain/person-name.ts'
import { fail, ok, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { parseSettingsFile, SettingsFile } from '../../src-shared/hub-api/settings-file.ts'

/** Keys hold the file together; the hub gives opaque ids of its own. */
const Key = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/)
const Account = z.string().min(1).max(120).refine(plainAccount)
const CardId = z.string().regex(/^[0-9A-F]{8,20}$/)

export const Institution = SettingsFile.extend({
  staff: z
    .array(
      z.strictObject({
        key: Key,
        name: HumanLabel(120),
        role: StaffRole,
        badges: z.array(CardId),
        desks: z.array(Key),
      }),
    )
    .default([]),
  recipients: z
    .array(
      z
        .strictObject({
          key: Key,
          class: RecipientClass,
          family: HumanText(120),
          given: HumanText(120),
          formerNames: z
            .array(z.strictObject({ family: HumanText(120), given: HumanText(120) }).refine(hasName))
            .max(10)
            .default([]),
          language: Language,
          birthDate: BirthDate.nullable(),
          /** Compared with what an e-ID says, as a keyed hash; the code itself is not kept. */
          identityCode: z.string().max(20).optional(),
          sponsor: HumanText(200).nullable().default(null),
          account: Account,
          /** Further accounts of the same person. */
          otherAccounts: z.array(Account).default([]),
          accountValidUntil: DateText.nullable().default(null),
          cards: z.array(CardId).max(mostCards).default([]),
          /** For registered letters. */
          address: AddressOnRecord.nullable().default(null),
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

/** Text after a mark of its byte order (U+FEFF), which some editors put before UTF-8. */
export const withoutMark = (text: string) => text.replace(/^\ufeff/, '')

/** The place of the first value that is there already; null: each is there once. */
function firstTwice(values: readonly { readonly value: string; readonly where: string }[]): string | null {
  const seen = new Set<string>()
  for (const { value, where } of values) {
    if (seen.has(value)) return where
    seen.add(value)
  }
  return null
}

/**
 * The place of the first thing of the people that cannot be: an account, a card or a badge twice in the file; a key of
 * staff twice. Looked at before anything is written.
 */
function contradiction({ staff, recipients }: Institution): string | null {
  const each = <T>(of: readonly T[], all: (one: T) => readonly string[], where: (i: number, n: number) => string) =>
    of.flatMap((one, i) => all(one).map((value, n) => ({ value, where: where(i, n) })))
  return (
    firstTwice(
      each(
        staff,
        ({ key }) => [key],
        (i) => `staff.${i}.key`,
      ),
    ) ??
    firstTwice(
      each(
        staff,
        ({ badges }) => badges.map(normaliseCardId),
        (i, n) => `staff.${i}.badges.${n}`,
      ),
    ) ??
    firstTwice(
      each(
        recipients,
        // A directory looks at no case.
        ({ account, otherAccounts }) => [account, ...otherAccounts].map((one) => one.toLowerCase()),
        (i, n) => (n === 0 ? `recipients.${i}.account` : `recipients.${i}.otherAccounts.${n - 1}`),
      ),
    ) ??
    firstTwice(
      each(
        recipients,
        ({ cards }) => cards.map(normaliseCardId),
        (i, n) => `recipients.${i}.cards.${n}`,
      ),
    )
  )
}

/**
 * Fails with L-726 (a newer hub's file), L-720 to L-722 (a name that will not do), L-101 and the path of the first
 * thing that is wrong.
 */
export function parseInstitution(raw: unknown): Result<Institution> {
  const settings = parseSettingsFile(raw)
  if (!settings.ok && settings.failure.code !== failures.settingsFileUnusable) return settings
  const parsed = Institution.safeParse(raw)
  if (parsed.success) {
    if (!settings.ok) return settings
    const where = contradiction(parsed.data)
    return where === null ? ok(parsed.data) : fail(failures.settingsUnreadable, { where })
  }
  const issue = parsed.error.issues[0]
  return fail(failures.settingsUnreadable, { where: `${issue?.path.join('.') ?? ''} – ${issue?.code ?? ''}` })
}
