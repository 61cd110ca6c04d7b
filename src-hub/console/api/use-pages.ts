/** Pages by the hub's marks: forth by its `next`, back by those already passed. A changed filter begins anew. */
import { computed, ref, watch } from 'vue'

export function usePages(filter: () => unknown) {
  const marks = ref<string[]>([])
  const after = computed(() => marks.value.at(-1))
  watch(
    () => JSON.stringify(filter()),
    () => {
      marks.value = []
    },
    { flush: 'sync' },
  )
  return {
    after,
    number: computed(() => marks.value.length + 1),
    forth(next: string): void {
      marks.value = [...marks.value, next]
    },
    back(): void {
      marks.value = marks.value.slice(0, -1)
    },
  }
}
