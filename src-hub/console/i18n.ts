/**
 * The console's texts in the three languages of the house. A test compares the files with each other and with what the
 * pages use.
 */
import { createI18n, useI18n } from 'vue-i18n'
import { isolating } from '../../src-shared/domain/human-text.ts'
import en from './locales/en.json' with { type: 'json' }
import fi from './locales/fi.json' with { type: 'json' }
import sv from './locales/sv.json' with { type: 'json' }

type Texts = typeof en

export function makeTexts() {
  const texts = createI18n<[Texts], 'fi' | 'sv' | 'en', false>({
    legacy: false,
    locale: 'fi',
    fallbackLocale: 'en',
    messages: { fi, sv, en },
  })
  texts.global.t = isolating(texts.global.t)
  return texts
}

/** `t` and friends for a component. */
export function useTexts() {
  const texts = useI18n({ useScope: 'global' })
  return { t: texts.t, te: (key: string) => texts.te(key), locale: texts.locale }
}
