/** One step of the counter, by its name. */
import type { CounterStep } from '../../src-shared/kiosk-api/index.ts'

export type Step<K extends CounterStep['step']> = Extract<CounterStep, { step: K }>
