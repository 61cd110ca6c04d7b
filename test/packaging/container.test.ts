/**
 * The hub's image as far as it goes without a container engine: what the build is given, that the hub builds from no
 * more than that, and that what it builds starts and passes the image's own health check.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startChild } from '../bench/sync/children.ts'
import { freePort } from '../free-port.ts'
import { openTestDatabase, type TestDatabase } from '../support/database.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const dockerfile = readFileSync(join(root, 'resources/deploy/Dockerfile'), 'utf8')
const require = createRequire(import.meta.url)
const ignore = require('@balena/dockerignore') as () => { add(rules: string): { ignores(path: string): boolean } }
const rules = ignore().add(readFileSync(join(root, '.dockerignore'), 'utf8'))
const enters = (path: string) => !rules.ignores(path)

describe('the build context', () => {
  test.each([
    '.lodge/hub/master-key',
    '.lodge/demo/kiosks/kiosk.sqlite',
    'src-hub/.lodge/master-key',
    'resources/deploy/owner-password',
    'resources/deploy/hub.env',
    'hub.env',
    'src-hub/hub.env',
    '.env',
    '.git/config',
    'master-key',
    'node_modules/zod/package.json',
    'src-hub/node_modules/a.js',
    'test/hub/hub.test.ts',
    'out/hub/main.js',
  ])('leaves out %s', (path) => expect(enters(path)).toBe(false))

  test.each([
    'package.json',
    'package-lock.json',
    'src-hub/main.ts',
    'src-hub/console/index.html',
    'src-shared/x/y.ts',
  ])('has %s', (path) => expect(enters(path)).toBe(true))
})

/** The words of one instruction of the last stage. */
const instruction = (name: string) =>
  [...dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')).matchAll(new RegExp(`^${name} ((?:.|\\\\\\n)*)$`, 'gm'))].map(
    ([, words]) => words ?? '',
  )

describe('what the image starts', () => {
  let folder: string
  let database: TestDatabase

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lodge-image-'))
    const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
    for (const path of stdout.split('\n').filter((each) => each !== '' && enters(each)))
      cpSync(join(root, path), join(folder, path), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const [, built = ''] = /RUN npm ci [^&]*&& (npm run -s \S+)/.exec(dockerfile) ?? []
    await run('bash', ['-c', built], { cwd: folder, timeout: 120_000 })
    database = await openTestDatabase({ empty: true })
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await database.drop()
  })

  test('runs as a user of its own, answers the health check, and its console is there', async () => {
    expect(instruction('USER')).toEqual(['node'])
    const [command = ''] = instruction('CMD')
    expect(JSON.parse(command)).toEqual(['node', 'out/hub/main.js'])
    const port = await freePort()
    const dataDir = join(folder, 'data')
    mkdirSync(dataDir, { mode: 0o700 })
    const hub = await startChild<{ url: string }>(join(folder, 'out/hub/main.js'), [], {
      NODE_ENV: 'production',
      LODGE_HUB_DATA: dataDir,
      LODGE_HUB_PORT: String(port),
      DATABASE_URL: database.url,
    })
    try {
      const [, check = ''] = /HEALTHCHECK .*\\\n\s*CMD (\[.*\])/.exec(dockerfile) ?? []
      const [, ...words] = JSON.parse(check.replace('port:8443', `port:${port}`)) as string[]
      await run(process.execPath, words, { timeout: 20_000 })
      // Of a hub that is not there, the same check says so.
      const gone = words.map((word) => word.replace(`port:${port}`, 'port:9'))
      await expect(run(process.execPath, gone, { timeout: 20_000 })).rejects.toThrow()
      const page =
        'fetch(process.argv[1]).then(async(r)=>console.log(r.status, (await r.text()).includes(\'<div id="app"\')))'
      const { stdout } = await run(process.execPath, ['-e', page, `https://127.0.0.1:${port}/`], {
        env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
        timeout: 20_000,
      })
      expect(stdout.trim()).toBe('200 true')
    } finally {
      await hub.stop()
    }
  })
})
