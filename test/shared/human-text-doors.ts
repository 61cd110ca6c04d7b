/** Every door that a name comes in by, as a list of those that take a text. */
import { readHeader, readRow } from '../../src-hub/imports/columns.ts'
import { parseInstitution } from '../../src-hub/seed/institution.ts'
import { hubApi, type HubRoute } from '../../src-shared/hub-api/index.ts'

const id = 'AAAAAAAAAAAAAAAAAAAAAA'
const texts = (text: string) => ({ fi: text, sv: 'Namn', en: 'Name' })
const person = { class: 'student', language: 'fi', accounts: [{ account: 'a' }] }
const desk = { unit: id, kind: 'porter', slipPrefix: 'MYL', hours: null }
const organisation = { changeAddress: 'https://e.org', selfServiceAddress: 'https://e.org' }
const address = { lines: ['Street 1'], postalCode: '00100', city: 'Helsinki', country: 'FI' }

/** Bodies of the hub's routes, by what of them the text is. */
const bodies: Readonly<Record<string, readonly [HubRoute, (text: string) => unknown]>> = {
  'family name': ['saveRecipient', (text) => ({ ...person, name: { family: text, given: '' } })],
  'given name': ['saveRecipient', (text) => ({ ...person, name: { family: '', given: text } })],
  'former name': [
    'saveRecipient',
    (text) => ({ ...person, name: { family: 'A', given: '' }, formerNames: [{ family: text, given: '' }] }),
  ],
  // Twice as long as a name may be, in characters and in bytes.
  sponsor: [
    'saveRecipient',
    (text) => ({ ...person, name: { family: 'A', given: '' }, sponsor: text.length > 100 ? text.repeat(2) : text }),
  ],
  unit: ['saveUnit', (text) => ({ name: texts(text), address: '', hours: null })],
  desk: ['saveDesk', (text) => ({ ...desk, name: texts(text) })],
  'member of staff': ['saveStaff', (text) => ({ name: text, role: 'porter', desks: [] })],
  organisation: ['saveOrganisation', (text) => ({ ...organisation, name: texts(text) })],
  account: ['saveConsoleAccount', (text) => ({ username: 'aino', name: text, role: 'agent' })],
  'first administrator': [
    'firstAdministrator',
    (text) => ({ token: 'A'.repeat(43), username: 'aino', name: text, password: 'x' }),
  ],
  import: ['createImport', (text) => ({ name: text })],
  'street of a letter': ['setAddress', (text) => ({ account: 'a', address: { ...address, lines: [text] } })],
}

/** An institution's file in which `places` name its unit and desk, and `text` its people. */
const institution = (text: string, places: string) => ({
  organisation: { ...organisation, name: texts('Organisation') },
  units: [{ key: 'u', name: texts(places), address: '' }],
  desks: [{ key: 'd', unit: 'u', kind: 'porter', name: texts(places), slipPrefix: 'MYL' }],
  staff: [{ key: 's', name: text, role: 'porter', badges: [], desks: [] }],
  recipients: [{ key: 'r', class: 'student', family: text, given: '', language: 'fi', birthDate: null, account: 'a' }],
  pickups: [],
})

/** The names of the doors that take `text` as a name. */
export function saveable(text: string): readonly string[] {
  const taken = Object.entries(bodies).flatMap(([door, [route, body]]) =>
    hubApi[route].body.safeParse(body(text)).success ? [door] : [],
  )
  for (const column of ['family', 'given', 'former_names'] as const) {
    const header = readHeader(['account', 'class', column])
    // A cell is trimmed as a spreadsheet's is, a comma parts a former name, and a line break is the file's own.
    if (header.ok && readRow(header.value, ['a', 'student', text]).ok) taken.push(`import of ${column}`)
  }
  if (parseInstitution(institution(text, 'Place')).ok) taken.push('people of a seed')
  if (parseInstitution(institution('Aino', text)).ok) taken.push('places of a settings file')
  return taken
}
