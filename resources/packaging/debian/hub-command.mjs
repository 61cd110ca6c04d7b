/**
 * `lodge-hub`: the hub's program with the settings of its service. It runs beside the service, as root or as the hub's
 * user. `LODGE_HUB_CONFIG` names another settings file; what is in the environment already goes before it.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = join(dirname(fileURLToPath(import.meta.url)), 'out/hub/main.js')
const config = process.env.LODGE_HUB_CONFIG ?? '/etc/lodge-hub/hub.env'
const say = (line) => process.stdout.write(`${line}\n`)
function refuse(line) {
  process.stderr.write(`lodge-hub: ${line}\n`)
  process.exit(3)
}

/** systemd's EnvironmentFile as far as it is used here: NAME=value, quotes around a value taken off. */
function settings() {
  const read = {}
  if (existsSync(config))
    for (const line of readFileSync(config, 'utf8').split('\n')) {
      const found = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim())
      if (found !== null) read[found[1]] = found[2].replace(/^(["'])(.*)\1$/, '$2')
    }
  return { LODGE_HUB_DATA: '/var/lib/lodge-hub', ...read, ...process.env }
}

/** As the owner of the data folder, so that the service can read what is written. */
function asOwner(env) {
  if (process.getuid() !== 0 || !existsSync(env.LODGE_HUB_DATA)) return {}
  const { uid, gid } = statSync(env.LODGE_HUB_DATA)
  return uid === 0 ? {} : { uid, gid }
}

function node(args) {
  const env = settings()
  const done = spawnSync(process.execPath, [program, ...args], { stdio: 'inherit', env, ...asOwner(env) })
  process.exit(done.status ?? 1)
}

/** Until it ends, or is told to. */
async function start(args) {
  const env = settings()
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit', env, ...asOwner(env) })
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => child.kill(signal))
  process.exit((await new Promise((done) => child.once('exit', done))) ?? 1)
}

/** Key files that go with a backup; the master key may lie elsewhere. */
const keyFiles = (folder) =>
  readdirSync(folder).filter((name) => /\.(pem|key)$/.test(name) && statSync(join(folder, name)).isFile())

function ownersUrl(env) {
  const url = env.DATABASE_OWNER_URL ?? env.DATABASE_URL
  if (url === undefined)
    refuse(`DATABASE_URL is not in ${config}: the database in the data folder is copied with that folder, hub stopped`)
  return url
}

/** PostgreSQL's own tool, with the password in its environment and not among its arguments. */
function tool(name, args, address) {
  const url = new URL(address)
  const env = { ...process.env, PGPASSWORD: decodeURIComponent(url.password) }
  url.password = ''
  try {
    execFileSync(name, [...args, `--dbname=${url.href}`], { env, stdio: 'inherit' })
  } catch (error) {
    refuse(error.code === 'ENOENT' ? `${name} is missing: apt install postgresql-client` : `${name} did not succeed`)
  }
}

function backup(to) {
  if (to === undefined) refuse('backup FOLDER: an empty folder, or one that is not there yet')
  const env = settings()
  mkdirSync(to, { recursive: true, mode: 0o700 })
  if (readdirSync(to).length > 0) refuse(`${to} is not empty`)
  tool('pg_dump', ['--format=custom', `--file=${join(to, 'lodge.dump')}`], ownersUrl(env))
  chmodSync(join(to, 'lodge.dump'), 0o600)
  mkdirSync(join(to, 'keys'), { mode: 0o700 })
  for (const name of keyFiles(env.LODGE_HUB_DATA)) copyFileSync(join(env.LODGE_HUB_DATA, name), join(to, 'keys', name))
  say(
    `The database is in ${to}/lodge.dump. Move ${to}/keys to a safe of its own: either is worthless without the other.`,
  )
}

function restore(from) {
  if (from === undefined || !existsSync(join(from, 'lodge.dump'))) refuse('restore FOLDER: what backup made')
  const env = settings()
  const keys = join(from, 'keys')
  const how = asOwner(env)
  for (const name of existsSync(keys) ? keyFiles(keys) : []) {
    const target = join(env.LODGE_HUB_DATA, name)
    // A key that is there may be newer: it is never written over.
    if (existsSync(target)) continue
    execFileSync('install', [
      '-m',
      '0600',
      ...('uid' in how ? ['-o', `${how.uid}`, '-g', `${how.gid}`] : []),
      join(keys, name),
      target,
    ])
  }
  tool(
    'pg_restore',
    ['--clean', '--if-exists', '--no-owner', '--exit-on-error', join(from, 'lodge.dump')],
    ownersUrl(env),
  )
  say('Restored. Before any service starts: lodge-hub restored')
}

/** Starts once with --restored, until it serves, and stops it: a service must never have that flag. */
async function restored() {
  const env = settings()
  const child = spawn(process.execPath, [program, '--restored'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
    ...asOwner(env),
  })
  let serving = false
  child.stdout.on('data', (bytes) => {
    process.stdout.write(bytes)
    if (!serving && bytes.includes('serving ')) {
      serving = true
      child.kill('SIGTERM')
    }
  })
  const code = await new Promise((done) => child.once('exit', done))
  if (!serving || code !== 0) refuse('the hub did not come to serve: nothing new was begun')
  say('A new incarnation has begun. Start the service: systemctl start lodge-hub')
}

function setup(args) {
  const asked = { LODGE_HUB_NAMES: '--names', DATABASE_URL: '--database', DATABASE_OWNER_URL: '--owner-database' }
  const given = {}
  for (const [name, flag] of Object.entries(asked)) {
    const at = args.indexOf(flag)
    if (at >= 0) given[name] = args[at + 1] ?? refuse(`${flag} needs a value`)
  }
  const text = existsSync(config) ? readFileSync(config, 'utf8') : 'LODGE_HUB_HOST=0.0.0.0\n'
  const kept = text.split('\n').filter((line) => !Object.keys(given).some((name) => line.startsWith(`${name}=`)))
  const lines = [
    ...kept.filter((line, n) => line !== '' || n < kept.length - 1),
    ...Object.entries(given).map(([name, value]) => `${name}=${value}`),
  ]
  mkdirSync(dirname(config), { recursive: true })
  writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o640 })
  chmodSync(config, 0o640)
  // The hub's own user reads them too; nobody else, for the database's password is in them.
  const { gid } = asOwner(settings())
  if (gid !== undefined) chownSync(config, 0, gid)
  say(`Settings are in ${config}. What is wrong with them, if anything:`)
  node(['doctor'])
}

const help = `lodge-hub setup [--names HOST,...] [--database URL] [--owner-database URL]   writes the settings and checks them
lodge-hub doctor                  what is wrong, and what to do
lodge-hub start                   runs the hub here (the service does this)
lodge-hub backup FOLDER           the database and the keys
lodge-hub restore FOLDER          puts them back; every hub stopped
lodge-hub restored                once after a restore, before the service starts
lodge-hub export FILE             the settings as a file; lodge-hub import FILE [--dry-run] merges one`

const [, , command, ...args] = process.argv
switch (command) {
  case 'start':
    await start(args)
    break
  case 'setup':
    setup(args)
    break
  case 'doctor':
    node(['doctor', ...args])
    break
  case 'backup':
    backup(args[0])
    break
  case 'restore':
    restore(args[0])
    break
  case 'restored':
    await restored()
    break
  case 'export':
    node(['export-settings', ...args])
    break
  case 'import':
    node(['import-settings', ...args])
    break
  default:
    say(help)
    process.exitCode = command === undefined || command === '--help' ? 0 : 2
}
