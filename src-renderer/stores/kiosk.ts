/** The engine's state as last pushed, and whether the engine is there. The window draws this and decides nothing. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { createClient } from '../../src-shared/kiosk-api/contract.ts'
import { kioskApi, type KioskClient, type KioskState, type ShellNotice } from '../../src-shared/kiosk-api/index.ts'
import { serveInZone } from '../../src-shared/domain/zone.ts'
import { fail, type Failure, type Result } from '../../src-shared/failures/result.ts'
import * as failures from '../../src-shared/failures/named.ts'
import { splitNotices, type KioskLink, type LinkState } from '../link/index.ts'

/** `away`: what is on screen is old; it stays, under a notice, until the engine is back. */
export type Presence = 'starting' | 'here' | 'away' | 'given-up' | 'elsewhere'

/** The state as last pushed, and whether it is known to be fresh since the last break. */
function createPushed() {
  const state = shallowRef<KioskState | null>(null)
  const fresh = ref(false)
  /** The engine restarted while somebody was serving: whom it signed out is told so, until the next one signs in. */
  const interrupted = ref(false)
  let received = 0

  return {
    state,
    fresh,
    interrupted,
    /** False for a state that comes late: a newer one of the same engine is here already. */
    accept(next: KioskState): boolean {
      // A new engine counts from the start again; within one engine an older state never replaces a newer one.
      if (fresh.value && state.value !== null && next.revision < state.value.revision) return false
      if (next.staff !== null) interrupted.value = false
      else if (!fresh.value && state.value !== null && state.value.staff !== null && next.locked === null)
        interrupted.value = true
      received = performance.now()
      serveInZone(next.desk?.timeZone)
      state.value = next
      fresh.value = true
      return true
    },
    /** The desk's time now: the engine's, carried on by this page's monotonic clock. Milliseconds since 1970. */
    deskNow: () => (state.value === null ? Date.now() : state.value.now + Math.round(performance.now() - received)),
  }
}

export const useKiosk = defineStore('kiosk', () => {
  const pushed = createPushed()
  const { state, fresh, interrupted, deskNow } = pushed
  const connection = ref<LinkState>('connecting')
  const engine = ref<ShellNotice['engine']>('starting')
  const engineFailure = shallowRef<Failure | null>(null)
  /** A scan that changed nothing on the counter; `at` tells two of the same code apart. */
  const scanNotice = shallowRef<{ readonly failure: Failure; readonly at: number } | null>(null)
  /** How often somebody has called for staff here: each time it rings. */
  const rung = ref(0)
  let notices = 0
  let joined: { readonly client: KioskClient; readonly drop: () => void; readonly link: KioskLink } | null = null

  const presence = computed<Presence>(() => {
    if (connection.value === 'elsewhere') return 'elsewhere'
    if (engine.value === 'given-up' && connection.value === 'up') return 'given-up'
    if (fresh.value && connection.value === 'up') return 'here'
    return state.value === null ? 'starting' : 'away'
  })

  function accept(next: KioskState): void {
    if (!pushed.accept(next)) return
    engine.value = 'up'
    engineFailure.value = null
  }

  async function refresh(): Promise<void> {
    if (joined === null) return
    const result = await joined.client.state({})
    if (result.ok) accept(result.value)
  }

  function broken(): void {
    fresh.value = false
    joined?.drop()
  }

  function onNotice(notice: ShellNotice): void {
    engine.value = notice.engine
    engineFailure.value = notice.failure as Failure | null
    if (notice.engine === 'up') void refresh()
    else broken()
    // No engine will end the session that is still drawn here: nobody's name stays on the screen.
    if (notice.engine === 'given-up') state.value = null
  }

  /** Joins the engine; called once by the page. */
  function join(link: KioskLink): void {
    const made = createClient(kioskApi, splitNotices(link, onNotice))
    joined = { client: made.api, drop: () => made.drop(), link }
    made.api.on('state', accept)
    made.api.on('scanNotice', ({ failure }) => {
      notices += 1
      scanNotice.value = { failure: failure as Failure, at: notices }
    })
    made.api.on('staffCall', () => {
      rung.value += 1
    })
    link.onState((next) => {
      connection.value = next
      if (next === 'up') void refresh()
      else broken()
      if (next === 'elsewhere') state.value = null
    })
    link.start()
  }

  /** A person wants an engine that was given up to be tried again. */
  function retryEngine(): void {
    if (presence.value === 'given-up') joined?.link.retryEngine()
  }

  /** A person wants the kiosk in this window after another had taken it. */
  function takeBack(): void {
    if (connection.value === 'elsewhere') joined?.link.start()
  }

  /** One call; while the engine is away every call is answered `L-904` at once. */
  async function call<T>(work: (api: KioskClient) => Promise<Result<T>>): Promise<Result<T>> {
    if (joined === null || presence.value !== 'here') return fail(failures.engineRestarting)
    return work(joined.client)
  }

  return {
    state,
    connection,
    engine,
    engineFailure,
    presence,
    interrupted,
    scanNotice,
    rung,
    join,
    takeBack,
    retryEngine,
    call,
    deskNow,
  }
})
