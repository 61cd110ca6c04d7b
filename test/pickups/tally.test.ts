/** The tally is what counting would say, whatever was done, undone or replaced. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTally } from '../../src-main/pickups/tally.ts'
import { openStore } from '../../src-main/storage/index.ts'

const states = ['waiting', 'arrived', 'verified', 'printing', 'printed', 'uncertain', 'handed-over', 'revoked'] as const
const act = fc.record({
  kind: fc.constantFrom('grant', 'grant', 'state', 'state', 'delete', 'undone', 'look'),
  id: fc.integer({ min: 0, max: 12 }),
  state: fc.constantFrom(...states),
})

test('any history: the tally is the count', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const folder = mkdtempSync(join(tmpdir(), 'lodge-tally-'))
      const opened = openStore(join(folder, 'kiosk.db'))
      if (!opened.ok) throw new Error(opened.failure.code)
      const store = opened.value
      const { db } = store
      try {
        const grant = db.prepare(
          `INSERT INTO pickup (id, epoch_incarnation, epoch_n, state, recipient_class, channel, secret_kind, person, envelope, code_tag, issued_at, expires_at)
           VALUES (?, 'i', 1, ?, 'student', 'porter', 'password', x'00', x'00', x'00', 0, 1) ON CONFLICT (id) DO UPDATE SET state = excluded.state`,
        )
        const setState = db.prepare('UPDATE pickup SET state = ? WHERE id = ?')
        const isNew = db.prepare<[string], number>('SELECT count(*) FROM pickup WHERE id = ?').pluck()
        const drop = db.prepare('DELETE FROM pickup WHERE id = ?')
        const tally = createTally(db)
        const take = (id: number, state: string) => {
          const fresh = isNew.get(`p${id}`) === 0
          grant.run(`p${id}`, state)
          if (fresh) tally.added(state, 1)
        }
        const counted = () =>
          new Map(
            db
              .prepare<[], { state: string; n: number }>('SELECT state, count(*) AS n FROM pickup GROUP BY state')
              .all()
              .map(({ state, n }) => [state, n]),
          )
        const same = () => expect(new Map([...tally.read()].filter(([, n]) => n > 0))).toEqual(counted())
        for (const { kind, id, state } of acts) {
          if (kind === 'grant') store.transact(() => take(id, state))
          else if (kind === 'state') setState.run(state, `p${id}`)
          else if (kind === 'delete') drop.run(`p${id}`)
          else if (kind === 'undone')
            expect(() =>
              store.transact(() => {
                take(id, state)
                same()
                throw new Error('undone')
              }),
            ).toThrow('undone')
          else same()
        }
        same()
      } finally {
        store.close()
        rmSync(folder, { recursive: true, force: true })
      }
    }),
    { numRuns: 40 },
  )
})
