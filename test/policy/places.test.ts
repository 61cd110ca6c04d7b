/** Where a letter goes and where people are sent: postal codes, and the directory at an hour of the day. */
import { describe, expect, it } from 'vitest'
import { usualHours } from '../../src-shared/domain/opening-hours.ts'
import {
  greaterHelsinki,
  placesNow,
  placeText,
  postalArea,
  whereText,
  type DirectoryDesk,
} from '../../src-shared/policy/index.ts'

const at = (postalCode: string, country = 'FI') => postalArea({ postalCode, country }, greaterHelsinki)

describe('Greater Helsinki by postal code', () => {
  it.each([
    ['00100', 'Helsinki'],
    ['00980', 'Helsinki, Vuosaari'],
    ['00014', 'Helsinki, the university’s own'],
    ['01300', 'Vantaa, Tikkurila'],
    ['01770', 'Vantaa, its last'],
    ['02100', 'Espoo, Tapiola'],
    ['02380', 'Espoo, Suvisaaristo'],
    ['02700', 'Kauniainen'],
    ['02860', 'Espoo, Siikajärvi'],
    ['02980', 'Espoo, Lakisto'],
    ['FI-00100', 'with the country’s letters'],
    ['00 100', 'with a space'],
  ])('%s is inside (%s)', (code) => {
    expect(at(code)).toBe('inside')
  })

  it.each([
    ['01120', 'Sipoo'],
    ['01900', 'Nurmijärvi'],
    ['02400', 'Kirkkonummi'],
    ['02570', 'Siuntio'],
    ['02880', 'Veikkola'],
    ['04200', 'Kerava'],
    ['20100', 'Turku'],
    ['99990', 'Utsjoki'],
  ])('%s is outside (%s)', (code) => {
    expect(at(code)).toBe('outside')
  })

  it('abroad counts as outside, whatever its code looks like; no code in Finland is no address', () => {
    expect(at('00100', 'SE')).toBe('outside')
    expect(at('22100', 'AX')).toBe('outside')
    expect(at('', 'IE')).toBe('outside')
    expect(at('', 'FI')).toBe('unknown')
    expect(at('0010', 'FI')).toBe('unknown')
    expect(postalArea(null, greaterHelsinki)).toBe('unknown')
  })
})

const words = (text: string) => ({ fi: text, sv: text, en: text })
const desk = (
  name: string,
  kind: DirectoryDesk['kind'],
  address: string,
  hours: DirectoryDesk['hours'] = usualHours,
): DirectoryDesk => ({
  id: name.padEnd(22, '0') as DirectoryDesk['id'],
  kind,
  name: words(name),
  unit: words('Unit'),
  address,
  hours,
})

describe('the directory', () => {
  /** Friday 2026-03-06 at 17:30 in Helsinki. */
  const friday = Date.UTC(2026, 2, 6, 15, 30)
  const never = { ...usualHours, weekly: [[], [], [], [], [], [], []] as typeof usualHours.weekly }
  const list = [
    desk('far', 'helpdesk', 'Katu 1, 02150 Espoo'),
    desk('near', 'helpdesk', 'Katu 2, 00560 Helsinki'),
    desk('shut', 'helpdesk', 'Katu 3, 00560 Helsinki', never),
    desk('here', 'helpdesk', 'Katu 4, 00500 Helsinki'),
    desk('hr', 'hr', 'Katu 5, 00100 Helsinki'),
  ]
  const here = { desk: 'here'.padEnd(22, '0') }

  it('names the open and near ones first, never the desk that asks', () => {
    const found = placesNow(list, ['helpdesk'], friday, here)
    expect(found.map(({ name }) => name.en)).toEqual(['near', 'far', 'shut'])
    expect(found[0]).toMatchObject({ open: true, until: Date.UTC(2026, 2, 6, 16) })
    expect(found[2]).toMatchObject({ open: false, until: null })
  })

  it('says until when today, and on which day otherwise', () => {
    const [place] = placesNow(list, ['hr'], friday, here)
    if (place === undefined) throw new Error('no place')
    expect(placeText(place, 'en', friday)).toBe('hr, Unit, Katu 5, 00100 Helsinki, open until 18:00')
    expect(placeText(place, 'fi', friday)).toContain('auki, suljetaan klo 18.00')
    const [later] = placesNow(list, ['hr'], friday + 3_600_000, here)
    if (later === undefined) throw new Error('no place')
    expect(placeText(later, 'sv', friday + 3_600_000)).toMatch(/öppnar mån\.? 9\.3\.? kl\. 8\.00/)
  })

  it('falls back on the kind of desk where the directory has none', () => {
    expect(whereText(['hr'], [], friday, {}, 'fi')).toBe('henkilöstöpalvelut')
    expect(whereText(['helpdesk', 'student-affairs'], [], friday, {}, 'sv')).toBe(
      'helpdesks servicepunkt eller studiebyrån',
    )
  })
})
