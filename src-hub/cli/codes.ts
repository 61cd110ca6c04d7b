/**
 * `npm run codes -- --hub https://hub:8443 --token-file agent-token [--all] [--out folder] [--defaults file.json]`: a
 * one-time code for every desk that has no kiosk (`--all`: for every desk), as CSV on standard output, and a
 * provisioning file for each in `--out`. `--check-in`: for one more check-in screen at every desk that people come to
 * instead.
 */
import { mkdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Failure, Result } from '../../src-shared/failures/result.ts'
import { callHub } from './agent.ts'
import { codesCsv, fileName, provisioningFile, type Invited } from '../kiosks/index.ts'

const { values: flags } = parseArgs({
  options: {
    hub: { type: 'string', default: 'https://127.0.0.1:8443' },
    'token-file': { type: 'string' },
    all: { type: 'boolean', default: false },
    'check-in': { type: 'boolean', default: false },
    out: { type: 'string' },
    defaults: { type: 'string' },
  },
})

/** What the institution's kiosks have in common, from a file of its own. */
const Defaults = z.strictObject({
  proxy: z.url().optional(),
  support: z.string().max(120).optional(),
  mode: z.enum(['kiosk', 'shared-counter']).default('kiosk'),
  printer: z.record(z.string(), z.unknown()).optional(),
  readers: z.record(z.string(), z.unknown()).optional(),
})

function refuse(failure: Failure): never {
  const { what, next } = describeFailure(failure, 'en')
  writeSync(2, `${failure.code} ${what} ${next}\n`)
  process.exit(3)
}
function got<T>(result: Result<T>): T {
  if (!result.ok) refuse(result.failure)
  return result.value
}

function readDefaults(): z.infer<typeof Defaults> {
  if (flags.defaults === undefined) return Defaults.parse({})
  try {
    return Defaults.parse(JSON.parse(readFileSync(flags.defaults, 'utf8')))
  } catch {
    refuse({ code: failures.settingsUnreadable, params: { where: flags.defaults } })
  }
}

function readToken(): string {
  if (flags['token-file'] === undefined)
    refuse({ code: failures.settingsUnreadable, params: { where: '--token-file' } })
  try {
    // Either the token alone, or the hub's own lines of `name token`.
    return readFileSync(flags['token-file'], 'utf8').trim().split('\n')[0]?.trim().split(/\s+/).at(-1) ?? ''
  } catch {
    refuse({ code: failures.settingsUnreadable, params: { where: '--token-file' } })
  }
}

const token = readToken()
const defaults = readDefaults()
const { pem } = got(await callHub(flags.hub, null, null, 'authority'))
const { desks } = got(await callHub(flags.hub, pem, token, 'desks'))
const invited: Invited[] = []
const kind = flags['check-in'] ? 'check-in' : 'desk'
const wanted = desks.filter((desk) => (kind === 'desk' ? flags.all || desk.kiosk === null : desk.kind !== 'post-room'))
// A check-in screen prints nothing.
const common = {
  hub: flags.hub,
  authority: pem,
  ...defaults,
  ...(kind === 'desk' ? {} : { printer: { kind: 'none' } }),
}
for (const desk of wanted) {
  invited.push({ desk, code: got(await callHub(flags.hub, pem, token, 'enrolmentCode', { desk: desk.id, kind })).code })
  writeSync(2, `\r${invited.length} of ${wanted.length}`)
}
writeSync(2, '\n')
if (flags.out !== undefined) {
  mkdirSync(flags.out, { recursive: true, mode: 0o700 })
  for (const each of invited)
    writeFileSync(join(flags.out, fileName(each)), provisioningFile(each, common), { mode: 0o600 })
}
writeSync(1, codesCsv(invited))
