/** The desks by id, for names in lists and for choosing one. */
import { computed } from 'vue'
import { isolated } from '../../../src-shared/domain/human-text.ts'
import type { ConsoleReply } from './contract.ts'
import { useLocal } from '../wording/local.ts'
import { useQuery } from './use-query.ts'

export type DeskEntry = ConsoleReply<'desks'>['desks'][number]

export function useDesks() {
  const local = useLocal()
  const query = useQuery('desks', {})
  const byId = computed(
    () => new Map<string, DeskEntry>((query.data.value?.desks ?? []).map((desk) => [desk.id, desk])),
  )
  const desks = computed(() =>
    [...byId.value.values()].sort(
      (a, b) => local(a.unit).localeCompare(local(b.unit)) || local(a.name).localeCompare(local(b.name)),
    ),
  )
  /** `Myllypuro, porter's lodge`: unit and desk. */
  const name = (id: string | null): string => {
    const desk = id === null ? undefined : byId.value.get(id)
    return desk === undefined ? '–' : place(desk)
  }
  const place = (desk: Pick<DeskEntry, 'unit' | 'name'>): string =>
    `${isolated(local(desk.unit))}, ${isolated(local(desk.name))}`
  /** Known for sure: there is no desk yet. */
  const none = computed(() => query.data.value !== null && query.data.value.desks.length === 0)
  return { desks, byId, none, name, place, failure: query.failure, reload: query.reload }
}
