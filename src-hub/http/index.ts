export { createAnswers, statusOf, type AnswerParts, type HubRequest } from './answer.ts'
export { createContacts, type Contacts } from './contacts.ts'
export { createHints, testHint, type Hints } from './hints.ts'
export { createServer, type ServerParts } from './server.ts'
