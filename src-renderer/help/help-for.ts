/** Which help belongs to which screen. */
import type { Language } from '../../src-shared/domain/index.ts'
import en from './en.json' with { type: 'json' }
import fi from './fi.json' with { type: 'json' }
import sv from './sv.json' with { type: 'json' }

export interface Help {
  readonly title: string
  readonly steps: readonly string[]
  /** What must not be done, or must not be forgotten. */
  readonly note?: string
}

const texts: Readonly<Record<Language, Readonly<Record<string, Help>>>> = { fi, sv, en }

/** The name in the `screen-NAME` mark of the screen inside `main`; `general` where there is none. */
export function screenOn(main: HTMLElement | null): string {
  const mark = main?.querySelector<HTMLElement>('[data-testid^="screen-"]')?.dataset['testid']
  return mark?.slice('screen-'.length) ?? 'general'
}

/** Help for a screen; one without its own has the general help. */
export function helpFor(screen: string, language: Language): Help {
  const own = texts[language][screen] ?? texts[language]['general']
  if (own === undefined) throw new Error('no general help')
  return own
}
