/** `npm run -s openapi [FILE]`: prints the contract as OpenAPI 3.1, or writes it. */
import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { openApiDocument } from '../operations/index.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const text = `${JSON.stringify(openApiDocument(version), null, 2)}\n`
const [file] = process.argv.slice(2)
if (file === undefined) writeSync(1, text)
else writeFileSync(file, text)
