/** What a session said of who holds the newest opening key, and whether the hub has heard it. */
import { z } from 'zod'
import { OpeningHoldersText } from '../../src-shared/hub-api/index.ts'
import { storedJson, stored, type Sqlite } from '../storage/index.ts'

interface Row {
  n: number
  by_staff: string
  holders: string
  by_key: Buffer
  by_person: Buffer
  told: number
}

export function createOpeningStatement(db: Sqlite) {
  const statement = db.prepare<[Buffer], Row>('SELECT * FROM opening_statement WHERE to_public = ?')
  const setTold = db.prepare('UPDATE opening_statement SET told = ? WHERE to_public = ? AND n = ?')
  const tellAgain = db.prepare('UPDATE opening_statement SET told = 0')
  return {
    /** null: nobody has said it of this key. */
    of: (publicKey: Buffer): { holders: OpeningHoldersText; heard: boolean } | null => {
      const row = statement.get(publicKey)
      if (row === undefined) return null
      const holders = {
        n: row.n,
        by: row.by_staff,
        holders: storedJson(z.array(z.unknown()), row.holders),
        byKey: row.by_key.toString('base64url'),
        byPerson: row.by_person.toString('base64url'),
      }
      return { holders: stored(OpeningHoldersText, holders), heard: row.told !== 0 }
    },
    setHeard: (publicKey: Buffer, n: number, taken: boolean) => void setTold.run(taken ? 1 : 2, publicKey, n),
    /** A hub that was put back from a backup has forgotten it. */
    tellAgain: () => void tellAgain.run(),
  }
}
