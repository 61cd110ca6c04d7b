export { createAhead, type Ahead } from './ahead.ts'
export { createPageReader, type Page, type PageReader } from './page-reader.ts'
export { createPageThread, type PageThread } from './page-thread.ts'
export { type PageHeads, type PlainChange } from './read-page.ts'
