/** Blind indexes of birth dates that a sealed one may be taken for. */
import { agreeingForms } from '../../src-shared/domain/birth-date.ts'
import type { HubKeys } from './master-key.ts'

/**
 * Blind indexes of every birth date that agrees with this one, as far as both are known. None for one that does not
 * open: it is its own person's trouble, and stops nobody else's grant.
 */
export function agreeingBirths(keys: HubKeys, sealed: Buffer): readonly Buffer[] {
  let date: string
  try {
    date = keys.open(sealed)
  } catch {
    return []
  }
  return agreeingForms(date).map((form) => keys.blind('birth', form))
}
