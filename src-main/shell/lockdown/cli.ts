/** `npm run lockdown-report [-- --data FOLDER] [--json]`. Exit code 1 when something is missing. */
import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { thisMachine } from './machine.ts'
import { inLines, lockdownReport } from './report.ts'

const { values: flags } = parseArgs({
  options: { data: { type: 'string', default: '/var/lib/lodge/data' }, json: { type: 'boolean', default: false } },
})
const report = lockdownReport(thisMachine(flags.data))
writeSync(1, flags.json ? `${JSON.stringify(report)}\n` : `${inLines(report).join('\n')}\n`)
process.exitCode = report.findings.some(({ state }) => state === 'missing') ? 1 : 0
