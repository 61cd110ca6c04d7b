/** Who is signed in to the console, and what their role may do. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { SessionView } from '../../../src-shared/hub-api/agent/session.ts'
import { mayCall } from '../../../src-shared/hub-api/authority.ts'
import type { ConsoleRoute } from '../api/contract.ts'
import type { Failure } from '../../../src-shared/failures/result.ts'
import * as failures from '../../../src-shared/failures/named.ts'
import { serveInZone } from '../../../src-shared/domain/zone.ts'
import { useHub } from './hub.ts'

export const useSession = defineStore('session', () => {
  const hub = useHub()
  const me = ref<SessionView | null>(null)
  /** Why it could not be asked who is signed in; not that nobody is. */
  const failure = ref<Failure | null>(null)
  const role = computed(() => me.value?.role ?? null)
  const may = (route: ConsoleRoute): boolean => me.value !== null && mayCall(route, me.value.role)

  function take(view: SessionView | null): void {
    if (view !== null) serveInZone(view.timeZone)
    me.value = view
    hub.csrf = view?.csrf ?? null
  }
  /** Whether someone is. */
  async function recall(): Promise<boolean> {
    const result = await hub.call('session')
    failure.value = result.ok || result.failure.code === failures.notAllowed ? null : result.failure
    take(result.ok ? result.value : null)
    return result.ok
  }
  async function signOut(): Promise<void> {
    await hub.call('signOut', { body: {} })
    take(null)
  }
  return { me, role, failure, may, take, recall, signOut }
})
