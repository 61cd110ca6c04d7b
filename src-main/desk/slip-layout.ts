/** Fills a slip's content from the pickup, the desk and the policy. */
import type { Desk, Language } from '../../src-shared/domain/index.ts'
import { zoned } from '../../src-shared/domain/zone.ts'
import { addressLines } from '../../src-shared/policy/index.ts'
import { fullName, type Pickup } from '../pickups/index.ts'
import type { LayoutInstructions, LayoutSlip } from '../release/index.ts'
import { layoutInstructions, layoutSlip, type LetterBlock, type SlipBasics } from '../slip/index.ts'

/** First letter and last, the rest as asterisks: enough to know one's own account by. */
export function maskAccount(account: string): string {
  const letters = [...account]
  if (letters.length <= 2) return '*'.repeat(letters.length)
  return `${letters[0] ?? ''}${'*'.repeat(letters.length - 2)}${letters.at(-1) ?? ''}`
}

function dateText(at: number, language: Language): string {
  const locale = { fi: 'fi-FI', sv: 'sv-FI', en: 'en-GB' }[language]
  const month = language === 'en' ? 'long' : 'numeric'
  return zoned(locale, { day: 'numeric', month, year: 'numeric' }).format(at)
}

function basics({
  pickup,
  number,
  language,
  desk,
}: {
  pickup: Pickup
  number: string
  language: Language
  desk: Desk
}): SlipBasics {
  return {
    language,
    organisation: desk.organisation[language],
    desk: `${desk.unit[language]}, ${desk.name[language]}`,
    secretKind: pickup.secretKind,
    slipNumber: number,
    validUntil: dateText(pickup.person.secretUntil ?? pickup.expiresAt, language),
    changeAddress: desk.changeAddress,
    ...(desk.slipNote === undefined ? {} : { note: desk.slipNote[language] }),
    ...(desk.slipLogo === undefined ? {} : { logo: desk.slipLogo }),
  }
}

export function instructionsForDesk(paper: 58 | 80): LayoutInstructions {
  return (slip) => layoutInstructions(basics(slip), paper)
}

function letterOf({ channel, person }: Pickup, desk: Desk, language: Language): { letter?: LetterBlock } {
  if (channel !== 'registered-letter' || person.address === null) return {}
  return {
    letter: {
      address: addressLines(fullName(person.name), person.address),
      sender: `${desk.organisation[language]}, ${desk.address}`,
    },
  }
}

export function layoutForDesk(paper: 58 | 80): LayoutSlip {
  return (slip, secret) => {
    const { person } = slip.pickup
    return layoutSlip(
      {
        ...basics(slip),
        recipient: fullName(person.name),
        account: slip.policy.accountOnSlip === 'full' ? person.account : maskAccount(person.account),
        requestReference: person.requestReference,
        ...letterOf(slip.pickup, slip.desk, slip.language),
      },
      secret,
      paper,
    )
  }
}
