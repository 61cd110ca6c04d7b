/** Fills a slip's content from the pickup, the desk and the policy. */
import type { Language } from '../../src-shared/domain.ts'
import { displayName } from '../pickups/index.ts'
import type { LayoutSlip } from '../release/index.ts'
import { layoutSlip } from '../slip/index.ts'

/** First letter and last, the rest as asterisks: enough to know one's own account by. */
export function maskAccount(account: string): string {
  const letters = [...account]
  if (letters.length <= 2) return '*'.repeat(letters.length)
  return `${letters[0] ?? ''}${'*'.repeat(letters.length - 2)}${letters.at(-1) ?? ''}`
}

function dateText(at: number, language: Language): string {
  const locale = { fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' }[language]
  return new Intl.DateTimeFormat(locale, {
    timeZone: 'Europe/Helsinki',
    day: 'numeric',
    month: language === 'en' ? 'long' : 'numeric',
    year: 'numeric',
  }).format(at)
}

export function layoutForDesk(paper: 58 | 80): LayoutSlip {
  return ({ pickup, number, language, desk, policy }, secret) =>
    layoutSlip(
      {
        language,
        organisation: desk.organisation[language],
        desk: `${desk.unit[language]}, ${desk.name[language]}`,
        recipient: displayName(pickup.person.name),
        account: policy.accountOnSlip === 'full' ? pickup.person.account : maskAccount(pickup.person.account),
        secretKind: pickup.secretKind,
        slipNumber: number,
        validUntil: dateText(pickup.expiresAt, language),
        changeAddress: desk.changeAddress,
        requestReference: pickup.person.requestReference,
      },
      secret,
      paper,
    )
}
