/** What a release cannot do without: its commits on the platter, and one envelope opened. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { newSealKeyPair, openEnvelope, sealEnvelope } from '../../../src-shared/protocol/envelope.ts'
import type { EnvelopeBinding } from '../../../src-shared/protocol/envelope.ts'

const page = 4096

export interface Floor {
  /** Milliseconds of `commits` appended pages, each followed by its fdatasync, and one HPKE open. */
  measure(commits: number): Promise<number>
  close(): void
}

/** In the folder of the desk's own database: the same disk. */
export async function createFloor(folder: string, binding: EnvelopeBinding): Promise<Floor> {
  const file = openSync(join(folder, 'floor'), 'w', 0o600)
  const pair = await newSealKeyPair()
  const envelope = await sealEnvelope(pair.publicKey, Buffer.from('Kissa-9081'), binding)
  const bytes = Buffer.alloc(page, 1)
  return {
    async measure(commits) {
      const from = performance.now()
      for (let i = 0; i < commits; i++) {
        writeSync(file, bytes)
        fdatasyncSync(file)
      }
      const secret = await openEnvelope(pair.privateKey, envelope, binding)
      const took = performance.now() - from
      secret.fill(0)
      return took
    },
    close: () => closeSync(file),
  }
}
