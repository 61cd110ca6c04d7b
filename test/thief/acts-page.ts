/**
 * The section of docs/threat-model.md that src-shared/hub-api/unattended-acts.ts generates. `-- --write` puts it there:
 * `npm run -s acts -- --write`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  unattendedEntries,
  unattendedRoutes,
  type Trace,
  type UnattendedAct,
} from '../../src-shared/hub-api/unattended-acts.ts'
import { hintPath, hubApi, type HubRoute } from '../../src-shared/hub-api/index.ts'

export const page = fileURLToPath(new URL('../../docs/threat-model.md', import.meta.url))
const [begin, end] = ['<!-- unattended acts: begin (npm run -s acts -- --write) -->', '<!-- unattended acts: end -->']

function traceOf({ alarms = [], audit = [], pickup }: Trace): string {
  const parts = [
    alarms.length === 0 ? [] : `alarm ${alarms.map((kind) => `\`${kind}\``).join(', ')}`,
    audit.length === 0 ? [] : `audit ${audit.map((kind) => `\`${kind}\``).join(', ')}`,
    pickup === undefined ? [] : `pickup ${pickup}`,
  ].flat()
  return parts.length === 0 ? '–' : parts.join('; ')
}

const row = (name: string, { gains, shows, leaves }: UnattendedAct) =>
  `| ${name} | ${gains} | ${shows} | ${traceOf(leaves)} |`

function table(rows: readonly string[]): string {
  return [
    '| act | what a thief gains by it | what stops or shows it | left at the hub |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n')
}

const nameOf = (route: string): string => {
  if (route === 'hint') return `\`GET ${hintPath}\``
  const { method, path } = hubApi[route as HubRoute]
  return `\`${method} ${path}\``
}

/** The section as it must stand, markers included. */
export function section(): string {
  const routes = Object.entries(unattendedRoutes).map(([name, act]) => row(nameOf(name), act))
  const entries = Object.entries(unattendedEntries).map(([name, act]) => row(`\`${name}\``, act))
  return [begin, '', table(routes), '', 'Entries of the ledger:', '', table(entries), '', end].join('\n')
}

/** The page with the section put in place of the one that stands there. Throws when the page has no markers. */
export function withSection(text: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error('docs/threat-model.md has no place for the acts of the unattended key')
  return text.slice(0, from) + section() + text.slice(to + end.length)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = readFileSync(page, 'utf8')
  const wanted = withSection(text)
  if (process.argv.includes('--write')) writeFileSync(page, wanted)
  else if (text !== wanted) {
    process.stderr.write(
      'docs/threat-model.md is not what src-shared/hub-api/unattended-acts.ts says: npm run -s acts -- --write\n',
    )
    process.exitCode = 1
  }
}
