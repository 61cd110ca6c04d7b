export { createContacts, type Contacts } from './contacts.ts'
export { createHints, type Hints } from './hints.ts'
export { createServer, type ServerParts } from './server.ts'
