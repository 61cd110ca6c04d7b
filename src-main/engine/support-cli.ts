/** `npm run support-bundle -- --config kiosk.json`: the bundle of a kiosk that is not running, to standard output. */
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { openStore } from '../storage/index.ts'
import { createKioskRecords } from '../sync/index.ts'
import { parseEngineConfig } from '../desk/index.ts'
import { supportBundle } from './support-bundle.ts'

function refuse(failure: Failure): never {
  const { what, next } = describeFailure(failure, 'en')
  writeSync(2, `${failure.code} ${what} ${next}\n`)
  process.exit(3)
}

const { values: flags } = parseArgs({ options: { config: { type: 'string', default: '/etc/lodge/kiosk.json' } } })
let raw: unknown
try {
  raw = JSON.parse(readFileSync(flags.config, 'utf8'))
} catch {
  refuse({ code: failures.settingsUnreadable, params: { where: flags.config } })
}
const config = parseEngineConfig(raw)
if (!config.ok) refuse(config.failure)
// A kiosk that runs holds its database alone (L-802): then a supervisor makes the bundle in its window.
const opened = openStore(join(config.value.dataDir, 'kiosk.db'))
if (!opened.ok) refuse(opened.failure)
const { db } = opened.value
writeSync(
  1,
  `${JSON.stringify(supportBundle({ config: config.value, db, record: createKioskRecords(db).read(), state: null, readers: [], now: Date.now() }), null, 1)}\n`,
)
opened.value.close()
