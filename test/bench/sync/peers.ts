/**
 * PouchDB and its server, a package of their own beside the benches: installed from its lock file when the bench first
 * asks.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../peers/', import.meta.url))
const installMs = 300_000

/** Needs the network, once. Throws with npm's own words where it cannot. */
export function installPeers(): void {
  if (existsSync(`${folder}node_modules/.package-lock.json`)) return
  process.stderr.write('bench: installing PouchDB and express-pouchdb\n')
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--silent'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: installMs,
  })
}

/** One of them; `installPeers` comes first. */
export const requirePeer: NodeJS.Require = createRequire(`${folder}package.json`)
