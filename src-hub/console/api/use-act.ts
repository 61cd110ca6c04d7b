/**
 * One act at the hub: busy while it runs, its failure kept beside the form, and no second run before the first has
 * ended.
 */
import { ref } from 'vue'
import type { Failure } from '../../../src-shared/failures/result.ts'
import { useHub } from '../stores/hub.ts'
import type { ConsoleBody, ConsoleReply, ConsoleRoute } from './contract.ts'

export function useAct<R extends ConsoleRoute>(route: R) {
  const hub = useHub()
  const busy = ref(false)
  const failure = ref<Failure | null>(null)

  /** null when it failed; `failure` then says why. */
  async function run(body: ConsoleBody<R>): Promise<ConsoleReply<R> | null> {
    if (busy.value) return null
    busy.value = true
    failure.value = null
    const result = await hub.call(route, { body })
    busy.value = false
    if (result.ok) {
      hub.acts += 1
      return result.value
    }
    failure.value = result.failure
    return null
  }
  return { run, busy, failure }
}
