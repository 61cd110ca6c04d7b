/** Checking a kiosk's chain at the hub, with progress as it goes: JSON lines. */
import { chainPath, ChainProgress } from '../../../src-shared/hub-api/agent/audit.ts'
import { HubFailure } from '../../../src-shared/hub-api/index.ts'
import { fail, ok, type Failure, type Result } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { addressOf } from './client.ts'

/**
 * Ends with the last line; fails with the hub's code, L-601 when the connection broke, L-602 for what is no progress.
 */
export async function checkChain(kiosk: string, onProgress: (progress: ChainProgress) => void): Promise<Result<null>> {
  try {
    const answer = await fetch(addressOf(chainPath, { kiosk }), { credentials: 'same-origin' })
    if (!answer.ok || answer.body === null) {
      const failure = HubFailure.safeParse(await answer.json())
      return failure.success ? { ok: false, failure: failure.data as Failure } : fail(failures.hubUnintelligible)
    }
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      rest += value ?? ''
      const lines = rest.split('\n')
      rest = done ? '' : (lines.pop() ?? '')
      for (const line of lines.filter((each) => each !== '')) {
        const progress = ChainProgress.safeParse(JSON.parse(line))
        if (!progress.success) return fail(failures.hubUnintelligible)
        onProgress(progress.data)
      }
      if (done) return ok(null)
    }
  } catch {
    return fail(failures.hubUnreachable)
  }
}
