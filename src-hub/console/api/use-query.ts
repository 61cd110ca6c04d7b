/**
 * What a page shows, asked of the hub: kept on the screen while it is asked again, and asked again when the hub says
 * that it changed.
 */
import { onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue'
import type { Failure } from '../../../src-shared/failures/result.ts'
import { useHub } from '../stores/hub.ts'
import { useLive, type LiveTopic } from '../stores/live.ts'
import type { ConsoleQuery, ConsoleReply, ConsoleRoute } from './contract.ts'

/** `query` null asks nothing. `topics`: what the answer hangs on. */
export function useQuery<R extends ConsoleRoute>(
  route: R,
  query: MaybeRefOrGetter<ConsoleQuery<R> | null>,
  topics: readonly LiveTopic[] = [],
) {
  const hub = useHub()
  const live = useLive()
  const data = shallowRef<ConsoleReply<R> | null>(null)
  const failure = ref<Failure | null>(null)
  const loading = ref(true)
  let asked = 0
  let open: AbortController | null = null

  async function reload(): Promise<void> {
    const input = toValue(query)
    open?.abort()
    const mine = ++asked
    if (input === null) {
      loading.value = false
      data.value = null
      return
    }
    open = new AbortController()
    loading.value = true
    const result = await hub.call(route, { query: input, signal: open.signal })
    // A later question has been put meanwhile: its answer counts.
    if (mine !== asked) return
    loading.value = false
    if (result.ok) {
      data.value = result.value
      failure.value = null
    } else failure.value = result.failure
  }

  watch(
    () => JSON.stringify(toValue(query)),
    () => void reload(),
    { immediate: true },
  )
  watch(
    () => topics.map((topic) => live.revisions[topic]).join(),
    () => void reload(),
  )
  onScopeDispose(() => {
    asked += 1
    open?.abort()
  })
  return { data, failure, loading, reload }
}
