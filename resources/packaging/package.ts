/**
 * `npm run package [-- --dry-run]`: stages the kiosk, packs and checks its archive, and makes the installers. The dry
 * run does all that needs no Electron runtime, and says where it stopped. `npm run package -- deb [--ring RING]` makes
 * Debian packages of the hub and the kiosk, and puts them into a signed apt repository.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createPackageWithOptions, extractFile, listPackage } from '@electron/asar'
import { makeDeb } from './deb.ts'
import { publish, rings } from './repository.ts'
import { listFiles, nativeModules, runtimeClosure, stage, strangers } from './stage.ts'

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/[\\/]$/, '')
const say = (line: string) => void writeSync(1, `${line}\n`)
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'dry-run': { type: 'boolean', default: false },
    /** Of `deb`: whom it is for; where it goes; the gpg home with the key that signs. */
    ring: { type: 'string', default: 'first' },
    to: { type: 'string', default: join(root, 'out/deb') },
    'gpg-home': { type: 'string' },
  },
})

function electronVersion(): string {
  return (JSON.parse(readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8')) as { version: string })
    .version
}

function runtimePresent(): boolean {
  const named = join(root, 'node_modules/electron/path.txt')
  return existsSync(named) && existsSync(join(root, 'node_modules/electron/dist', readFileSync(named, 'utf8').trim()))
}

async function archive(app: string, file: string): Promise<void> {
  rmSync(file, { force: true })
  rmSync(`${file}.unpacked`, { recursive: true, force: true })
  await createPackageWithOptions(app, file, { unpack: '{**/*.node,**/*.so,**/*.so.*}' })
  const inside = listPackage(file, { isPack: false }).map((path) => path.replaceAll('\\', '/').replace(/^\//, ''))
  for (const needed of [
    'package.json',
    'out/main/electron.js',
    'out/main/engine.js',
    'out/preload/preload.cjs',
    'out/renderer/index.html',
  ])
    if (!inside.includes(needed)) throw new Error(`${needed} is not in the archive`)
  const main = (JSON.parse(extractFile(file, 'package.json').toString('utf8')) as { main: string }).main
  if (!inside.includes(main)) throw new Error('the archive’s main entry is not in it')
  const natives = listFiles(`${file}.unpacked`).filter((path) => path.endsWith('.node'))
  if (natives.length === 0) throw new Error('no native module was unpacked')
  say(
    `archive: ${inside.length} entries, ${Math.round(statSync(file).size / 1024)} kB; native modules beside it: ${natives.length}`,
  )
}

async function main(): Promise<number> {
  const app = join(root, 'out/package/app')
  mkdirSync(join(root, 'out/package'), { recursive: true })
  const files = stage(root, app)
  const odd = strangers(files)
  if (odd.length > 0) throw new Error(`these must not be packaged: ${odd.slice(0, 10).join(', ')}`)
  say(`staged: ${files.length} files; run-time packages: ${runtimeClosure(root, nativeModules).join(', ')}`)
  await archive(app, join(root, 'out/package/app.asar'))
  if (!runtimePresent()) {
    say(
      `stopped: Electron ${electronVersion()}’s runtime is not installed (npx install-electron fetches it); fuses and installers come after it`,
    )
    return flags['dry-run'] ? 0 : 1
  }
  if (flags['dry-run']) {
    say('dry run: the runtime is here; npm run package makes the installers')
    return 0
  }
  const { build } = await import('electron-builder')
  const { builderConfig } = await import('./builder-config.ts')
  const made = await build({ config: builderConfig(root, app, electronVersion()) })
  for (const artifact of made) say(`made: ${artifact}`)
  return 0
}

/** The time of the newest commit, unless SOURCE_DATE_EPOCH says another. */
function sourceEpoch(): number {
  const said = process.env.SOURCE_DATE_EPOCH
  return Number(said ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }))
}

function debian(): number {
  const ring = rings.find((each) => each === flags.ring)
  if (ring === undefined) {
    say(`--ring is one of ${rings.join(', ')}`)
    return 2
  }
  const missing = ['dpkg-deb', 'apt-ftparchive', 'gpg'].filter((each) => spawnSync(each, ['--version']).status !== 0)
  if (missing.length > 0) {
    say(`missing: ${missing.join(', ')} (apt install dpkg apt-utils gpg)`)
    return 1
  }
  execFileSync('npm', ['run', '-s', 'build:hub'], { cwd: root, stdio: 'inherit' })
  mkdirSync(flags.to, { recursive: true })
  const made = (['hub', 'kiosk'] as const).map((each) => makeDeb(each, root, flags.to, sourceEpoch()))
  for (const one of made) say(`made: ${one} (${Math.round(statSync(one).size / 1024)} kB)`)
  const repository = join(flags.to, 'repository')
  publish(repository, ring, made, flags['gpg-home'] ?? join(flags.to, 'gpg'))
  say(`signed: ${repository}, suite ${ring}${flags['gpg-home'] === undefined ? ' (by a key made for trying)' : ''}`)
  return 0
}

process.exitCode = positionals[0] === 'deb' ? debian() : await main()
