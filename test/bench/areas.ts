/** What can be measured, and which figures each must bring: one that is missing fails the run. */
import { actNames } from './big-desk/names.ts'
import type { Figure } from './figure.ts'

interface Measured {
  readonly figures: readonly string[]
  /** Loaded when it is run: an area may need a package that the others do not. */
  readonly measure: () => Promise<Figure[]>
}

export const areas = {
  'big-desk': {
    figures: actNames.flatMap((name) => [`${name}_longest_ms`, `${name}_others_p99_ms`, `${name}_whole_ms`]),
    measure: async () => (await import('./big-desk.ts')).bigDeskFigures(),
  },
  engine: {
    figures: ['engine_start', 'card_lookup_p50'],
    measure: async () => (await import('./engine.ts')).engineFigures(),
  },
  console: {
    figures: ['list_p95', 'search_p95', 'import_rows'],
    measure: async () => (await import('./console.ts')).consoleFigures(),
  },
  people: {
    figures: ['people_full_20k_s', 'people_delta_ms', 'people_others_p99_ms'],
    measure: async () => (await import('./people.ts')).peopleFigures(),
  },
  sync: {
    figures: [
      'pull_10k',
      'push_10k',
      'pull_10k_vs_raw',
      'push_10k_vs_raw',
      'pull_bytes',
      'push_bytes',
      'idle_poll_ms',
      'first_sync_100k',
      'first_sync_100k_longest_hold_ms',
    ],
    measure: async () => (await import('./sync.ts')).syncFigures(),
  },
  fleet: {
    figures: [
      'fleet_poll_p99',
      'fleet_storm_drain_s',
      'fleet_growth',
      'fleet_hint_ms',
      'fleet_memory',
      'fleet_storm_two_hubs_s',
      'fleet_storm_four_hubs_s',
      'fleet_poll_p99_two_hubs',
      'fleet_poll_p99_four_hubs',
      'fleet_memory_two_hubs',
      'fleet_memory_four_hubs',
    ],
    measure: async () => (await import('./fleet.ts')).fleetFigures(),
  },
  hpke: {
    figures: ['hpke_seal_us', 'hpke_open_us'],
    measure: async () => (await import('./hpke.ts')).hpkeFigures(),
  },
  release: {
    figures: ['scan_to_first_byte_p99', 'scan_to_first_byte_p50'],
    measure: async () => (await import('./release.ts')).releaseFigures(),
  },
  readers: {
    figures: ['decode', 'scan_latency_p99'],
    measure: async () => (await import('./readers.ts')).readersFigures(),
  },
  ui: {
    figures: ['first_paint', 'scan_to_screen_p99', 'search_keystroke_p99', 'bundle_gzip_kb'],
    measure: async () => (await import('./ui.ts')).uiFigures(),
  },
} as const satisfies Readonly<Record<string, Measured>>

export type Area = keyof typeof areas
export const isArea = (name: string): name is Area => Object.hasOwn(areas, name)
