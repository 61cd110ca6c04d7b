/**
 * The hub says over server-sent events what has changed; pages that show it ask again. While the stream is away they
 * ask every few seconds.
 */
import { defineStore } from 'pinia'
import { reactive, ref } from 'vue'
import { ConsoleEvent, eventsPath } from '../../../src-shared/hub-api/agent/health.ts'

export const liveTopics = ['pickup', 'desk', 'alarm', 'dispute'] as const
export type LiveTopic = (typeof liveTopics)[number]

const withoutStreamMs = 10_000
/** Changes come in bursts (an import of thousands): pages ask again at most this often. */
const gatherMs = 300

export const useLive = defineStore('live', () => {
  const revisions = reactive<Record<LiveTopic, number>>({ pickup: 0, desk: 0, alarm: 0, dispute: 0 })
  const state = ref<'connecting' | 'live' | 'away'>('connecting')
  let source: EventSource | null = null
  let polling = 0
  const due = new Set<LiveTopic>()
  let gathering = 0

  function bump(topics: readonly LiveTopic[] = liveTopics): void {
    for (const topic of topics) due.add(topic)
    if (gathering !== 0) return
    gathering = window.setTimeout(() => {
      gathering = 0
      for (const topic of due) revisions[topic] += 1
      due.clear()
    }, gatherMs)
  }
  function stop(): void {
    source?.close()
    source = null
    window.clearInterval(polling)
    state.value = 'connecting'
  }
  function start(): void {
    stop()
    source = new EventSource(eventsPath)
    source.addEventListener('hello', () => {
      // What changed while the stream was away is not sent again: ask once.
      if (state.value === 'away') bump()
      state.value = 'live'
    })
    source.addEventListener('change', (event) => {
      const change = ConsoleEvent.safeParse(JSON.parse(String(event.data)))
      if (change.success) bump([change.data.about === 'pickups' ? 'pickup' : change.data.about])
    })
    source.addEventListener('error', () => {
      state.value = 'away'
      // A stream that the hub refused is not tried again by the browser itself.
      if (source?.readyState === EventSource.CLOSED)
        window.setTimeout(() => source?.readyState === EventSource.CLOSED && start(), withoutStreamMs)
    })
    polling = window.setInterval(() => {
      if (state.value === 'away') bump()
    }, withoutStreamMs)
  }
  return { revisions, state, start, stop, bump }
})
