/** A test that runs inside the machine, against its kernel. */
import type { Act } from '../wire.ts'

export interface World {
  /** Done when the outside has done it. */
  ask(act: Act): Promise<void>
  /** Adds to a figure that the run prints at its end. */
  count(figure: 'devices' | 'reports', by?: number): void
}

export interface HardwareTest {
  readonly name: string
  readonly run: (world: World) => Promise<void>
}

/** Waits until `is` holds, looking every few ms; throws with `what` after `ms`. */
export async function until(what: string, is: () => boolean | Promise<boolean>, ms = 15_000): Promise<void> {
  const end = performance.now() + ms
  while (!(await is())) {
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** For what must not happen: gives it `ms` to happen. */
export const aWhile = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
