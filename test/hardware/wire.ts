/** What the tests inside the machine and the run outside it say to each other: one JSON object a line. */
export type FromInside =
  | { readonly t: 'up' }
  | { readonly t: 'begin'; readonly name: string }
  | {
      readonly t: 'end'
      readonly name: string
      readonly outcome: 'passed' | 'failed' | 'skipped'
      readonly why: string
      readonly ms: number
    }
  | { readonly t: 'figure'; readonly name: string; readonly value: number }
  | { readonly t: 'ask'; readonly id: number; readonly act: Act }
  | { readonly t: 'done' }

/** What only the outside can do: keys on the emulated USB keyboard (QEMU's names of keys), and its cable. */
export type Act =
  | { readonly kind: 'keys'; readonly strokes: readonly (readonly string[])[] }
  | { readonly kind: 'unplug-keyboard' }
  | { readonly kind: 'plug-keyboard' }

export interface FromOutside {
  readonly id: number
  /** null: done. */
  readonly trouble: string | null
}
