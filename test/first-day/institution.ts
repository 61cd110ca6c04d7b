/** What a first day is tried with: one person, one member of staff, and hours that never end. */
import type { OpeningHours } from '../../src-shared/domain/opening-hours.ts'
import type { DemoRecipient } from '../../src-main/demo/institution.ts'

export const words = (text: string) => ({ fi: text, sv: text, en: text })

const always = [{ from: '00:00', to: '24:00' }]
export const alwaysOpen: OpeningHours = {
  weekly: [always, always, always, always, always, always, always],
  exceptions: [],
}

export const person: DemoRecipient = {
  key: 'first',
  class: 'student',
  family: 'Saarinen',
  given: 'Aino Maria',
  birthDate: '2001-04-17',
  account: 'aino.saarinen',
  cards: ['04A1B2C3D4E5F6'],
  language: 'fi',
}
export const badge = '04D1D2D3D4D5D6'
export const pin = '582047'
export const csv = [
  'account;class;family;given;birth_date;language;cards',
  `${person.account};student;${person.family};${person.given};${person.birthDate ?? ''};fi;${person.cards.join('|')}`,
  'oskar.wikstrom;student;Wikström;Oskar;1999-12-01;sv;04F6E5D4C3B2A1',
  '',
].join('\r\n')
