/** Carrying the ledger: out to a stick what the hub has not acknowledged, in from it the hub's receipt. */
import { constants } from 'node:fs'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { KeyObject } from 'node:crypto'
import type { StaffId } from '../../../src-shared/domain/index.ts'
import type { SignedEntry } from '../../../src-shared/hub-api/ledger-entry.ts'
import {
  carriedFileMax,
  carriedName,
  readReceipt,
  receiptPattern,
  writeCarried,
} from '../../../src-shared/protocol/carried-ledger.ts'
import { fail, ok, type Result } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import type { Ledger } from '../../ledger/index.ts'
import type { Store } from '../../storage/index.ts'
import type { KioskRecords } from '../kiosk-record.ts'

interface Parts {
  readonly store: Store
  readonly ledger: Ledger
  readonly records: KioskRecords
  readonly keys: { readonly signKey: KeyObject; readonly lookupKey: KeyObject }
}

export type Carry = ReturnType<typeof createCarry>

const readAtOnce = 500
const receiptMax = 4096

/** Whole under its name, or not there: what a pulled-out stick holds is never taken for a file. */
async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  const half = join(folder, `${name}.part`)
  // Whoever prepared the stick may have left a link there that leads to a file of this computer's.
  await rm(half, { force: true })
  const file = await open(half, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(half, join(folder, name))
  const place = await open(folder, 'r')
  await place.sync().catch(() => undefined)
  await place.close()
}

/**
 * Text of a plain file of at most so many bytes; empty for anything else: a link or a pipe leads out of the stick, or
 * never ends.
 */
async function readSmall(path: string, most: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const found = await file.stat()
    if (!found.isFile() || found.size > most) return ''
    const { bytesRead, buffer } = await file.read(Buffer.alloc(most), 0, most, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}

function diskFailure(error: unknown): ReturnType<typeof fail> {
  // Whatever the system says of a stick (full, write-protected, pulled out), the answer is another stick.
  if (error instanceof Error && 'code' in error) return fail(failures.stickUnusable)
  throw error
}

export function createCarry({ store, ledger, records, keys }: Parts) {
  return {
    /**
     * Writes what the hub has not acknowledged (`whole`: everything) into as many files as it takes; all of it is on
     * the stick when this resolves. Fails with L-625 when there is nothing to carry, L-626 when the stick cannot be
     * written.
     */
    async send(
      folder: string,
      by: StaffId,
      {
        whole = false,
        progress = () => undefined,
      }: { whole?: boolean; progress?: (done: number, total: number) => void } = {},
    ): Promise<Result<{ files: number; entries: number; upTo: number }>> {
      const record = records.read()
      if (record === null) return fail(failures.notEnrolled)
      const first = whole ? 0 : record.acked
      if (ledger.head().seq <= first) return fail(failures.nothingToCarry)
      store.transact(() => ledger.append({ kind: 'ledger-carried', actor: by, facts: {} }))
      const upTo = ledger.head().seq
      let after = first
      let files = 0
      try {
        while (after < upTo) {
          const entries: SignedEntry[] = []
          let size = 0
          let full = false
          while (!full && after + entries.length < upTo) {
            const some = ledger.after(after + entries.length, Math.min(readAtOnce, upTo - after - entries.length))
            for (const entry of some) {
              const bytes = Buffer.byteLength(entry.bytes) * 1.25 + 160
              full = size + bytes > carriedFileMax
              if (full) break
              size += bytes
              entries.push(entry)
            }
            progress(after + entries.length - first, upTo - first)
            // The desk's thread is its screen's as well.
            await setImmediate()
          }
          const head = {
            format: 'lodge/ledger/1',
            kiosk: record.kiosk,
            incarnation: record.incarnation,
            after,
            count: entries.length,
          } as const
          await writeWhole(folder, carriedName(record.kiosk, after), writeCarried(head, entries, keys.signKey))
          after += entries.length
          files += 1
        }
      } catch (error) {
        return diskFailure(error)
      }
      return ok({ files, entries: upTo - first, upTo })
    },

    /**
     * Takes the newest receipt for this kiosk. Fails with L-623 (none on the stick), L-622 (only other kiosks'), L-620
     * and L-621 (not whole, altered), L-625 (older than what is known), L-627 (of a hub that was put back from a
     * backup), L-604 (it names an entry that is not in this ledger), L-626 (the stick cannot be read). Nothing changes
     * then.
     */
    async receive(folder: string, by: StaffId): Promise<Result<{ acked: number; fresh: number }>> {
      const record = records.read()
      if (record === null) return fail(failures.notEnrolled)
      let text: string
      try {
        const names = (await readdir(folder)).filter((name) => receiptPattern.test(name)).sort()
        const ours = names.filter((name) => receiptPattern.exec(name)?.[1] === record.kiosk)
        if (ours.length === 0) return fail(names.length === 0 ? failures.noReceipt : failures.carriedOfAnotherKiosk)
        text = await readSmall(join(folder, ours.at(-1) ?? ''), receiptMax)
      } catch (error) {
        return diskFailure(error)
      }
      const receipt = readReceipt(keys.lookupKey, record.kiosk, text)
      if (!receipt.ok) return receipt
      const { acked, head, incarnation } = receipt.value
      if (incarnation !== record.incarnation) return fail(failures.receiptOfRestoredHub)
      return store.transact(() => {
        const known = records.read()?.acked ?? 0
        if (acked > ledger.head().seq || ledger.hashAt(acked) !== head) return fail(failures.kioskFrozen)
        if (acked <= known) return fail(failures.nothingToCarry)
        records.setAcked(acked)
        ledger.append({ kind: 'ledger-receipt-taken', actor: by, facts: { acked } })
        return ok({ acked, fresh: acked - known })
      })
    },
  }
}
