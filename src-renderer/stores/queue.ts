/** The queue as signed-in staff search it; asked again whenever the counts change. */
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { PickupView } from '../../src-shared/kiosk-api/index.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { useKiosk } from './kiosk.ts'

export const queueFilters = ['arrived', 'waiting', 'today', 'all'] as const
export type QueueFilter = (typeof queueFilters)[number]

/** A screen holds a dozen; whoever searches types on rather than scroll, and each key is answered sooner. */
const searchedAtOnce = 20
const listedAtOnce = 100

export const useQueue = defineStore('queue', () => {
  const kiosk = useKiosk()
  const filter = ref<QueueFilter>('arrived')
  const search = ref('')
  const pickups = shallowRef<readonly PickupView[]>([])
  const total = ref(0)
  const loaded = ref(false)
  const failure = shallowRef<Failure | null>(null)
  let asked = 0

  /** Asks the engine; an answer that a later question overtook is left. */
  async function load(): Promise<void> {
    asked += 1
    const mine = asked
    // Typing a name looks everywhere: nobody should have to know whether the person has checked in.
    const everywhere = search.value.trim() !== ''
    const result = await kiosk.call((api) =>
      api.queue({
        filter: everywhere ? 'all' : filter.value,
        search: search.value.trim().slice(0, 80),
        limit: everywhere ? searchedAtOnce : listedAtOnce,
      }),
    )
    if (mine !== asked) return
    loaded.value = true
    if (result.ok) {
      pickups.value = result.value.pickups
      total.value = result.value.total
      failure.value = null
    } else {
      failure.value = result.failure
    }
  }

  /** Names leave the page's memory with the one who was allowed to see them. */
  function forget(): void {
    asked += 1
    filter.value = 'arrived'
    search.value = ''
    pickups.value = []
    total.value = 0
    loaded.value = false
    failure.value = null
  }

  return { filter, search, pickups, total, loaded, failure, load, forget }
})
