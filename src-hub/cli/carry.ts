/**
 * `npm run -s carry -- --hub https://hub:8443 --token-file supervisor-token FILE-OR-FOLDER...`: imports the ledger
 * files of desks without network, in their order, and writes each receipt beside its file. Ends with 3 where a file is
 * refused; the others are imported all the same.
 */
import { lstatSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeFailure } from '../../src-shared/failures/codes.ts'
import * as failures from '../../src-shared/failures/named.ts'
import type { Failure } from '../../src-shared/failures/result.ts'
import { callHub } from './agent.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { hub: { type: 'string', default: 'https://127.0.0.1:8443' }, 'token-file': { type: 'string' } },
})

function complain(about: string, failure: Failure): void {
  const { what, next } = describeFailure(failure, 'en')
  writeSync(2, `${about}: ${failure.code} ${what} ${next}\n`)
  process.exitCode = 3
}

function readToken(): string {
  try {
    // Either the token alone, or the hub's own lines of `name token`.
    const words =
      readFileSync(flags['token-file'] ?? '', 'utf8')
        .trim()
        .split('\n')[0]
        ?.trim()
        .split(/\s+/) ?? []
    return words[1] ?? words[0] ?? ''
  } catch {
    complain('--token-file', { code: failures.settingsUnreadable, params: { where: '--token-file' } })
    process.exit(3)
  }
}

/** A folder stands for the ledger files in it, which sort in their order. */
function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return (
    readdirSync(path)
      .filter((name) => /^lodge-ledger-.*\.jsonl$/.test(name))
      .sort()
      .map((name) => join(path, name))
      // Whoever carried the stick may have left a link on it that leads elsewhere.
      .filter((file) => lstatSync(file).isFile())
  )
}

const token = readToken()
const authority = await callHub(flags.hub, null, null, 'authority')
if (!authority.ok) complain(flags.hub, authority.failure)
else
  for (const file of positionals.flatMap(filesOf)) {
    const taken = await callHub(flags.hub, authority.value.pem, token, 'importLedger', {
      file: readFileSync(file, 'utf8'),
    })
    if (!taken.ok) {
      complain(file, taken.failure)
      continue
    }
    const receipt = join(dirname(file), taken.value.name)
    rmSync(receipt, { force: true })
    writeFileSync(receipt, taken.value.receipt, { flag: 'wx', flush: true })
    writeSync(
      1,
      `${file}: ${taken.value.taken} new entries, acknowledged up to ${taken.value.acked}; receipt ${receipt}\n`,
    )
  }
