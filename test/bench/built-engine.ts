/** The engine as it ships: a bench of the sources would measure the stripping of their types. */
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const entry = join(root, 'out/main/engine.js')
const buildMs = 300_000

/** Path of the built engine's entry; built first where a source is newer, or there is none. */
export function builtEngine(): string {
  const made = existsSync(entry) ? statSync(entry).mtimeMs : 0
  const newest = Math.max(
    ...globSync('{src-main,src-shared}/**/*.ts', { cwd: root }).map((file) => statSync(join(root, file)).mtimeMs),
  )
  if (made < newest) {
    process.stderr.write('bench: building the kiosk\n')
    execFileSync('npm', ['run', '-s', 'build:kiosk'], { cwd: root, stdio: ['ignore', 2, 2], timeout: buildMs })
  }
  return entry
}
