/**
 * What all test files of one run share: one PostgreSQL, one Chromium, one build of each page. Each is made when the
 * first file asks for it, so that a run that needs none of them starts none. Vitest's own process keeps them (they
 * would end with a file's worker) and takes them away at the end.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { startEmbeddedPostgres } from '../../../src-hub/database/index.ts'
import { chromiumToRun } from '../chromium.ts'
import { sharedAddress, type SharedName } from './client.ts'
import { prepareCluster } from './cluster.ts'

interface Made {
  readonly answer: string
  readonly end: () => Promise<void> | void
}

async function makePostgres(folder: string): Promise<Made> {
  const place = join(folder, 'postgres')
  const first = await startEmbeddedPostgres(place, { fsync: false })
  await prepareCluster(first.url)
  // Settings that only a start takes up.
  await first.stop()
  const postgres = await startEmbeddedPostgres(place, { fsync: false })
  return {
    answer: postgres.url,
    async end() {
      await postgres.stop()
      if (postgres.movedTo !== null) rmSync(postgres.movedTo, { recursive: true, force: true })
    },
  }
}

async function makeBrowser(): Promise<Made> {
  const { path, args, env } = await chromiumToRun()
  const server = await chromium.launchServer({ executablePath: path, args, env, host: '127.0.0.1' })
  return { answer: server.wsEndpoint(), end: () => server.close() }
}

/** In a process of its own: a build sets the environment to production, which is not for the tests' workers. */
function makePages(builder: string, folder: string): Promise<Made> {
  return new Promise((resolve, reject) => {
    const entry = fileURLToPath(new URL('./build.ts', import.meta.url))
    const child = fork(entry, [builder, folder], { execArgv: ['--no-warnings'], stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve({ answer: folder, end: () => undefined }) : reject(new Error(`${builder}: ${String(code)}`)),
    )
  })
}

/** What each process of the tests compiles, the next one reads: half of what it takes a hub or an engine to start. */
const compiled = fileURLToPath(new URL('../../../node_modules/.cache/lodge-compiled', import.meta.url))

export default async function shareThings(): Promise<() => Promise<void>> {
  process.env.NODE_COMPILE_CACHE ??= compiled
  const folder = mkdtempSync(join(tmpdir(), 'lodge-tests-'))
  const makers: { readonly [N in SharedName]: () => Promise<Made> } = {
    postgres: () => makePostgres(folder),
    browser: makeBrowser,
    window: () => makePages('window', join(folder, 'window')),
    console: () => makePages('console', join(folder, 'console')),
  }
  const made = new Map<string, Promise<Made>>()
  const server = createServer((request, response) => {
    const name = (request.url ?? '/').slice(1)
    if (!Object.hasOwn(makers, name)) {
      response.writeHead(404).end()
      return
    }
    const making = made.get(name) ?? makers[name as SharedName]()
    made.set(name, making)
    making.then(
      ({ answer }) => response.end(answer),
      (error: unknown) => response.writeHead(500).end(`${name}: ${String(error)}`),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.env[sharedAddress] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return async () => {
    Reflect.deleteProperty(process.env, sharedAddress)
    server.close()
    for (const making of made.values())
      await making.then(
        ({ end }) => end(),
        () => undefined,
      )
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
