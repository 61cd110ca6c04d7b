/** A small institution: helpdesk service points that may all serve every student. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Db } from '../../src-hub/database/index.ts'
import { loadHubKeys, type HubKeys } from '../../src-hub/keys/index.ts'
import { Policy } from '../../src-shared/policy/index.ts'

function makeKeys(): HubKeys {
  const folder = mkdtempSync(join(tmpdir(), 'lodge-simulation-'))
  try {
    return loadHubKeys(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
export const hubKeys = makeKeys()

export const policy = Policy.parse({
  version: 1,
  rules: [
    {
      recipientClass: 'student',
      channel: 'helpdesk',
      deskKind: 'helpdesk',
      proofs: ['passport'],
      needsRequestReference: false,
      showSponsor: false,
    },
  ],
  verificationSeconds: 300,
  accountOnSlip: 'full',
})
const words = (text: string) => JSON.stringify({ fi: text, sv: text, en: text })
const id = (letter: string, n: number) => `${letter}${String(n).padStart(3, '0')}${letter.toLowerCase().repeat(18)}`
export const deskId = (n: number) => id('D', n)
export const accountName = (n: number) => `student${n}`

/** Desk ids. */
export async function plantInstitution(db: Db, keys: HubKeys, desks: number, accounts: number): Promise<string[]> {
  const organisation = {
    name: words('University'),
    change_address: 'https://id.example/change',
    self_service_address: 'https://id.example/self',
  }
  // A real database has both from its migrations.
  await db
    .insertInto('organisation')
    .values(organisation)
    .onConflict((conflict) => conflict.column('one').doUpdateSet(organisation))
    .execute()
  const record = JSON.stringify(policy)
  await db
    .insertInto('policy')
    .values({ record })
    .onConflict((conflict) => conflict.column('one').doUpdateSet({ record }))
    .execute()
  await db
    .insertInto('unit')
    .values({ id: id('U', 1), name: words('Lakeside'), address: 'Lake Street 1' })
    .execute()
  const ids = Array.from({ length: desks }, (_, n) => deskId(n + 1))
  for (const [n, desk] of ids.entries())
    await db
      .insertInto('desk')
      .values({
        id: desk,
        unit: id('U', 1),
        kind: 'helpdesk',
        name: words(`Service point ${n + 1}`),
        slip_prefix: `D${'ABCDEFGHIJ'[n % 10] ?? 'X'}`,
      })
      .execute()
  for (let n = 1; n <= accounts; n++) {
    const recipient = {
      id: id('R', n),
      class: 'student',
      family: `Family${n}`,
      given: 'Student',
      former_names: '[]',
      language: 'fi',
      sponsor: null,
    }
    await db
      .insertInto('recipient')
      .values({ ...recipient, birth_date: keys.seal('2001-02-03') })
      .execute()
    await db
      .insertInto('account')
      .values({ account: accountName(n), recipient: id('R', n), valid_until: null })
      .execute()
  }
  return ids
}
