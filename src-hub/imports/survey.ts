/**
 * What only the whole file tells of its cards: one that two people are given, and numbers that have lost the zeros that
 * others have.
 */
import { sql } from 'kysely'
import type { Db } from '../database/index.ts'
import type { ReadRow } from './columns.ts'

interface Place {
  readonly account: string
  readonly line: number
}

export interface Survey {
  /** The line on which another person is given one of these cards; null: none. */
  otherHolder(row: ReadRow): number | null
  /**
   * A card of figures alone that is shorter than cards of this file that begin with a zero: a spreadsheet may have
   * taken its zeros.
   */
  lostZeros(row: ReadRow): boolean
}

/**
 * Takes rows in, in the order of the file; `done` asks the hub who is whose account's person, for the few cards that
 * two accounts have.
 */
export function createSurvey() {
  const first = new Map<string, Place>()
  const shared = new Map<string, Place[]>()
  let longestWithZero = 0

  return {
    take(line: number, { account, person }: ReadRow): void {
      for (const card of person?.cards ?? []) {
        if (card.startsWith('0')) longestWithZero = Math.max(longestWithZero, card.length)
        const before = first.get(card)
        if (before === undefined) first.set(card, { account, line })
        else if (before.account !== account) shared.set(card, [...(shared.get(card) ?? [before]), { account, line }])
      }
    },

    async done(db: Db): Promise<Survey> {
      const accounts = [...new Set([...shared.values()].flat().map(({ account }) => account))]
      const { rows } = await sql<{ account: string; recipient: string }>`SELECT account, recipient FROM account
        WHERE account = ANY(${accounts}::text[])`.execute(db)
      const known = new Map(rows.map((row) => [row.account, row.recipient]))
      first.clear()
      const personOf = (account: string) => known.get(account) ?? `new ${account}`
      return {
        otherHolder({ account, person }) {
          for (const card of person?.cards ?? []) {
            const other = shared.get(card)?.find((place) => personOf(place.account) !== personOf(account))
            if (other !== undefined) return other.line
          }
          return null
        },
        lostZeros: ({ person }) =>
          person?.cards.some((card) => /^[1-9]\d*$/.test(card) && card.length < longestWithZero) === true,
      }
    },
  }
}
