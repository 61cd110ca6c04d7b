/** What is said of one person, whoever says it. */
import type { Language, RecipientClass } from '../../src-shared/domain/index.ts'
import type { PersonName } from '../../src-shared/hub-api/words.ts'

/**
 * A fact that is not there changes nothing; null (of cards and former names: none) clears. A family or given name may
 * be empty, not both.
 */
export interface PersonFacts {
  readonly class?: RecipientClass | undefined
  readonly family?: string | undefined
  readonly given?: string | undefined
  readonly formerNames?: readonly PersonName[] | undefined
  readonly language?: Language | undefined
  /** `BirthDate`. */
  readonly birthDate?: string | null | undefined
  readonly identityCode?: string | null | undefined
  readonly sponsor?: string | null | undefined
  /** `YYYY-MM-DD`, the last day. */
  readonly validUntil?: string | null | undefined
  /** All that the person has, normalised. */
  readonly cards?: readonly string[] | undefined
}
