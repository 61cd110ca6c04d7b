import type { Language } from '../../src-shared/domain/index.ts'
import type { PersonName } from '../../src-shared/hub-api/agent/words.ts'
import { initials } from '../pickups/index.ts'
import type { StepOf } from './steps.ts'

/** How serving somebody ended, as anybody at the counter may read it. `until`: when the step ends by itself, ms. */
export function doneStep(
  outcome: StepOf<'done'>['outcome'],
  { name, language }: { readonly name: PersonName; readonly language: Language },
  until: number,
): StepOf<'done'> {
  return { step: 'done', outcome, initials: initials(name), language, until }
}
