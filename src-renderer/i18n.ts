/**
 * Texts in the three languages of the house. A test compares the files with each other and with what the screens use.
 */
import { createI18n } from 'vue-i18n'
import { isolating } from '../src-shared/domain/human-text.ts'
import en from './locales/en.json' with { type: 'json' }
import fi from './locales/fi.json' with { type: 'json' }
import sv from './locales/sv.json' with { type: 'json' }

type Texts = typeof en

declare module 'vue-i18n' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  export interface DefineLocaleMessage extends Texts {}
}

export function makeI18n() {
  const texts = createI18n<[Texts], 'fi' | 'sv' | 'en', false>({
    legacy: false,
    locale: 'fi',
    fallbackLocale: 'en',
    messages: { fi, sv, en },
  })
  texts.global.t = isolating(texts.global.t)
  return texts
}
