export { setupOf, type SetupFacts } from './ready.ts'
export { readContact, readSetup, saveContact, saveContactIn, saveSetup } from './store.ts'
