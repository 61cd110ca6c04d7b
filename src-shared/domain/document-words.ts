/** What a document is called at the beginning of a sentence of a failure's text, as its params (`describeFailure`). */
import type { Localized, ProofKind } from './index.ts'

/** A proof that is held in the hand. */
export type DocumentKind = Exclude<ProofKind, 'e-id'>

const named: Readonly<Record<DocumentKind, Localized>> = {
  passport: { fi: 'Passi', sv: 'Passet', en: 'The passport' },
  'identity-card': { fi: 'Henkilökortti', sv: 'Identitetskortet', en: 'The identity card' },
  'residence-permit': { fi: 'Oleskelulupakortti', sv: 'Uppehållstillståndskortet', en: 'The residence permit card' },
  'driving-licence': { fi: 'Ajokortti', sv: 'Körkortet', en: 'The driving licence' },
}

export function documentParams(kind: DocumentKind): { documentFi: string; documentSv: string; documentEn: string } {
  const { fi, sv, en } = named[kind]
  return { documentFi: fi, documentSv: sv, documentEn: en }
}
