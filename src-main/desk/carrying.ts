/** Handlers of carrying the ledger on a memory stick. */
import type { KioskHandlers } from '../../src-shared/kiosk-api/index.ts'
import { fail, ok } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { createCarry, type Sticks } from '../sync/index.ts'
import type { Services } from './services.ts'

export type CarryingHandlers = Pick<KioskHandlers, 'sticks' | 'carryLedger' | 'takeReceipt'>

interface Parts {
  readonly services: Services
  readonly sticks: Sticks
  readonly activity: () => void
}

export function createCarryingHandlers({ services, sticks, activity }: Parts): CarryingHandlers {
  const carry = createCarry(services)
  let writing: { done: number; total: number } | null = null
  /** Only what is plugged in is written to or read from. */
  const folderOf = async (id: string) => (await sticks.list()).find(({ path }) => path === id)?.path ?? null

  return {
    // Asked again and again while its screen is open: no act of a person that would keep the desk unlocked.
    sticks: async () =>
      ok({
        sticks: (await sticks.list()).map(({ path, name, freeBytes }) => ({ id: path, name, freeBytes })),
        writing,
      }),
    async carryLedger({ stick, whole }) {
      activity()
      const session = services.signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      // One at a time.
      if (writing !== null) return fail(failures.stickBusy)
      writing = { done: 0, total: 1 }
      try {
        const folder = await folderOf(stick)
        if (folder === null) return fail(failures.stickUnusable)
        return await carry.send(folder, session.staff, {
          whole,
          progress: (done, total) => void (writing = { done, total }),
        })
      } finally {
        writing = null
      }
    },
    async takeReceipt({ stick }) {
      activity()
      const session = services.signIn.session()
      if (session === null) return fail(failures.notSignedIn)
      const folder = await folderOf(stick)
      return folder === null ? fail(failures.stickUnusable) : carry.receive(folder, session.staff)
    },
  }
}
